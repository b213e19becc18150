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
 * Rules of YARA against YARA itself (libyara.h): random rules are accepted by both or by none,
 * hold for the same data, and their strings match at the same offsets; lengths are compared
 * where there is only one that a match can have. Each round has a seed of its own and prints it,
 * the rule and the data when something differs.
#include <string.h>
#include "base/input.h"
#include "libyara.h"
#include "rules.h"
enum { ROUNDS = 2000, CEILING = 64 << 20 };
struct side {
	bool is_accepted, matches, is_undecided;
	char message[200];
	struct image *img;
	struct matcher *matcher;
struct teller {
	struct side *side;
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
	struct side *side = ((struct teller *)report)->side;
	if (d->severity == SEVERITY_ERROR && side->message[0] == '\0')
		snprintf(side->message, sizeof side->message, "%s", d->message);
static void scan(struct side *side, const struct made_rule *r)
	static struct fact_set facts;
	size_t count;
	const struct match_object object = {.size = r->len,
					    .type = TYPE_DATA,
					    .parent = TYPE_COUNT,
					    .facts = &facts,
					    .input = &in.in};
	const struct match_window window = {.data = r->data, .len = r->len, .last = true};
	if (matcher_new(side->img, &side->matcher, NULL) != OK)
	matcher_wish(side->matcher, &wishes);
	if (matcher_begin(side->matcher, &object) != OK)
	side->is_undecided = matcher_feed(side->matcher, &window) != OK;
	side->is_undecided |= matcher_end(side->matcher, &hits, &count) != OK;
	side->matches = count > 0;
static void ask(struct side *side, const struct made_rule *r, struct made_image *made)
	struct teller teller = {{on_diagnostic}, side};
	const struct source_text src = {
		.name = STR("r.yar"),
		.text = {(const char *)r->text.data, r->text.len - 1},
	};
	if (ruleset_new(CEILING, &rs) != OK ||
	    front_for(&src)->compile(&src, rs, &teller.report) != OK ||
	    made_build(rs, made, &e) != OK ||
	    image_open_memory(made->data, made->len, &side->img, &e) != OK)
	side->is_accepted = side->message[0] == '\0' && image_rule_count(side->img) == 1;
	if (side->is_accepted)
		scan(side, r);
static void show(uint64_t seed, const struct made_rule *r, const char *what)
	printf("CANDOR_SEED=%" PRIu64 " differs: %s\n%s", seed, what, (const char *)r->text.data);
	for (size_t i = 0; i < r->len; i++)
		printf("%02x", r->data[i]);
	printf("\n");
static bool same_string(const struct side *ours, const struct oracle *theirs,
			const struct made_rule *r, uint32_t i, char what[600])
	const struct oracle_string *s = &theirs->strings[i];
	const struct match_span *spans;
	size_t count = matcher_spans(ours->matcher, 0, i, &spans);
	for (size_t k = 0; !s->is_private && (k < s->count || k < count); k++) {
		bool is_ours = k < count && (k >= s->count || spans[k].start <= s->start[k]);
		bool is_theirs = k < s->count && (k >= count || s->start[k] <= spans[k].start);
		if (is_ours && is_theirs && (!r->is_fixed[i] || spans[k].length == s->length[k]))
		snprintf(what, 600,
			 "match %zu of $s%u is at %" PRId64 " (%" PRId64 "), of YARA at %" PRId64
			 " (%" PRId64 ")",
			 k, i, k < count ? (int64_t)spans[k].start : -1,
			 k < count ? (int64_t)spans[k].length : -1,
			 k < s->count ? (int64_t)s->start[k] : -1,
			 k < s->count ? (int64_t)s->length[k] : -1);
		return false;
	return true;
static bool compare(const struct side *ours, const struct oracle *theirs, const struct made_rule *r,
		    char what[600])
	bool is_accepted = theirs->error[0] == '\0';
	if (theirs->has_failed)
		return true;
	if (ours->is_accepted != is_accepted) {
		snprintf(what, 600, "%s, YARA: %s", ours->is_accepted ? "accepted" : ours->message,
			 is_accepted ? "accepted" : theirs->error);
		return false;
	if (!is_accepted)
		return true;
	if (ours->is_undecided) {
		snprintf(what, 600, "is not decided");
		return false;
	for (uint32_t i = 0; i < theirs->count; i++) {
		if (!same_string(ours, theirs, r, i, what))
			return false;
	snprintf(what, 600, "the rule holds: %d, of YARA: %d", ours->matches, theirs->matches);
	return ours->matches == theirs->matches;
struct tally {
	uint32_t accepted, matched, failed;
};
static void run_round(uint64_t seed, struct tally *tally)
	static struct made_rule rule;
	static struct oracle theirs;
	struct side ours = {0};
	struct made_image made;
	char what[600];
	made_rule(&rule, seed);
	oracle_ask((const char *)rule.text.data, rule.data, rule.len, &theirs);
	ask(&ours, &rule, &made);
	tally->accepted += ours.is_accepted;
	tally->matched += ours.matches;
	if (!compare(&ours, &theirs, &rule, what)) {
		show(seed, &rule, what);
		tally->failed++;
	matcher_free(ours.matcher);
	image_close(ours.img);
	free(made.data);
	buf_done(&rule.text);
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
	uint32_t rounds = random_rounds(ROUNDS);
	struct tally tally = {0};
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("CANDOR_SEED=%" PRIu64 ", %u rounds\n", seed, rounds);
	oracle_begin();
	for (uint32_t i = 0; i < rounds && tally.failed < 10; i++)
		run_round(seed + i, &tally);
	oracle_end();
	printf("%u accepted, %u match, %u differ\n", tally.accepted, tally.matched, tally.failed);
	return tally.failed > 0;
}
