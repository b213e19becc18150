/*
 * Rules of YARA against YARA itself (libyara.h): random rules are accepted by both or by none,
 * hold for the same data, and their strings match at the same offsets; lengths are compared
 * where there is only one that a match can have. Each round has a seed of its own and prints it,
 * the rule and the data when something differs.
 */
#include <inttypes.h>
#include <string.h>

#include "../unit/image/made.h"
#include "base/input.h"
#include "lang/front.h"
#include "libyara.h"
#include "match/match.h"
#include "rules.h"

enum { ROUNDS = 1000, CEILING = 64 << 20 };

struct side {
	bool is_accepted, matches, is_undecided;
	char message[200];
	struct image *img;
	struct matcher *matcher;
};

struct teller {
	struct report report;
	struct side *side;
};

static void on_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct side *side = ((struct teller *)report)->side;

	if (d->severity == SEVERITY_ERROR && side->message[0] == '\0')
		snprintf(side->message, sizeof side->message, "%s", d->message);
}

static void scan(struct side *side, const struct made_rule *r)
{
	static struct fact_set facts;
	const struct match_wishes wishes = {.every_match = true};
	const struct match_hit *hits;
	struct memory_input in;
	size_t count;

	memory_input_init(&in, r->data, r->len);
	const struct match_object object = {.size = r->len,
					    .type = TYPE_DATA,
					    .parent = TYPE_COUNT,
					    .facts = &facts,
					    .input = &in.in};
	const struct match_window window = {.data = r->data, .len = r->len, .last = true};
	if (matcher_new(side->img, &side->matcher, NULL) != OK)
		abort();
	matcher_wish(side->matcher, &wishes);
	if (matcher_begin(side->matcher, &object) != OK)
		abort();
	side->is_undecided = matcher_feed(side->matcher, &window) != OK;
	side->is_undecided |= matcher_end(side->matcher, &hits, &count) != OK;
	side->matches = count > 0;
}

static void ask(struct side *side, const struct made_rule *r, struct made_image *made)
{
	struct teller teller = {{on_diagnostic}, side};
	const struct source_text src = {
		.name = STR("r.yar"),
		.text = {(const char *)r->text.data, r->text.len - 1},
	};
	struct ruleset *rs;
	struct error e = {0};

	if (ruleset_new(CEILING, &rs) != OK ||
	    front_for(&src)->compile(&src, rs, &teller.report) != OK ||
	    made_build(rs, made, &e) != OK ||
	    image_open_memory(made->data, made->len, &side->img, &e) != OK)
		abort();
	side->is_accepted = side->message[0] == '\0' && image_rule_count(side->img) == 1;
	if (side->is_accepted)
		scan(side, r);
}

static void show(uint64_t seed, const struct made_rule *r, const char *what)
{
	printf("CANDOR_SEED=%" PRIu64 " differs: %s\n%s", seed, what, (const char *)r->text.data);
	for (size_t i = 0; i < r->len; i++)
		printf("%02x", r->data[i]);
	printf("\n");
}

static bool same_string(const struct side *ours, const struct oracle *theirs,
			const struct made_rule *r, uint32_t i, char what[600])
{
	const struct oracle_string *s = &theirs->strings[i];
	const struct match_span *spans;
	size_t count = matcher_spans(ours->matcher, 0, i, &spans);

	for (size_t k = 0; !s->is_private && (k < s->count || k < count); k++) {
		bool is_ours = k < count && (k >= s->count || spans[k].start <= s->start[k]);
		bool is_theirs = k < s->count && (k >= count || s->start[k] <= spans[k].start);

		if (is_ours && is_theirs && (!r->is_fixed[i] || spans[k].length == s->length[k]))
			continue;
		snprintf(what, 600,
			 "match %zu of $s%u is at %" PRId64 " (%" PRId64 "), of YARA at %" PRId64
			 " (%" PRId64 ")",
			 k, i, k < count ? (int64_t)spans[k].start : -1,
			 k < count ? (int64_t)spans[k].length : -1,
			 k < s->count ? (int64_t)s->start[k] : -1,
			 k < s->count ? (int64_t)s->length[k] : -1);
		return false;
	}
	return true;
}

static bool compare(const struct side *ours, const struct oracle *theirs, const struct made_rule *r,
		    char what[600])
{
	bool is_accepted = theirs->error[0] == '\0';

	if (theirs->has_failed)
		return true;
	if (ours->is_accepted != is_accepted) {
		snprintf(what, 600, "%s, YARA: %s", ours->is_accepted ? "accepted" : ours->message,
			 is_accepted ? "accepted" : theirs->error);
		return false;
	}
	if (!is_accepted)
		return true;
	if (ours->is_undecided) {
		snprintf(what, 600, "is not decided");
		return false;
	}
	for (uint32_t i = 0; i < theirs->count; i++) {
		if (!same_string(ours, theirs, r, i, what))
			return false;
	}
	snprintf(what, 600, "the rule holds: %d, of YARA: %d", ours->matches, theirs->matches);
	return ours->matches == theirs->matches;
}

struct tally {
	uint32_t accepted, matched, failed;
};

static void run_round(uint64_t seed, struct tally *tally)
{
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
	}
	matcher_free(ours.matcher);
	image_close(ours.img);
	free(made.data);
	buf_done(&rule.text);
}

int main(void)
{
	uint64_t seed = random_seed();
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
