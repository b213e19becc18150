/*
 * What the readers of DEX files share: "Dalvik executable format" of the
 * Android Open Source Project.
 */
#pragma once

#include "format/window.h"
#include "ir/object.h"

/* A table that the header announces. */
struct dex_table {
	uint32_t count, at;
};

struct dex_view {
	struct window *window;
	struct fact_set *facts; /* borrowed */
	struct error *e;
	uint64_t size; /* of the file */
	uint32_t map_at;
	struct dex_table strings, types, protos, fields, methods, classes;
};

enum { DEX_HEADER_BYTES = 112, DEX_CLASS_BYTES = 32 };

/** Read the file header. E_UNSUPPORTED when the file is no DEX file. */
MUST_CHECK enum status dex_open(struct dex_view *dex, struct input *in, struct fact_set *facts,
				struct error *e);

/** A reader over bytes of the file; E_TRUNCATED when they are not all there. */
MUST_CHECK enum status dex_read(struct dex_view *dex, uint64_t at, size_t len, struct reader *ret);

/** Whether the tables that come before the classes, in YARA's order, are all in the file. */
MUST_CHECK enum status dex_check_tables(struct dex_view *dex);

/** A number of one to five bytes at *at, which is moved behind it. E_TRUNCATED at the end. */
MUST_CHECK enum status dex_number(struct dex_view *dex, uint64_t *at, uint32_t *ret);

/* What a class_data_item begins with: how many there are of each. */
struct dex_class_data {
	uint32_t static_fields, instance_fields, direct_methods, virtual_methods;
};

/** Read the class_data_item at *at, which is moved to its first field. */
MUST_CHECK enum status dex_class_data(struct dex_view *dex, uint64_t *at,
				      struct dex_class_data *ret);

struct dex_value {
	enum fact_id id;
	uint64_t value;
};

/** State numbers in the last rows of their groups. */
MUST_CHECK enum status dex_state(struct dex_view *dex, const struct dex_value *values,
				 size_t count);

/** Begin a row. */
MUST_CHECK enum status dex_row(struct dex_view *dex, enum fact_group group);
