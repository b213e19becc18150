#include "image/build.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "image/hashes.h"
#include "image/layout.h"
#include "image/names.h"
#include "image/plan.h"

/* Columns of the table of counts: each kind of digest rule, trusting or not, then conditions. */
enum { COLUMNS = 2 * IMAGE_HASH_KINDS + 1, COLUMN_PATTERN = 2 * IMAGE_HASH_KINDS };

static enum status add_sources(struct image_writer *w, const struct ruleset *rs)
{
	uint8_t *rows = calloc(rs->sources.len + 1, IMAGE_SOURCE_BYTES);

	if (rows == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < rs->sources.len; i++) {
		const struct ir_source *s = &rs->sources.items[i];
		uint8_t *row = rows + i * IMAGE_SOURCE_BYTES;
		uint32_t name, front;
		enum status status = image_writer_text(w, s->name, &name);

		if (status == OK)
			status = image_writer_text(w, s->front, &front);
		if (status != OK) {
			free(rows);
			return status;
		}
		put_u32le(row, name);
		put_u32le(row + 4, front);
		put_u64le(row + 8, s->size);
		memcpy(row + 16, s->sha256, sizeof s->sha256);
		put_u32le(row + 48, s->accepted);
		put_u32le(row + 52, s->malformed);
		put_u32le(row + 56, s->skipped);
		put_u32le(row + 60, s->ignored);
	}
	return image_writer_give(w, IMAGE_TAG_SOURCES, IMAGE_SOURCE_BYTES, rows, rs->sources.len);
}

static int compare_skips(const void *a, const void *b)
{
	const struct ir_skip *x = a, *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->first_line != y->first_line)
		return x->first_line < y->first_line ? -1 : 1;
	int order = str_cmp(x->kind, y->kind);
	return order != 0 ? order : str_cmp(x->reason, y->reason);
}

static enum status add_skips(struct image_writer *w, struct ruleset *rs)
{
	uint8_t *rows = calloc(rs->skips.len + 1, IMAGE_SKIP_BYTES);

	if (rows == NULL)
		return E_NOMEM;
	/* what the planner refused was added behind what the front ends did */
	if (rs->skips.len > 1)
		qsort(rs->skips.items, rs->skips.len, sizeof *rs->skips.items, compare_skips);
	for (size_t i = 0; i < rs->skips.len; i++) {
		const struct ir_skip *s = &rs->skips.items[i];
		const struct str texts[] = {s->kind, s->reason, s->example};
		uint8_t *row = rows + i * IMAGE_SKIP_BYTES;

		for (size_t t = 0; t < LEN(texts); t++) {
			uint32_t offset;
			enum status status = image_writer_text(w, texts[t], &offset);

			if (status != OK) {
				free(rows);
				return status;
			}
			put_u32le(row + 4 + 4 * t, offset);
		}
		put_u32le(row, s->source);
		put_u32le(row + 16, s->first_line);
		put_u32le(row + 20, s->count);
	}
	return image_writer_give(w, IMAGE_TAG_SKIPS, IMAGE_SKIP_BYTES, rows, rs->skips.len);
}

static enum status column_text(struct image_writer *w, size_t column, uint32_t *ret)
{
	char name[64] = "pattern";

	if (column != COLUMN_PATTERN) {
		size_t kind = column / 2;
		const char *digest = digest_info((enum digest_kind)(kind % DIGEST_COUNT))->name;

		snprintf(name, sizeof name, "%s%s%s", column % 2 != 0 ? "trusted-" : "",
			 kind / DIGEST_COUNT == SUBJECT_SECTION ? "section-" : "", digest);
	}
	return image_writer_text(w, str_of(name), ret);
}

static uint32_t *count_rules(const struct ruleset *rs)
{
	uint32_t *counts = calloc(rs->sources.len + 1, COLUMNS * sizeof *counts);

	if (counts == NULL)
		return NULL;
	for (size_t i = 0; i < rs->hashes.len; i++) {
		const struct ir_hash *h = &rs->hashes.items[i];
		size_t kind = image_hash_kind(h->subject, h->digest) - 1u;

		counts[h->source * COLUMNS + 2 * kind + (h->effect == EFFECT_TRUST)]++;
	}
	for (size_t i = 0; i < rs->rules.len; i++)
		counts[rs->rules.items[i].source * COLUMNS + COLUMN_PATTERN]++;
	return counts;
}

static enum status add_counts(struct image_writer *w, const struct ruleset *rs)
{
	uint32_t *counts = count_rules(rs);
	struct buf rows;
	enum status status = counts == NULL ? E_NOMEM : OK;

	buf_init(&rows, SIZE_MAX);
	for (size_t i = 0; i < rs->sources.len * COLUMNS && status == OK; i++) {
		uint32_t kind;

		if (counts[i] == 0)
			continue;
		status = column_text(w, i % COLUMNS, &kind);
		if (status != OK)
			break;
		buf_add_u32le(&rows, (uint32_t)(i / COLUMNS));
		buf_add_u32le(&rows, kind);
		buf_add_u32le(&rows, counts[i]);
	}
	if (status == OK)
		status = rows.bad ? E_NOMEM
				  : image_writer_add(w, IMAGE_TAG_COUNTS, IMAGE_COUNT_BYTES,
						     rows.data, rows.len / IMAGE_COUNT_BYTES);
	buf_done(&rows);
	free(counts);
	return status;
}

static enum status add_all(struct ruleset *rs, struct plan *plan, struct image_writer *w,
			   uint32_t *name_ids, struct build_result *result, struct error *e)
{
	enum status status = names_add(w, rs, name_ids);

	if (status == OK)
		status = hashes_add(w, rs, name_ids);
	if (status != OK)
		return error_at(e, status, 0, "digest rules: %s", status_name(status));
	result->hash_bytes = image_writer_bytes(w);
	image_writer_set_name_ids(w, name_ids + rs->hashes.len, rs->rules.len);
	status = plan_write(plan, w, e);
	if (status == OK)
		status = add_sources(w, rs);
	if (status == OK)
		status = add_skips(w, rs);
	if (status == OK)
		status = add_counts(w, rs);
	return status == OK ? OK : error_at(e, status, 0, "image: %s", status_name(status));
}

enum status image_build(struct ruleset *rs, struct build_sink *out, struct build_result *ret,
			struct error *e)
{
	struct plan *plan;
	enum status status = plan_new(rs, &plan, e);
	if (status != OK)
		return status;

	struct build_result result = {
		.hash_rules = (uint32_t)rs->hashes.len,
		.condition_rules = (uint32_t)rs->rules.len,
	};
	uint32_t *name_ids = calloc(rs->hashes.len + rs->rules.len + 1, sizeof *name_ids);
	struct image_writer *w = NULL;

	status = name_ids == NULL ? E_NOMEM : image_writer_new(&w);
	if (status == OK)
		status = add_all(rs, plan, w, name_ids, &result, e);
	free(name_ids);
	plan_free(plan);
	if (status == OK)
		status = image_writer_finish(w, out, &result.bytes, result.digest);
	image_writer_free(w);
	if (status != OK)
		return error_at(e, status, 0, "image: %s", status_name(status));
	*ret = result;
	return OK;
}
