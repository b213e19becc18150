/*
 * Random rules of YARA's language against libyara: both take the rules or
 * neither, the same rules hold, and each string matches at the same offsets
 * with the same lengths. A round has a seed of its own and prints it with the
 * rules when something differs.
 */
#include <inttypes.h>

#include "../unit/image/made.h"
#include "lang/front.h"
#include "match/match.h"
#include "yara-library.h"

enum { DATA_MAX = 300, SOURCE_MAX = 1 << 16, DATAS = 6 };

struct round {
	uint64_t seed;
	struct buf source;
	uint8_t data[DATA_MAX];
	size_t len;
	struct YR_RULES *rules;
	struct made_image made;
	struct image *image;
	char yara_said[MESSAGE_MAX], candor_said[MESSAGE_MAX];
	struct outcome want, got;
	bool has_failed;
};

static void fail(struct round *r, const char *what)
{
	if (!r->has_failed) {
		printf("CANDOR_SEED=%" PRIu64 " differs: %s\n%.*s", r->seed, what,
		       STR_ARG(buf_str(&r->source)));
		printf("data of %zu bytes: ", r->len);
		for (size_t i = 0; i < r->len; i++)
			printf("%02x", r->data[i]);
		printf("\n");
	}
	r->has_failed = true;
}

struct recorder {
	struct report report;
	struct round *round;
};

static void on_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct round *r = ((struct recorder *)report)->round;

	if (d->severity == SEVERITY_ERROR)
		snprintf(r->candor_said, sizeof r->candor_said, "line %u, column %u: %s", d->line,
			 d->col, d->message);
}

static void compile_candor(struct round *r)
{
	struct source_text src = {.name = STR("a.yar"), .text = buf_str(&r->source)};
	struct recorder recorder = {.report = {on_diagnostic}, .round = r};
	const struct front *front = front_for(&src);
	struct ruleset *rs;
	struct error e = {0};

	if (front == NULL || ruleset_new(1 << 26, &rs) != OK)
		abort();
	if (front->compile(&src, rs, &recorder.report) != OK)
		abort();
	if (r->candor_said[0] != '\0') {
		ruleset_free(rs);
		return;
	}
	if (made_build(rs, &r->made, &e) != OK ||
	    image_open_memory(r->made.data, r->made.len, &r->image, &e) != OK)
		snprintf(r->candor_said, sizeof r->candor_said, "%s", e.text);
}

static void scan_candor(struct round *r, struct matcher *m)
{
	struct memory_input in;
	struct match_object object = {.size = r->len,
				      .type = TYPE_DATA,
				      .parent = TYPE_COUNT,
				      .view = VIEW_RAW,
				      .input = &in.in};
	struct match_window w = {.data = r->data, .len = r->len, .last = true};
	const struct match_hit *hits;
	size_t count = 0;

	memset(&r->got, 0, sizeof r->got);
	memory_input_init(&in, r->data, r->len);
	if (matcher_begin(m, &object) != OK || matcher_feed(m, &w) != OK ||
	    matcher_end(m, &hits, &count) != OK)
		r->got.has_given_up = true;
	for (size_t i = 0; i < count; i++)
		r->got.holds[hits[i].rule] = true;
	for (uint32_t rule = 0; rule < YARA_RULES_MAX; rule++) {
		for (uint32_t i = 0; i < YARA_STRINGS_MAX; i++) {
			const struct match_span *spans;
			size_t found = matcher_spans(m, rule, i, &spans);

			for (size_t j = 0; j < found; j++)
				outcome_keep(&r->got, rule, i,
					     (struct span){spans[j].start, spans[j].length});
		}
	}
}

static void compare_string(struct round *r, size_t rule, size_t string)
{
	size_t want = r->want.strings[rule][string].count;
	size_t got = r->got.strings[rule][string].count;
	char what[100];

	for (size_t i = 0; i < want || i < got; i++) {
		const struct span *a = &r->want.strings[rule][string].spans[i];
		const struct span *b = &r->got.strings[rule][string].spans[i];

		if (i < want && i < got && a->offset == b->offset && a->length == b->length)
			continue;
		snprintf(what, sizeof what,
			 "r%zu $_%zu: match %zu: yara %" PRId64 ":%" PRIu64 ", candor %" PRId64
			 ":%" PRIu64,
			 rule, string, i, i < want ? (int64_t)a->offset : -1, a->length,
			 i < got ? (int64_t)b->offset : -1, b->length);
		fail(r, what);
		return;
	}
}

static void compare(struct round *r)
{
	char what[100];

	if (r->want.has_given_up)
		return;
	if (r->got.has_given_up)
		fail(r, "candor gives up");
	for (size_t rule = 0; rule < YARA_RULES_MAX && !r->has_failed; rule++) {
		for (size_t i = 0; i < YARA_STRINGS_MAX; i++)
			compare_string(r, rule, i);
		if (r->want.holds[rule] != r->got.holds[rule]) {
			snprintf(what, sizeof what, "r%zu: yara %d, candor %d", rule,
				 r->want.holds[rule], r->got.holds[rule]);
			fail(r, what);
		}
	}
}

static void scan(struct round *r, struct yara_maker *maker)
{
	const struct match_wishes wishes = {.every_match = true};
	struct matcher *m;

	if (matcher_new(r->image, &m, NULL) != OK)
		abort();
	matcher_wish(m, &wishes);
	for (int i = 0; i < DATAS && !r->has_failed; i++) {
		r->len = 1 + random_below(&maker->random, DATA_MAX - 1);
		yara_make_data(maker, r->data, r->len);
		library_scan(r->rules, r->data, r->len, &r->want);
		scan_candor(r, m);
		compare(r);
	}
	matcher_free(m);
}

static bool run_round(uint64_t seed, bool is_shown)
{
	struct round *r = calloc(1, sizeof *r);
	struct yara_maker maker = {.random = {seed}};

	if (r == NULL)
		abort();
	r->seed = seed;
	buf_init(&r->source, SOURCE_MAX);
	maker.to = &r->source;
	yara_make_rules(&maker, 1 + random_below(&maker.random, YARA_RULES_MAX));
	if (is_shown)
		printf("%.*s", STR_ARG(buf_str(&r->source)));
	r->rules = library_compile(&r->source, r->yara_said);
	compile_candor(r);
	if ((r->yara_said[0] == '\0') != (r->candor_said[0] == '\0')) {
		fail(r, "taken by one only");
		printf("yara: %s\ncandor: %s\n", r->yara_said, r->candor_said);
	}
	if (r->rules != NULL && r->image != NULL)
		scan(r, &maker);
	if (r->rules != NULL)
		library_free(r->rules);
	image_close(r->image);
	free(r->made.data);
	buf_done(&r->source);
	bool has_failed = r->has_failed;
	free(r);
	return !has_failed;
}

int main(void)
{
	uint64_t seed = random_seed();
	uint32_t rounds = random_rounds(300), failed = 0;

	library_begin();
	printf("seed %" PRIu64 ", %u rounds\n", seed, rounds);
	for (uint32_t i = 0; i < rounds && failed < 3; i++)
		failed += !run_round(seed + i, getenv("CANDOR_SHOW") != NULL);
	library_end();
	return failed != 0;
}
