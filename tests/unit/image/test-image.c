#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "image/code.h"
#include "made.h"

#define OBJECT SUBJECT_OBJECT
#define SECTION SUBJECT_SECTION
#define ANY IR_ANY_SIZE

/* Out of order on purpose. */
static const struct made_hash hashes[] = {
	{OBJECT, DIGEST_SHA256, 300, 0x22, 1, "Beta", 1, 7, EFFECT_DETECT},
	{OBJECT, DIGEST_SHA256, 100, 0x11, 2, "Alpha", 0, 3, EFFECT_DETECT},
	{OBJECT, DIGEST_SHA256, 100, 0x11, 1, "Alpha", 0, 4, EFFECT_TRUST},
	{OBJECT, DIGEST_SHA256, ANY, 0x22, 1, "Any", 1, 8, EFFECT_SUSPECT},
	{OBJECT, DIGEST_SHA256, 300, 0x22, 1, "Beta.Again", 0, 9, EFFECT_DETECT},
	{OBJECT, DIGEST_MD5, 100, 0xee, 0xee, "Alphabet", 0, 1, EFFECT_DETECT},
	{OBJECT, DIGEST_MD5, 1ull << 40, 0xee, 0xee, "Large", 0, 2, EFFECT_DETECT},
	{OBJECT, DIGEST_SHA1, 0, 0, 0, "Empty", 0, 5, EFFECT_DETECT},
	{SECTION, DIGEST_MD5, 512, 0x33, 0, "Section", 1, 1, EFFECT_DETECT},
};

static struct ruleset *rules(void)
{
	struct ruleset *rs = made_rules(2);

	for (size_t i = 0; i < LEN(hashes); i++)
		assert_int_equal(made_add(rs, &hashes[i]), OK);
	assert_int_equal(ruleset_skip(rs, 1, 12, STR("ldb"), STR("logical"), STR("First")), OK);
	assert_int_equal(ruleset_skip(rs, 1, 13, STR("ldb"), STR("logical"), STR("Second")), OK);
	return rs;
}

static void build(struct ruleset *rs, struct made_image *ret)
{
	struct error e = {0};

	if (made_build(rs, ret, &e) != OK)
		fail_msg("%s", e.text);
}

static struct image *open_image(const struct made_image *m)
{
	struct error e = {0};
	struct image *img;

	if (image_open_memory(m->data, m->len, &img, &e) != OK)
		fail_msg("%s", e.text);
	if (image_verify(img, &e) != OK)
		fail_msg("%s at %llu", e.text, (unsigned long long)e.at);
	return img;
}

static void finds(void **state)
{
	static const struct {
		const char *name;
		enum hash_subject subject;
		enum digest_kind digest;
		uint64_t size;
		uint8_t fill, last;
		const char *hits; /* name:source:line:effect, in order */
	} cases[] = {
		{"by size", OBJECT, DIGEST_SHA256, 100, 0x11, 2, "Alpha:source-0:3:0 "},
		{"trusted", OBJECT, DIGEST_SHA256, 100, 0x11, 1, "Alpha:source-0:4:2 "},
		{"twice, and any size", OBJECT, DIGEST_SHA256, 300, 0x22, 1,
		 "Beta:source-1:7:0 Beta.Again:source-0:9:0 Any:source-1:8:1 "},
		{"any size only", OBJECT, DIGEST_SHA256, 99, 0x22, 1, "Any:source-1:8:1 "},
		{"wrong size", OBJECT, DIGEST_SHA256, 300, 0x11, 2, ""},
		{"wrong last byte", OBJECT, DIGEST_SHA256, 100, 0x11, 3, ""},
		{"wrong digest", OBJECT, DIGEST_MD5, 100, 0x11, 2, ""},
		{"wrong subject", SECTION, DIGEST_MD5, 100, 0xee, 0xee, ""},
		{"wide sizes, small", OBJECT, DIGEST_MD5, 100, 0xee, 0xee,
		 "Alphabet:source-0:1:0 "},
		{"wide sizes, large", OBJECT, DIGEST_MD5, 1ull << 40, 0xee, 0xee,
		 "Large:source-0:2:0 "},
		{"empty object", OBJECT, DIGEST_SHA1, 0, 0, 0, "Empty:source-0:5:0 "},
		{"section", SECTION, DIGEST_MD5, 512, 0x33, 0, "Section:source-1:1:0 "},
		{"absent kind", SECTION, DIGEST_SHA256, 512, 0x33, 0, ""},
	};
	struct made_image m;

	(void)state;
	build(rules(), &m);
	struct image *img = open_image(&m);
	for (size_t i = 0; i < LEN(cases); i++) {
		uint8_t value[DIGEST_MAX_BYTES];
		struct rule_ref ref;
		struct buf got;

		buf_init(&got, 512);
		made_value(cases[i].digest, cases[i].fill, cases[i].last, value);
		struct hash_hits hits = image_find_hash(img, cases[i].subject, cases[i].digest,
							cases[i].size, value);
		while (hash_hits_next(&hits, &ref)) {
			struct rule_info info;

			assert_int_equal(image_rule_info(img, ref, &info), OK);
			buf_addf(&got, "%s:%.*s:%u:%d ", info.name, STR_ARG(info.source_name),
				 info.line, (int)info.effect);
		}
		if (!str_eq(buf_str(&got), str_of(cases[i].hits)))
			fail_msg("%s: got %.*s, want %s", cases[i].name, STR_ARG(buf_str(&got)),
				 cases[i].hits);
		buf_done(&got);
	}
	image_close(img);
	free(m.data);
}

static void wants_digests(void **state)
{
	static const struct {
		enum hash_subject subject;
		uint64_t size;
		unsigned want;
	} cases[] = {
		{OBJECT, 0, 1 << DIGEST_SHA1 | 1 << DIGEST_SHA256},
		{OBJECT, 1, 1 << DIGEST_SHA256},
		{OBJECT, 100, 1 << DIGEST_MD5 | 1 << DIGEST_SHA256},
		{OBJECT, 1ull << 40, 1 << DIGEST_MD5 | 1 << DIGEST_SHA256},
		{OBJECT, UINT64_MAX, 1 << DIGEST_SHA256},
		{SECTION, 512, 1 << DIGEST_MD5},
		{SECTION, 511, 0},
	};
	struct made_image m;

	(void)state;
	build(rules(), &m);
	struct image *img = open_image(&m);
	for (size_t i = 0; i < LEN(cases); i++) {
		unsigned got = image_digests_for(img, cases[i].subject, cases[i].size);

		if (got != cases[i].want)
			fail_msg("subject %d, size %llu: got %#x, want %#x", (int)cases[i].subject,
				 (unsigned long long)cases[i].size, got, cases[i].want);
	}
	assert_true(image_has_hashes(img, OBJECT));
	assert_true(image_has_hashes(img, SECTION));
	image_close(img);
	free(m.data);
}

static void describes(void **state)
{
	static const struct {
		const char *source, *kind;
		uint32_t count;
	} counts[] = {
		{"source-0", "md5", 2},    {"source-0", "sha1", 1},
		{"source-0", "sha256", 2}, {"source-0", "trusted-sha256", 1},
		{"source-1", "sha256", 2}, {"source-1", "section-md5", 1},
	};
	struct made_image m;
	struct image_source source;
	struct image_skip skip;

	(void)state;
	build(rules(), &m);
	struct image *img = open_image(&m);
	assert_int_equal(image_count_count(img), LEN(counts));
	for (uint32_t i = 0; i < LEN(counts); i++) {
		struct image_count c;

		assert_int_equal(image_count_at(img, i, &c), OK);
		if (!str_eq(c.source, str_of(counts[i].source)) ||
		    !str_eq(c.kind, str_of(counts[i].kind)) || c.count != counts[i].count)
			fail_msg("%u: got %.*s %.*s %u", i, STR_ARG(c.source), STR_ARG(c.kind),
				 c.count);
	}
	assert_int_equal(image_source_count(img), 2);
	assert_int_equal(image_source_at(img, 1, &source), OK);
	assert_true(str_eq(source.front, STR("list")));
	assert_int_equal(source.accepted, 3);
	assert_int_equal(source.skipped, 2);
	assert_int_equal(source.sha256[31], 1);
	assert_int_equal(image_source_at(img, 2, &source), E_MALFORMED);
	assert_int_equal(image_skip_count(img), 1);
	assert_int_equal(image_skip_at(img, 0, &skip), OK);
	assert_true(str_eq(skip.source, STR("source-1")) && str_eq(skip.example, STR("First")));
	assert_int_equal(skip.count, 2);
	assert_int_equal(skip.first_line, 12);
	assert_int_equal(m.result.hash_rules, LEN(hashes));
	assert_int_equal(m.result.bytes, m.len);
	assert_memory_equal(m.result.digest, image_digest(img), 32);
	image_close(img);
	free(m.data);
}

/* Many names and rules against a plain search. */
static void agrees_with_plain_search(void **state)
{
	enum { COUNT = 20000 };
	struct ruleset *rs = made_rules(1);
	struct made_hash *made = calloc(COUNT, sizeof *made);
	char(*names)[640] = calloc(COUNT, sizeof *names);
	struct made_image m;

	(void)state;
	srand(2);
	for (uint32_t i = 0; i < COUNT; i++) {
		size_t len = (size_t)rand() % (i % 100 == 0 ? 630 : 12);

		for (size_t c = 0; c < len; c++)
			names[i][c] = "ab\x80\xff"[rand() % 4];
		made[i] = (struct made_hash){
			.digest = (enum digest_kind)(rand() % DIGEST_COUNT),
			.size = rand() % 3 == 0 ? ANY : (uint64_t)rand() % 50,
			.fill = (uint8_t)rand(),
			.last = (uint8_t)rand(),
			.name = names[i],
			.line = i + 1,
		};
		assert_int_equal(made_add(rs, &made[i]), OK);
	}
	build(rs, &m);
	struct image *img = open_image(&m);
	for (uint32_t i = 0; i < COUNT; i++) {
		uint64_t size = made[i].size == ANY ? 7 : made[i].size;
		uint8_t value[DIGEST_MAX_BYTES];
		struct rule_ref ref;
		uint32_t got = 0, want = 0;
		bool seen = false;

		made_value(made[i].digest, made[i].fill, made[i].last, value);
		struct hash_hits hits =
			image_find_hash(img, OBJECT, made[i].digest, size, value);
		for (; hash_hits_next(&hits, &ref); got++) {
			struct rule_info info;

			assert_int_equal(image_rule_info(img, ref, &info), OK);
			seen |= info.line == i + 1;
			assert_true(str_eq(str_of(info.name),
					   str_first(str_of(names[info.line - 1]),
						     IMAGE_NAME_MAX)));
		}
		for (uint32_t k = 0; k < COUNT; k++)
			want += made[k].digest == made[i].digest && made[k].fill == made[i].fill &&
				made[k].last == made[i].last &&
				(made[k].size == size || made[k].size == ANY);
		if (got != want || !seen)
			fail_msg("rule %u: %u hits, want %u", i, got, want);
	}
	image_close(img);
	free(m.data);
	free(made);
	free(names);
}

static void same_bytes(void **state)
{
	struct made_image a, b;

	(void)state;
	build(rules(), &a);
	build(rules(), &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	free(a.data);
	free(b.data);
}

/* What a rule with a condition tells of itself. */
static void tells(void **state)
{
	struct ruleset *rs = rules();
	struct made_image m;
	struct rule_extra extra;
	struct ir_meta meta;
	struct str text;
	bool is_private;

	(void)state;
	assert_int_equal(made_add_rule(rs, "Pattern"), OK);
	build(rs, &m);
	struct image *img = open_image(&m);
	assert_int_equal(image_rule_count(img), 1);
	assert_int_equal(image_rule_extra(img, 0, &extra), OK);
	assert_true(str_eq(extra.space, STR("")));
	assert_false(extra.is_private || extra.is_global);
	assert_int_equal(extra.tag_count, 2);
	assert_int_equal(extra.meta_count, 2);
	assert_int_equal(extra.pattern_count, 2);
	assert_int_equal(image_rule_tag(img, 0, 1, &text), OK);
	assert_true(str_eq(text, STR("two")));
	assert_int_equal(image_rule_tag(img, 0, 2, &text), E_MALFORMED);
	assert_int_equal(image_rule_meta(img, 0, 0, &meta), OK);
	assert_true(str_eq(meta.key, STR("author")) && str_eq(meta.text, STR("somebody")));
	assert_int_equal(image_rule_meta(img, 0, 1, &meta), OK);
	assert_int_equal(meta.kind, META_INT);
	assert_int_equal(meta.integer, -3);
	assert_int_equal(image_rule_pattern(img, 0, 0, &text, &is_private), OK);
	assert_true(str_eq(text, STR("$a")) && !is_private);
	assert_int_equal(image_rule_pattern(img, 0, 1, &text, &is_private), OK);
	assert_true(str_eq(text, STR("$b")) && is_private);
	assert_int_equal(image_rule_pattern(img, 0, 2, &text, &is_private), E_MALFORMED);
	assert_int_equal(image_rule_extra(img, 1, &extra), E_MALFORMED);
	assert_int_equal(image_variable_count(img), 0);
	assert_false(image_uses_module(img, MODULE_pe));
	image_close(img);
	free(m.data);
}

static void empty_rule_set(void **state)
{
	struct made_image m;
	struct rule_info info;

	(void)state;
	build(made_rules(0), &m);
	struct image *img = open_image(&m);
	assert_int_equal(image_digests_for(img, OBJECT, 0), 0);
	assert_false(image_has_hashes(img, OBJECT));
	assert_false(image_has_hashes(img, SECTION));
	assert_int_equal(image_rule_info(img, (struct rule_ref){0, 0}, &info), E_MALFORMED);
	assert_int_equal(image_rule_info(img, (struct rule_ref){1, 0}, &info), E_MALFORMED);
	image_close(img);
	free(m.data);
}

static void refuses_bad_headers(void **state)
{
	static const struct {
		const char *name;
		size_t at, len; /* len 0: all */
		uint8_t flip;
		enum status want;
	} cases[] = {
		{"bad: magic", 0, 0, 1, E_MALFORMED},
		{"unsupported: version", 8, 0, 2, E_UNSUPPORTED},
		{"bad: not zero", 12, 0, 1, E_MALFORMED},
		{"bad: larger than the file", 50, 0, 1, E_TRUNCATED},
		{"bad: cut short", 0, 1000, 0, E_TRUNCATED},
		{"bad: header cut short", 0, 60, 0, E_TRUNCATED},
		{"bad: empty", 0, 1, 0, E_TRUNCATED},
		{"bad: sections", 57, 0, 1, E_MALFORMED},
		{"bad: too many sections", 59, 0, 0x80, E_MALFORMED},
		{"bad: tag", 64 + 3, 0, 0x80, E_MALFORMED},
		{"bad: element size", 64 + 4, 0, 1, E_MALFORMED},
		{"bad: offset", 64 + 8, 0, 64, E_MALFORMED},
		{"bad: offset not aligned", 64 + 8, 0, 1, E_MALFORMED},
		{"bad: count", 64 + 23, 0, 0x80, E_MALFORMED},
	};
	struct made_image m;

	(void)state;
	build(rules(), &m);
	for (size_t i = 0; i < LEN(cases); i++) {
		struct error e = {0};
		struct image *img = NULL;
		size_t len = cases[i].len ? cases[i].len : m.len;

		m.data[cases[i].at] ^= cases[i].flip;
		enum status got = image_open_memory(m.data, len, &img, &e);
		m.data[cases[i].at] ^= cases[i].flip;
		if (got != cases[i].want || e.code != got || e.at > m.len || img != NULL)
			fail_msg("%s: got %s (%s), want %s", cases[i].name, status_name(got),
				 e.text, status_name(cases[i].want));
	}
	free(m.data);
}

/* Every single wrong byte is found; its place is inside the file. */
static void verify_finds_any_damage(void **state)
{
	struct made_image m;

	(void)state;
	build(rules(), &m);
	for (size_t at = 0; at < m.len; at++) {
		struct error e = {0};

		if (made_opens(&m, at, 0x40, false, &e))
			fail_msg("damage at %zu was not found", at);
		if (e.code == OK || e.at > m.len || e.text[0] == '\0')
			fail_msg("damage at %zu: '%s' at %llu", at, e.text,
				 (unsigned long long)e.at);
	}
	free(m.data);
}

/* Damage that a right digest hides: each table is checked for itself. */
static void verify_checks_structure(void **state)
{
	static const struct {
		const char *name;
		uint32_t tag;
		size_t at;
		uint8_t flip;
		const char *message;
	} cases[] = {
		{"text length", IMAGE_TAG_TEXT, 7, 0x10, "text is cut short"},
		{"name order", IMAGE_TAG_NAMES, 1, 0x1f, "names are not in order"},
		{"name length", IMAGE_TAG_NAMES, 0, 0x80, "name is damaged"},
		{"name block", IMAGE_TAG_NAME_BLOCKS, 0, 1, "name is damaged"},
		{"name count", IMAGE_TAG_NAME_COUNT, 1, 1, "number of names is wrong"},
		{"origin source", IMAGE_TAG_ORIGINS, 0, 8, "origin is damaged"},
		{"origin effect", IMAGE_TAG_ORIGINS, 4, 8, "origin is damaged"},
		{"source name", IMAGE_TAG_SOURCES, 1, 1, "source 0 is damaged"},
		{"skip reason", IMAGE_TAG_SKIPS, 9, 1, "reason 0 for skipping is damaged"},
		{"count kind", IMAGE_TAG_COUNTS, 5, 1, "count 0 is damaged"},
		{"sizes", IMAGE_TAG_HASH_SIZES(3), 1, 2, "sizes are not in order"},
		{"first start", IMAGE_TAG_HASH_STARTS(3), 0, 1, "sizes do not cover the digests"},
		{"last start", IMAGE_TAG_HASH_STARTS(3), 9, 1, "sizes do not cover the digests"},
		{"empty size", IMAGE_TAG_HASH_STARTS(3), 4, 2, "size without digests"},
		{"digests", IMAGE_TAG_HASH_DIGESTS(3), 0, 2, "digests are not in order"},
		{"name id", IMAGE_TAG_HASH_NAMES(3), 1, 1, "no such name"},
		{"origin", IMAGE_TAG_HASH_ORIGINS(3), 0, 8, "no such origin"},
		{"rule name", IMAGE_TAG_RULES, 1, 1, "rule is damaged"},
		{"rule view", IMAGE_TAG_RULES, 13, 0x80, "rule is damaged"},
		{"rule condition", IMAGE_TAG_RULES, 21, 1, "rule is damaged"},
		{"rule patterns", IMAGE_TAG_RULES, 28, 0x80, "rule is damaged"},
		{"rule of a pattern", IMAGE_TAG_PATTERNS, 20, 1, "pattern is damaged"},
		{"parts of a pattern", IMAGE_TAG_PATTERNS, 33, 1, "pattern is damaged"},
		{"pattern base", IMAGE_TAG_PATTERNS, 35, 0x80, "pattern is damaged"},
		{"pattern of a part", IMAGE_TAG_PARTS, 17, 1, "part of a pattern is damaged"},
		{"code of a part", IMAGE_TAG_PARTS, 20, 1, "part of a pattern is damaged"},
		{"part width", IMAGE_TAG_PARTS, 34, 1, "part of a pattern is damaged"},
		{"part gap", IMAGE_TAG_PARTS, 0, 1, "part of a pattern is damaged"},
		{"node kind", IMAGE_TAG_CODE, 0, 0x80, "pattern tree is damaged"},
		{"node span", IMAGE_TAG_CODE, 5, 1, "pattern tree is damaged"},
		{"node bytes", IMAGE_TAG_CODE, 16 + 9, 1, "pattern tree is damaged"},
		{"operator", IMAGE_TAG_CONDITIONS, 0, 0x80, "condition is damaged"},
		{"operands", IMAGE_TAG_CONDITIONS, 20, 1, "condition is damaged"},
		{"set", IMAGE_TAG_CONDITIONS, 32 + 12, 0x80, "condition is damaged"},
		{"set item", IMAGE_TAG_SETS, 0, 0x80, "condition is damaged"},
		{"namespace", IMAGE_TAG_RULES, 32, 1, "rule is damaged"},
		{"pattern name", IMAGE_TAG_PATTERN_NAMES, 3, 0x80,
		 "what is told of a rule is damaged"},
		{"placed pattern", IMAGE_TAG_PLACED, 0, 0x80, "list of the planner is damaged"},
		{"always", IMAGE_TAG_ALWAYS, 0, 0x80, "list of the planner is damaged"},
		{"gram width", IMAGE_TAG_GRAMS, 0, 1, "table of grams is damaged"},
		{"bitmap", IMAGE_TAG_GRAMS, 4, 16, "table of grams is damaged"},
		{"gram", IMAGE_TAG_GRAM_ENTRIES, 0, 1, "gram is damaged"},
		{"gram's part", IMAGE_TAG_GRAM_ENTRIES, 4, 0x40, "gram is damaged"},
		{"first bucket", IMAGE_TAG_GRAM_BUCKETS, 0, 1, "buckets of grams are damaged"},
	};
	struct made_image m;
	struct ruleset *rs = rules();

	(void)state;
	assert_int_equal(made_add_rule(rs, "Pattern"), OK);
	build(rs, &m);
	for (size_t i = 0; i < LEN(cases); i++) {
		struct error e = {0};
		size_t at = made_section(&m, cases[i].tag) + cases[i].at;

		if (made_opens(&m, at, cases[i].flip, true, &e))
			fail_msg("%s: damage was not found", cases[i].name);
		if (strcmp(e.text, cases[i].message) != 0)
			fail_msg("%s: got '%s', want '%s'", cases[i].name, e.text,
				 cases[i].message);
	}
	free(m.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(wants_digests),
		cmocka_unit_test(describes),
		cmocka_unit_test(tells),
		cmocka_unit_test(agrees_with_plain_search),
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(empty_rule_set),
		cmocka_unit_test(refuses_bad_headers),
		cmocka_unit_test(verify_finds_any_damage),
		cmocka_unit_test(verify_checks_structure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
