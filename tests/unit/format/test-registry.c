/*
 * Every row of formats.def is a type that ir/types.def calls found, and the
 * other way round; every row is told from the others, and has seeds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/format.h"

static void rows_and_types_agree(void **state)
{
	unsigned seen = 1u << TYPE_DATA; /* what no format claims */

	(void)state;
	for (const struct format *const *f = format_all(); *f != NULL; f++) {
		if (!type_info((*f)->type)->found)
			fail_msg("%s: its type is not marked as found", (*f)->name);
		if (strcmp((*f)->name, type_info((*f)->type)->name) != 0)
			fail_msg("%s: its type is named %s", (*f)->name,
				 type_info((*f)->type)->name);
		if ((*f)->mime == NULL || (*f)->suffixes == NULL)
			fail_msg("%s: no media type or suffixes", (*f)->name);
		assert_ptr_equal(format_named((*f)->name), *f);
		seen |= 1u << (*f)->type;
	}
	for (unsigned t = 0; t < TYPE_COUNT; t++) {
		if (type_info(t)->found != ((seen & 1u << t) != 0))
			fail_msg("%s: marked as found, but no format finds it", type_info(t)->name);
	}
	assert_null(format_named("no-such"));
}

static void plain_data_is_no_format(void **state)
{
	static const uint8_t zeros[PROBE_HEAD];
	uint8_t ones[PROBE_HEAD];

	(void)state;
	memset(ones, 0xff, sizeof ones);
	for (size_t len = 0; len <= PROBE_HEAD; len = len * 2 + 1) {
		const struct probe a = {zeros, len, len}, b = {ones, len, UINT64_MAX};

		assert_null(format_identify(&a));
		assert_null(format_identify(&b));
	}
}

/* The type of a file; TYPE_COUNT when it cannot be read. */
static enum object_type type_of_file(const char *path)
{
	uint8_t head[PROBE_HEAD];
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return TYPE_COUNT;
	struct probe p = {.head = head, .head_len = fread(head, 1, sizeof head, f)};
	fclose(f);
	p.size = p.head_len;
	const struct format *format = format_identify(&p);
	return format != NULL ? format->type : TYPE_DATA;
}

/* Counts the samples whose names start with `prefix`; all must be of the format. */
static unsigned count_samples(const struct format *f, const char *prefix)
{
	const char *data = getenv("CANDOR_TEST_DATA");
	char folder[512], path[1024];
	unsigned count = 0;
	struct dirent *entry;

	if (data == NULL) {
		print_message("SKIPPED: CANDOR_TEST_DATA is not set\n");
		skip();
	}
	snprintf(folder, sizeof folder, "%s/fuzz/format-%s", data, f->name);
	DIR *d = opendir(folder);
	if (d == NULL)
		fail_msg("%s does not exist", folder);
	while ((entry = readdir(d)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (type_of_file(path) != f->type)
			fail_msg("%s is not taken for %s", path, f->name);
		count++;
	}
	closedir(d);
	return count;
}

static void every_row_has_samples(void **state)
{
	(void)state;
	for (const struct format *const *f = format_all(); *f != NULL; f++) {
		if (count_samples(*f, "good-") == 0 || count_samples(*f, "bad-") == 0)
			fail_msg("%s: no good or no bad samples", (*f)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_types_agree),
		cmocka_unit_test(plain_data_is_no_format),
		cmocka_unit_test(every_row_has_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
