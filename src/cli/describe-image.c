#include "cli/describe-image.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/vec.h"
#include "cli/human.h"
#include "image/layout.h"

static void put_hex(struct buf *to, const uint8_t digest[32])
{
	char hex[65];

	hex_encode(digest, 32, hex);
	buf_addf(to, "%s", hex);
}

static void put_line(struct buf *to, const char *name, uint64_t value)
{
	buf_addf(to, "%-9s  ", name);
	human_count(to, value);
	buf_addf(to, "\n");
}

/* A number at the end of a column of 12. */
static void put_number(struct buf *to, uint64_t value)
{
	struct buf text;

	buf_init(&text, 64);
	human_count(&text, value);
	buf_addf(to, "%12.*s  ", STR_ARG(buf_str(&text)));
	buf_done(&text);
}

static void put_padded(struct buf *to, struct str s, size_t width)
{
	size_t begin = to->len;

	text_escape(to, s);
	while (!to->bad && to->len - begin < width)
		buf_add_u8(to, ' ');
}

static enum status finish(const struct buf *to, struct error *e)
{
	return to->bad ? error_at(e, E_LIMIT, 0, "too much to tell") : OK;
}

static enum status damaged(struct error *e, const char *what, uint32_t i)
{
	return error_at(e, E_MALFORMED, 0, "%s %u is damaged", what, i);
}

/* Walks along the rows of CNTS and SKIP, which are in order of the sources. */
struct cursor {
	const struct image *img;
	uint32_t count, skip;
};

static bool next_count(struct cursor *c, uint32_t source, struct image_count *ret)
{
	if (c->count >= image_count_count(c->img) ||
	    image_count_at(c->img, c->count, ret) != OK || ret->source_index != source)
		return false;
	c->count++;
	return true;
}

static bool next_skip(struct cursor *c, uint32_t source, struct image_skip *ret)
{
	if (c->skip >= image_skip_count(c->img) || image_skip_at(c->img, c->skip, ret) != OK ||
	    ret->source_index != source)
		return false;
	c->skip++;
	return true;
}

/* All rows belong to some source: else the image is damaged. */
static enum status check_end(const struct cursor *c, struct error *e)
{
	if (c->count < image_count_count(c->img))
		return damaged(e, "count", c->count);
	if (c->skip < image_skip_count(c->img))
		return damaged(e, "reason for skipping", c->skip);
	return OK;
}

static void put_rest(struct buf *to, uint32_t count, const char *what)
{
	if (count == 0)
		return;
	put_number(to, count);
	buf_addf(to, "%s\n", what);
}

static void put_source(struct buf *to, const struct image_source *s, struct cursor *c, uint32_t i)
{
	struct image_count count;
	struct image_skip skip;

	text_escape(to, s->name);
	buf_addf(to, "  (");
	text_escape(to, s->front);
	buf_addf(to, ", ");
	human_count(to, s->size);
	buf_addf(to, " bytes)\n");
	while (next_count(c, i, &count)) {
		put_number(to, count.count);
		text_escape(to, count.kind);
		buf_addf(to, "\n");
	}
	while (next_skip(c, i, &skip)) {
		put_number(to, skip.count);
		buf_addf(to, "skipped, ");
		text_escape(to, skip.kind);
		buf_addf(to, ": ");
		text_escape(to, skip.reason);
		buf_addf(to, " (first: line %u, ", skip.first_line);
		text_escape(to, skip.example);
		buf_addf(to, ")\n");
	}
	put_rest(to, s->malformed, "malformed");
	put_rest(to, s->ignored, "left out by an ignore list");
}

struct totals {
	uint64_t accepted, malformed, skipped, ignored;
};

static enum status add_up(const struct image *img, struct totals *ret, struct error *e)
{
	struct totals t = {0};

	for (uint32_t i = 0; i < image_source_count(img); i++) {
		struct image_source s;

		if (image_source_at(img, i, &s) != OK)
			return damaged(e, "source", i);
		t.accepted += s.accepted;
		t.malformed += s.malformed;
		t.skipped += s.skipped;
		t.ignored += s.ignored;
	}
	*ret = t;
	return OK;
}

enum status describe_text(const struct image *img, struct buf *to, struct error *e)
{
	struct cursor c = {.img = img};
	struct totals t = {0};
	enum status status = add_up(img, &t, e);

	if (status != OK)
		return status;
	buf_addf(to, "sha256     ");
	put_hex(to, image_digest(img));
	buf_addf(to, "\n");
	put_line(to, "format", IMAGE_VERSION);
	put_line(to, "bytes", image_size(img));
	put_line(to, "sources", image_source_count(img));
	put_line(to, "rules", t.accepted);
	put_line(to, "skipped", t.skipped);
	put_line(to, "malformed", t.malformed);
	put_line(to, "ignored", t.ignored);
	for (uint32_t i = 0; i < image_source_count(img); i++) {
		struct image_source s;

		if (image_source_at(img, i, &s) != OK)
			return damaged(e, "source", i);
		buf_addf(to, "\n");
		put_source(to, &s, &c, i);
	}
	status = check_end(&c, e);
	return status == OK ? finish(to, e) : status;
}

static void put_source_json(struct buf *to, const struct image_source *s, struct cursor *c,
			    uint32_t i)
{
	struct image_count count;
	struct image_skip skip;
	const char *comma = "";

	buf_addf(to, "{\"name\":");
	text_json(to, s->name);
	buf_addf(to, ",\"language\":");
	text_json(to, s->front);
	buf_addf(to, ",\"bytes\":%llu,\"sha256\":\"", (unsigned long long)s->size);
	put_hex(to, s->sha256);
	buf_addf(to, "\",\"accepted\":%u,\"skipped\":%u,\"malformed\":%u,\"ignored\":%u,",
		 s->accepted, s->skipped, s->malformed, s->ignored);
	buf_addf(to, "\"rules\":{");
	for (; next_count(c, i, &count); comma = ",") {
		buf_addf(to, "%s", comma);
		text_json(to, count.kind);
		buf_addf(to, ":%u", count.count);
	}
	buf_addf(to, "},\"skips\":[");
	for (comma = ""; next_skip(c, i, &skip); comma = ",") {
		buf_addf(to, "%s{\"kind\":", comma);
		text_json(to, skip.kind);
		buf_addf(to, ",\"reason\":");
		text_json(to, skip.reason);
		buf_addf(to, ",\"count\":%u,\"first_line\":%u,\"first_name\":", skip.count,
			 skip.first_line);
		text_json(to, skip.example);
		buf_addf(to, "}");
	}
	buf_addf(to, "]}");
}

enum status describe_json(const struct image *img, struct buf *to, struct error *e)
{
	struct cursor c = {.img = img};
	struct totals t = {0};
	enum status status = add_up(img, &t, e);

	if (status != OK)
		return status;
	buf_addf(to, "{\"format\":%d,\"bytes\":%llu,\"sha256\":\"", IMAGE_VERSION,
		 (unsigned long long)image_size(img));
	put_hex(to, image_digest(img));
	buf_addf(to, "\",\"rules\":%llu,\"skipped\":%llu,\"malformed\":%llu,\"ignored\":%llu,",
		 (unsigned long long)t.accepted, (unsigned long long)t.skipped,
		 (unsigned long long)t.malformed, (unsigned long long)t.ignored);
	buf_addf(to, "\"sources\":[");
	for (uint32_t i = 0; i < image_source_count(img); i++) {
		struct image_source s;

		if (image_source_at(img, i, &s) != OK)
			return damaged(e, "source", i);
		buf_addf(to, "%s", i > 0 ? "," : "");
		put_source_json(to, &s, &c, i);
	}
	buf_addf(to, "]}\n");
	status = check_end(&c, e);
	return status == OK ? finish(to, e) : status;
}

/* One reason of all sources together. */
struct reason_sum {
	struct image_skip first;
	uint64_t count;
};

struct reason_sums {
	VEC(struct reason_sum);
};

static int most_first(const void *a, const void *b)
{
	const struct reason_sum *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	int order = str_cmp(x->first.kind, y->first.kind);
	return order != 0 ? order : str_cmp(x->first.reason, y->first.reason);
}

static bool add_reason(struct reason_sums *sums, const struct image_skip *skip)
{
	for (size_t i = 0; i < sums->len; i++) {
		struct reason_sum *s = &sums->items[i];

		if (str_eq(s->first.kind, skip->kind) && str_eq(s->first.reason, skip->reason)) {
			s->count += skip->count;
			return true;
		}
	}
	struct reason_sum sum = {*skip, skip->count};
	return vec_push(sums, &sum);
}

enum status describe_skips(const struct image *img, struct buf *to, struct error *e)
{
	struct reason_sums sums = {0};
	enum status status = OK;

	for (uint32_t i = 0; i < image_skip_count(img) && status == OK; i++) {
		struct image_skip skip;

		if (image_skip_at(img, i, &skip) != OK)
			status = damaged(e, "reason for skipping", i);
		else if (!add_reason(&sums, &skip))
			status = error_at(e, E_NOMEM, 0, "out of memory");
	}
	if (sums.len > 0)
		qsort(sums.items, sums.len, sizeof *sums.items, most_first);
	for (size_t i = 0; i < sums.len && status == OK; i++) {
		const struct reason_sum *s = &sums.items[i];

		put_number(to, s->count);
		put_padded(to, s->first.kind, 8);
		text_escape(to, s->first.reason);
		buf_addf(to, " (first: ");
		text_escape(to, s->first.source);
		buf_addf(to, ":%u, ", s->first.first_line);
		text_escape(to, s->first.example);
		buf_addf(to, ")\n");
	}
	vec_done(&sums);
	return status == OK ? finish(to, e) : status;
}
