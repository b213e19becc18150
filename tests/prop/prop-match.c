/*
 * The matcher against a plain checker (brute.h): random patterns of every
 * kind, random bytes in which they match often, random conditions. Each round
 * has a seed of its own and prints it when something differs.
 */
#include <inttypes.h>
#include <string.h>

#include "../unit/image/made.h"
#include "base/input.h"
#include "brute.h"
#include "match/match.h"
#include "match/search.h"

enum { PATTERNS_MAX = 5, CONDITIONS = 6, LONG_TEXT = 24000 };

struct round {
	uint64_t seed;
	struct maker maker;
	struct ruleset *rules; /* its arena holds everything random */
	struct made_pattern patterns[PATTERNS_MAX];
	struct ir_pattern *pointers[PATTERNS_MAX]; /* to each pattern */
	struct ir_expr *conditions[CONDITIONS];
	uint32_t count;
	struct made_image image;
	struct image *opened;
	uint8_t text[LONG_TEXT];
	size_t len;
	struct fact_set facts;
	struct match_object object;
	struct memory_input input;
	bool failed;
};

static void show_rule(const struct round *r, const struct ir_pattern *p, const struct ir_expr *e)
{
	struct ir_pattern *const patterns[] = {(struct ir_pattern *)p};
	struct ir_rule rule = {.name = STR("rule"),
			       .patterns = patterns,
			       .pattern_count = p != NULL,
			       .condition = e ? e : ir_bool(r->maker.arena, true)};
	struct buf b;

	buf_init(&b, 1 << 20);
	ir_print_rule(&b, &rule);
	printf("%.*s\n", (int)b.len, (const char *)b.data);
	buf_done(&b);
}

static void fail(struct round *r, const struct ir_pattern *p, const struct ir_expr *e,
		 const char *what)
{
	if (!r->failed) {
		printf("CANDOR_SEED=%" PRIu64 " differs: %s\ntext of %zu bytes: ", r->seed, what,
		       r->len);
		for (size_t i = 0; i < r->len && i < 400; i++)
			printf("%02x", r->text[i]);
		printf("\n");
		show_rule(r, p, e);
	}
	r->failed = true;
}

/* Twice each pattern: rule 2i wants all its matches, rule 2i + 1 only whether there is one. */
static void add_pattern_rules(struct round *r, struct ruleset *rs)
{
	for (uint32_t i = 0; i < 2 * r->count; i++) {
		struct ir_rule rule = {
			.name = STR("one"),
			.line = 1,
			.patterns = &r->pointers[i / 2],
			.pattern_count = 1,
			.condition = ir_indexed(r->maker.arena,
						i % 2 == 0 ? OP_COUNT : OP_MATCHED, 0),
		};
		if (ruleset_add_rule(rs, &rule) != OK)
			abort();
	}
}

static void add_condition_rules(struct round *r, struct ruleset *rs)
{
	for (uint32_t i = 0; i < CONDITIONS; i++) {
		struct ir_rule rule = {.name = STR("all"), .line = 1, .patterns = r->pointers,
				       .pattern_count = r->count, .condition = r->conditions[i]};

		if (ruleset_add_rule(rs, &rule) != OK)
			abort();
	}
}

static void make_round(struct round *r, bool is_long)
{
	struct ruleset *rs = made_rules(1);
	struct maker *m = &r->maker;
	struct error e = {0};

	r->rules = rs;
	m->random.state = r->seed;
	m->arena = rs->arena;
	m->letters = is_long ? 256 : 2 + random_below(&m->random, 7);
	m->is_plain = is_long;
	r->count = 1 + random_below(&m->random, PATTERNS_MAX);
	for (uint32_t i = 0; i < r->count; i++) {
		do
			r->patterns[i] = make_pattern(m);
		while (is_long && r->patterns[i].pattern.has_xor);
		r->pointers[i] = &r->patterns[i].pattern;
	}
	for (uint32_t i = 0; i < CONDITIONS; i++)
		r->conditions[i] = make_condition(m, r->count, 4);
	add_pattern_rules(r, rs);
	add_condition_rules(r, rs);
	r->image = (struct made_image){.sink = {.write = made_write}};
	if (image_build(rs, &r->image.sink, &r->image.result, &e) != OK ||
	    r->image.result.condition_rules != 2 * r->count + CONDITIONS ||
	    image_open_memory(r->image.data, r->image.len, &r->opened, &e) != OK) {
		printf("seed %" PRIu64 ": %s\n", r->seed, e.text);
		abort();
	}
	make_facts(m, &r->facts, 60);
	r->object = (struct match_object){.type = TYPE_ELF, .parent = TYPE_GZIP, .view = VIEW_RAW,
					  .facts = &r->facts, .input = &r->input.in};
}

static void set_text(struct round *r, size_t len)
{
	r->len = len;
	make_text(&r->maker, r->patterns, r->count, r->text, len);
	memory_input_init(&r->input, r->text, len);
	r->object.size = len;
}

/*
 * Feed the text in windows whose ends are random, or in one; copies find reads
 * beyond their ends. False: the work for the object was used up.
 */
static bool feed(struct round *r, struct search *s, bool is_split)
{
	enum status status = OK;
	uint64_t end = 0;

	search_begin(s, &r->object);
	do {
		struct match_window w = {.fresh = end};
		uint32_t step = 1 + random_below(&r->maker.random,
						 random_chance(&r->maker.random, 3) ? 20000 : 300);

		w.start = end - min_u64(end, MATCH_OVERLAP);
		end = is_split ? min_u64(end + step, r->len) : r->len;
		w.len = (size_t)(end - w.start);
		w.last = end == r->len;
		uint8_t *copy = malloc(w.len + 1);
		memcpy(copy, r->text + w.start, w.len);
		w.data = copy;
		status = search_window(s, &w);
		if (status != OK && status != E_LIMIT)
			fail(r, NULL, NULL, "a window is refused");
		free(copy);
	} while (end < r->len && status == OK);
	return status == OK;
}

static bool has_start(const struct brute_result *want, uint64_t start, uint64_t length)
{
	for (size_t i = 0; i < want->count; i++) {
		if (want->matches[i].start == start)
			return length == UINT64_MAX || want->matches[i].length == length;
	}
	return false;
}

static void check_pattern(struct round *r, struct search *s, uint32_t i,
			  const struct brute_result *want)
{
	const struct made_pattern *p = &r->patterns[i];
	struct match_span span;
	uint64_t count = 0;

	if (!found_count(&s->found, 2 * i, &count) || count != want->count) {
		printf("%zu matches, want %zu\n", (size_t)count, want->count);
		fail(r, &p->pattern, NULL, "number of matches");
		return;
	}
	for (uint64_t n = 1; n <= count; n++) {
		if (found_nth(&s->found, 2 * i, n, &span) != KNOWN_YES ||
		    span.start != want->matches[n - 1].start ||
		    span.length != want->matches[n - 1].length)
			fail(r, &p->pattern, NULL, "offset or length of a match");
	}
	bool is_found = found_matched(&s->found, 2 * i + 1) == KNOWN_YES;
	bool is_chain = s->t->patterns[2 * i + 1].part_count > 1;
	/* of those that do not rise the first found counts, which is always there */
	if (is_found != (want->count > 0))
		fail(r, &p->pattern, NULL, "whether there is a match");
	if (is_found && (!found_show(&s->found, 2 * i + 1, &span) ||
			 (p->pattern.rule == MATCH_EVERY_START &&
			  !has_start(want, span.start, is_chain ? UINT64_MAX : span.length))))
		fail(r, &p->pattern, NULL, "the match that is shown");
}

static void check_short(struct round *r, struct search *s, struct matcher *m, bool is_long)
{
	struct brute_object o = {r->text, 0, &r->facts, TYPE_ELF, TYPE_GZIP};
	struct brute_result results[PATTERNS_MAX];
	struct match_window w = {.data = r->text, .last = true};
	const struct match_hit *hits;
	size_t count, next = 0;

	set_text(r, is_long ? 1150 + random_below(&r->maker.random, 100)
			    : random_below(&r->maker.random, 90));
	o.len = w.len = r->len;
	if (!feed(r, s, random_chance(&r->maker.random, 2)))
		fail(r, NULL, NULL, "a short text is too much work");
	for (uint32_t i = 0; i < r->count; i++) {
		results[i] = brute_find(r->maker.arena, &o, &r->patterns[i]);
		check_pattern(r, s, i, &results[i]);
	}
	if (matcher_begin(m, &r->object) != OK || matcher_feed(m, &w) != OK ||
	    matcher_end(m, &hits, &count) != OK) {
		fail(r, NULL, NULL, "the matcher gives up");
		return;
	}
	for (uint32_t i = 0; i < 2 * r->count + CONDITIONS; i++) {
		bool is_hit = next < count && hits[next].rule == i;
		const struct ir_expr *e = i < 2 * r->count ? NULL
							   : r->conditions[i - 2 * r->count];
		bool want = e ? brute_holds(&o, results, e) : results[i / 2].count > 0;

		next += is_hit;
		if (is_hit != want)
			fail(r, NULL, e, "whether a rule holds");
	}
}

/* Long texts: however they are cut into windows, the same is found. */
static void check_split(struct round *r, struct search *whole, struct search *split)
{
	set_text(r, LONG_TEXT - random_below(&r->maker.random, 12000));
	/* nested repetitions without a bound, at each of so many positions, are given up */
	if (!feed(r, whole, false) || !feed(r, split, true))
		return;
	for (uint32_t i = 0; i < 2 * r->count; i++) {
		const struct ir_pattern *p = &r->patterns[i / 2].pattern;
		struct match_span a = {0}, b = {0};
		uint64_t m = 0, n = 0;
		bool known = found_count(&whole->found, i, &m);

		if (found_matched(&whole->found, i) != found_matched(&split->found, i) ||
		    known != found_count(&split->found, i, &n) || m != n)
			fail(r, p, NULL, "split into windows: number of matches");
		if (found_show(&whole->found, i, &a) != found_show(&split->found, i, &b) ||
		    a.start != b.start || a.length != b.length)
			fail(r, p, NULL, "split into windows: the match that is shown");
		for (uint64_t k = 1; k <= m && known; k++) {
			if (found_nth(&whole->found, i, k, &a) !=
				    found_nth(&split->found, i, k, &b) ||
			    a.start != b.start || a.length != b.length)
				fail(r, p, NULL, "split into windows: a match");
		}
	}
}

static bool run_round(uint64_t seed)
{
	struct round *r = calloc(1, sizeof *r);
	struct match_tables t;
	struct search a, b;
	struct matcher *m;
	bool is_long = seed % 16 == 0, failed;

	if (r == NULL)
		abort();
	r->seed = seed;
	make_round(r, is_long);
	if (tables_open(r->opened, &t, NULL) != OK || search_init(&a, &t) != OK ||
	    search_init(&b, &t) != OK || matcher_new(r->opened, &m, NULL) != OK)
		abort();
	for (uint32_t i = 0; i < (is_long ? 2 : 8) && !r->failed; i++)
		check_short(r, &a, m, is_long);
	if (seed % 16 == 1 && !r->failed)
		check_split(r, &a, &b);
	failed = r->failed;
	matcher_free(m);
	search_done(&a);
	search_done(&b);
	image_close(r->opened);
	free(r->image.data);
	ruleset_free(r->rules);
	free(r);
	return !failed;
}

int main(void)
{
	uint64_t seed = random_seed();
	uint32_t rounds = random_rounds(150), failed = 0;

	printf("seed %" PRIu64 ", %u rounds\n", seed, rounds);
	for (uint32_t i = 0; i < rounds && failed < 3; i++)
		failed += !run_round(seed + i);
	return failed != 0;
}
