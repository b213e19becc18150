/*
 * The whole scan of hostile bytes by rules of every kind. Promises: the outcome
 * is one of four and never clean when something was missed or found, findings
 * lie inside the object, budgets hold, and a scan leaves nothing behind that
 * changes the next one.
 */
#include <stdio.h>

#include "../unit/scan/compile.h"
#include "scan/scan.h"

#define PROMISE(truth)                                                                             \
	do {                                                                                       \
		if (!(truth))                                                                      \
			abort();                                                                   \
	} while (0)

enum { UNPACKED_MAX = 1 << 20, MEMBERS_MAX = 50, DEPTH_MAX = 4 };

struct checker {
	struct scan_sink sink;
	uint64_t size, findings, sum;
};

static void on_finding(struct scan_sink *sink, const struct finding *f)
{
	struct checker *c = (struct checker *)sink;

	PROMISE(f->effect == EFFECT_DETECT || f->effect == EFFECT_SUSPECT);
	PROMISE(strlen(f->rule) < sizeof f->rule && strlen(f->path) < sizeof f->path);
	PROMISE(f->depth <= DEPTH_MAX && (f->depth > 0) == (f->path[0] != '\0'));
	if (f->has_match)
		PROMISE(range_fits(f->offset, f->length, f->depth == 0 ? c->size : UNPACKED_MAX));
	c->findings++;
	c->sum = c->sum * 31 + f->offset + f->ref.index + f->depth;
}

static struct scanner *make_scanner(void)
{
	static const struct source_text sources[] = {
		{STR("a.ndb"), STR("Any:0:*:68656c6c6f\nEntry:1:EP+0:c3c3\nEntry.Elf:6:EP+0:"
				   "9090\nSection:1:S0+0:c3c3\n"
				   "Elf:6:*:7f454c46*2e74657874\nLast:6:SL+1:0000{2-8}0000\n"
				   "Start:0:0,4:4d5a\nEnd:0:EOF-4:??000000\n")},
		{STR("b.mdb"), STR("16:00000000000000000000000000000001:Section\n")},
		{STR("c.hdb"), STR("5d41402abc4b2a76b9719d911017c592:5:Hello\n"
				   "d41d8cd98f00b204e9800998ecf8427f:*:Any:73\n")},
	};
	static struct compiled compiled; /* for all inputs */
	struct scan_options options = {.image_count = 1, .all_matches = true};
	struct image *images[1];
	struct scanner *s;

	compile_rules(&compiled, sources, LEN(sources));
	images[0] = compiled.img;
	options.images = images;
	scan_limits_preset(&options.limits);
	options.limits.depth = DEPTH_MAX;
	options.limits.members = MEMBERS_MAX;
	options.limits.total_bytes = UNPACKED_MAX;
	if (scanner_new(&options, &s, NULL) != OK)
		abort();
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scanner *s; /* as in a worker, which scans one file after the other */
	struct checker c[2];
	struct outcome out[2];
	struct memory_input in;

	if (s == NULL)
		s = make_scanner();
	memory_input_init(&in, data, size);
	for (int i = 0; i < 2; i++) {
		c[i] = (struct checker){.sink.finding = on_finding, .size = size};
		scanner_scan(s, &in.in, NULL, &c[i].sink, &out[i]);
		PROMISE(out[i].verdict < VERDICT_COUNT && out[i].size == size);
		PROMISE((out[i].verdict == VERDICT_CLEAN) ==
			(c[i].findings == 0 && out[i].missed == 0));
		PROMISE((out[i].verdict == VERDICT_NOT_SCANNED) ==
			(c[i].findings == 0 && out[i].missed != 0));
		PROMISE(out[i].objects <= 1 + MEMBERS_MAX);
		PROMISE(out[i].bytes <= size + UNPACKED_MAX);
	}
	PROMISE(c[0].sum == c[1].sum && out[0].verdict == out[1].verdict &&
		out[0].missed == out[1].missed && out[0].bytes == out[1].bytes);
	return 0;
}
