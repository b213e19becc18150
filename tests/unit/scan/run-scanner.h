/*
 * Running a scanner over bytes with rules from a table, and saying what is
 * expected. Include it in one file of a program.
 */
#pragma once

#include <stdio.h>

#include "../pack.h"
#include "fake-image.h"
#include "scan/scan.h"

#define TEXT(name, effect, text)                                                                   \
	{                                                                                          \
		name, effect, FAKE_TEXT, 0, text, sizeof text - 1, false                           \
	}
#define WHOLE(name, effect, digest, text)                                                          \
	{                                                                                          \
		name, effect, FAKE_OBJECT, DIGEST_##digest, text, sizeof text - 1, false           \
	}

/* Findings as one line: "rule@path " for each, in order. */
struct seen {
	struct scan_sink sink;
	struct buf text;
	struct finding last;
};

static void note(struct scan_sink *sink, const struct finding *f)
{
	struct seen *s = (struct seen *)sink;

	buf_addf(&s->text, "%s@%s ", f->rule, f->path);
	s->last = *f;
}

struct run {
	const struct fake_rule *rules;
	size_t count;
	bool all_matches, needs_facts;
	uint64_t work;
	uint32_t wanted_types;
	struct scan_limits limits;
};

static struct run run_of(const struct fake_rule *rules, size_t count)
{
	struct run r = {.rules = rules, .count = count};

	scan_limits_preset(&r.limits);
	return r;
}

/* Scan `in`; the findings are in *ret_seen, to be freed. */
static struct outcome scan(const struct run *r, struct input *in, struct seen *ret_seen)
{
	struct image fake = {
		.rules = r->rules,
		.count = r->count,
		.needs_facts = r->needs_facts,
		.work = r->work,
		.wanted_types = r->wanted_types,
	};
	struct image *images[] = {&fake};
	struct scan_options options = {
		.images = images,
		.image_count = 1,
		.limits = r->limits,
		.all_matches = r->all_matches,
	};
	struct scanner *s;
	struct outcome out;

	*ret_seen = (struct seen){.sink.finding = note};
	buf_init(&ret_seen->text, 1 << 20);
	assert_int_equal(scanner_new(&options, &s, NULL), OK);
	scanner_scan(s, in, NULL, &ret_seen->sink, &out);
	/* a scanner is used again and again, and remembers nothing */
	struct outcome again;
	buf_clear(&ret_seen->text);
	scanner_scan(s, in, NULL, &ret_seen->sink, &again);
	assert_int_equal(out.verdict, again.verdict);
	assert_int_equal(out.missed, again.missed);
	assert_int_equal(out.bytes, again.bytes);
	scanner_free(s);
	return out;
}

static void expect(const char *name, const struct outcome *out, struct seen *seen,
		   enum verdict verdict, const char *findings)
{
	buf_add_u8(&seen->text, 0);
	if (out->verdict != verdict || strcmp((char *)seen->text.data, findings) != 0)
		fail_msg("%s: got %s '%s' (missed 0x%x), want %s '%s'", name,
			 verdict_name(out->verdict), (char *)seen->text.data, out->missed,
			 verdict_name(verdict), findings);
	buf_done(&seen->text);
}

static void expect_bytes(const char *name, const struct run *r, const void *data, size_t len,
			 enum verdict verdict, const char *findings)
{
	struct memory_input in;
	struct seen seen;

	memory_input_init(&in, data, len);
	struct outcome out = scan(r, &in.in, &seen);
	expect(name, &out, &seen, verdict, findings);
}

/* gz(name, data) in a buffer, `times` one around the other. */
static void nest(struct buf *to, const void *data, size_t len, unsigned times)
{
	struct buf inner;

	buf_init(&inner, 1 << 26);
	buf_add(&inner, data, len);
	for (unsigned i = 0; i < times; i++) {
		char name[16];

		snprintf(name, sizeof name, "%u", times - i);
		buf_clear(to);
		pack_gzip(to, name, inner.data, inner.len);
		buf_clear(&inner);
		buf_add(&inner, to->data, to->len);
	}
	buf_done(&inner);
}
