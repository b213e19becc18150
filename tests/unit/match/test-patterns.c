/* Which matches count: one row for each promise of src/match/README.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tiny.h"

#define LONGEST .length = LENGTH_LONGEST
#define LESS .length = LENGTH_FIRST_LESS
#define MORE .length = LENGTH_FIRST_MORE
#define RISING .rising = true
#define PLACE(where, offset, more) .place = {.base = (where), .delta = (offset), .range = (more)}

static const struct {
	const char *name, *pattern, *text, *want; /* "start+length" of each match */
	enum match_length length;
	bool rising;
	struct ir_place place;
	bool has_xor;
	uint8_t xor_first, xor_last;
	enum match_border border;
} cases[] = {
	{"literal", "'abcd'", "xabcdabcd", "1+4 5+4"},
	{"overlapping", "'aa'", "aaaa", "0+2 1+2 2+2"},
	{"one byte", "61", "banana", "1+1 3+1 5+1"},
	{"nibbles", "6? ?2", "ab rb", "0+2"},
	{"any bytes", "61 ?? ?? 62", "a12b ab", "0+4"},
	{"class", "[61 62]", "abc", "0+1 1+1"},
	{"class turned round", "63 [^61]", "cacb", "2+2"},
	{"shortest gap", "61 {0-3} 62", "abb", "0+2"},
	{"longest gap", "61 {0-3} 62", "abbxxb", "0+3", LONGEST},
	{"gap too long", "61 {0-3} 62", "axxxxb", ""},
	{"alternatives of several lengths", "(61|61 62 63) 64", "adabcd", "0+2 2+4"},
	{"longest alternative", "61 (62|62 63 64)", "abcd", "0+4", LONGEST},
	{"repetition", "61 <2-3 62> 63", "abc abbc abbbc abbbbc", "4+4 9+5"},
	{"repetition without a bound", "61 <1- 62>", "abbb", "0+4", LONGEST},
	{"nested repetition", "<2-2 <0- 61> 62>", "aabab", "0+5 1+4 2+3"},
	{"empty repetition ends", "61 <0- <0- 62>> 63", "abbc", "0+4"},
	{"no length", "<0- 78>", "ab", "0+0 1+0"},
	{"negation", "61 !('bc') 64", "abcdaxyd", "4+4"},
	{"negation at the end of the text", "61 !(62)", "a", ""},
	{"followed by", "61 =(62)", "acab", "2+1"},
	{"not followed by", "61 =!(62)", "aba", "2+1"},
	{"preceded by", "~(62) 61", "aba", "2+1"},
	{"not preceded by", "~!(62) 61", "aba", "0+1"},
	{"at the start", "^ 61", "aa", "0+1"},
	{"at the end", "61 $", "aa", "1+1"},

	{"chain", "'ab' * 'cd'", "ab..ab..cd..cd", "0+10 4+6"},
	{"longest chain", "'ab' * 'cd'", "ab..cd..cd", "0+10", LONGEST},
	{"chain in the wrong order", "'cd' * 'ab'", "ab cd", ""},
	{"chain without room", "'aa' * 'aa'", "aaa", ""},
	{"three parts", "61 * 62 * 63", "cab bc", "1+5"},
	{"every start", "'ab' * 'cd'", "ababcd", "0+6 2+4"},
	{"rising starts", "'ab' * 'cd'", "ababcd", "0+6 2+4", RISING},
	{"found later, starts earlier", "(61|62 <9-9 ?? >) {0-2000} 63", "b.a.c......c",
	 "0+12 2+3"},
	{"not rising", "(61|62 <9-9 ?? >) {0-2000} 63", "b.a.c......c", "2+3", RISING},
	{"gap longer than the text", "(61|61 78) {2000-} 62", "ab", ""},
	{"leading gap", "* 62", "ab", "0+2 1+1"},
	{"trailing gap", "61 {1-}", "aa", "0+2"},
	{"parts of several lengths", "61 (62|62 62) {0-2000} 62 63", "abbbc", "0+5"},

	{"at an offset", "'ab'", "abab", "2+2", PLACE(PLACE_START, 2, 0)},
	{"in a range of offsets", "'ab'", "ababab", "0+2 2+2", PLACE(PLACE_START, 0, 3)},
	{"from the end", "'ab'", "ababab", "4+2", PLACE(PLACE_END, -2, 0)},
	{"before the start", "'ab'", "ababab", "", PLACE(PLACE_END, -7, 10)},
	{"place without the fact", "'ab'", "abab", "", PLACE(PLACE_ENTRY, 0, 100)},
	{"long pattern at an offset", "'abcdef'", "abcdefabcdef", "6+6", PLACE(PLACE_START, 6, 0)},
	{"any byte at an offset", "??", "abc", "1+1", PLACE(PLACE_START, 1, 0)},
	{"only the first part has a place", "'ab' * 'cd'", "abcdab cd", "0+4",
	 PLACE(PLACE_START, 0, 0)},

	{"xor with every key", "'abc'", "abc`cb   cba", "0+3 3+3", .has_xor = true, .xor_last = 1},
	{"xor with no byte for certain", "[61 62] [61 62]", "``", "0+2", .has_xor = true,
	 .xor_first = 1, .xor_last = 1},
	{"border of the longest only", "'ab' <0- [63 2d]>", "ab-c ab-cd ab", "0+4 11+2", LONGEST,
	 .border = BORDER_PLAIN},
	{"border of the shortest only", "'ab' <0- [63 2d]>", "ab- abc xab", "0+2",
	 .border = BORDER_PLAIN},
	{"plain letters beside a wide border", "'ab'", "aabx", "1+2", .border = BORDER_WIDE},

	{"a run from every byte of it", "<2- [61 62 63]>", "abc.ab", "0+3 1+2 4+2", LONGEST},
	{"a run that ends at its bound", "<1-2 [61 62 63]> 64", "abcd", "1+3 2+2", LONGEST},
	{"runs behind runs", "<1- [61 62]> <1- [62 63]> 64", "abbcd", "0+5 1+4 2+3", LONGEST},

	{"first alternative", "61 (62 63|62|62 63 64)", "abcd", "0+3", LESS},
	{"first alternative, though more is preferred", "61 (62|62 63)", "abc", "0+2", MORE},
	{"alternative that leads on", "61 (62|62 63) 64", "abcd abd", "0+4 5+3", LESS},
	{"alternatives behind each other", "61 (62|62 63) (63|64)", "abcd", "0+3", MORE},
	{"second alternative for what follows", "61 (62|62 63) (64|78)", "abcd", "0+4", MORE},
	{"alternatives in alternatives", "61 ((62|62 63)|62 63 64) <0-1 65>", "abcde", "0+2", MORE},
	{"alternatives inside of turns", "61 <1- (62|62 63)>", "abbcb", "0+3", MORE},
	{"turn that leads on", "61 <1- (62|62 63)> 64", "abbcbd", "0+6", MORE},
	{"most turns", "61 <1-3 (62|62 63)>", "abcbbbb", "0+2", MORE},
	{"least turns", "61 <1- (62|63 64)>", "abbcd", "0+2", LESS},
	{"least turns that lead on", "61 <0-9 (62|63 64)> 64", "abcddd", "0+5", LESS},
	{"turns that must be", "61 <2-3 (62|62 63)>", "abbcb", "0+3", LESS},
	{"empty turns", "61 <0- (62|<0- 63>)> 64", "abcbccd", "0+7", MORE},
	{"group before an option", "61 <0- [62 63]> <0-1 'cd'>", "abcd", "0+3", MORE},
	{"least gap first", "61 {0-9} (62 ?? ?? ??|63)", "axbcde", "0+6", LESS},
	{"greatest gap first", "61 {0-9} (62 63 64|63 64|64 65)", "abcdef", "0+5", MORE},
	{"greatest gap that leads on", "61 {0-9} (62|63 64)", "abbcdbx", "0+6", MORE},
	{"ordered chain", "61 * (62 63|62|64)", "abcd ad", "0+3 5+2", LESS},
	{"ordered longest chain", "61 * (62|62 63)", "abc.bc", "0+5", MORE},

	{"looks are not xored", "~(78) 'ab'", "x`c", "1+2", .has_xor = true, .xor_last = 255},
};

static void print_matches(struct search *s, struct buf *to)
{
	struct match_span span;
	uint64_t count = 0;

	if (!found_count(&s->found, 0, &count))
		buf_add_str(to, STR("?"));
	for (uint64_t n = 1; n <= count; n++) {
		assert_int_equal(found_nth(&s->found, 0, n, &span), KNOWN_YES);
		buf_addf(to, "%s%llu+%llu", n > 1 ? " " : "", (unsigned long long)span.start,
			 (unsigned long long)span.length);
	}
}

static void run_case(size_t i, bool is_counted, struct buf *to)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p = tiny_pattern(rs->arena, cases[i].pattern);
	struct match_object object = {.size = strlen(cases[i].text), .type = TYPE_DATA};
	struct tiny_image image;
	struct match_tables t;
	struct search s;

	p->place = cases[i].place;
	p->has_xor = cases[i].has_xor;
	p->xor_first = cases[i].xor_first;
	p->xor_last = cases[i].xor_last;
	p->border = cases[i].border;
	p->length = cases[i].length;
	p->rule = cases[i].rising ? MATCH_RISING_START : MATCH_EVERY_START;
	tiny_rule(rs, "rule", &p, 1, ir_indexed(rs->arena, is_counted ? OP_COUNT : OP_MATCHED, 0));
	tiny_open(rs, &image);
	assert_int_equal(tables_open(image.img, &t, NULL), OK);
	assert_int_equal(search_init(&s, &t), OK);
	search_begin(&s, &object);
	assert_int_equal(tiny_feed(&s, (const uint8_t *)cases[i].text, object.size, SIZE_MAX / 2),
			 OK);
	if (is_counted)
		print_matches(&s, to);
	else
		buf_addf(to, "%d", found_matched(&s.found, 0) == KNOWN_YES);
	buf_add_u8(to, 0);
	search_done(&s);
	tiny_close(&image);
}

static void matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf got;

		buf_init(&got, 4096);
		run_case(i, true, &got);
		if (strcmp((char *)got.data, cases[i].want) != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, (char *)got.data,
				 cases[i].want);
		buf_clear(&got);
		run_case(i, false, &got);
		if ((got.data[0] == '1') != (cases[i].want[0] != '\0'))
			fail_msg("%s: matched is %s, want %s", cases[i].name, (char *)got.data,
				 cases[i].want);
		buf_done(&got);
	}
}

/* A literal longer than a part is cut, and joined again wherever windows end. */
static void long_literal(void **state)
{
	enum { LEN_LITERAL = 150000, LEN_TEXT = 400000, AT = 200000 };
	static uint8_t literal[LEN_LITERAL], text[LEN_TEXT];
	static const size_t steps[] = {10000, 65600, 66001, 400000};

	(void)state;
	for (size_t i = 0; i < LEN_LITERAL; i++)
		literal[i] = (uint8_t)(i * i >> 4 | 1);
	memcpy(text + AT, literal, LEN_LITERAL);
	for (size_t i = 0; i < LEN(steps); i++) {
		struct ruleset *rs = made_rules(1);
		struct ir_pattern *p = arena_new_object(rs->arena, struct ir_pattern);
		struct match_object object = {.size = LEN_TEXT, .type = TYPE_DATA};
		struct match_span span = {0};
		struct tiny_image image;
		struct match_tables t;
		struct search s;

		p->body = ir_bytes(rs->arena, literal, NULL, LEN_LITERAL);
		tiny_rule(rs, "rule", &p, 1, ir_indexed(rs->arena, OP_COUNT, 0));
		tiny_open(rs, &image);
		assert_int_equal(tables_open(image.img, &t, NULL), OK);
		assert_int_equal(t.part_count, 3);
		assert_int_equal(search_init(&s, &t), OK);
		search_begin(&s, &object);
		assert_int_equal(tiny_feed(&s, text, LEN_TEXT, steps[i]), OK);
		assert_int_equal(found_nth(&s.found, 0, 1, &span), KNOWN_YES);
		assert_int_equal(found_nth(&s.found, 0, 2, &span), KNOWN_NO);
		assert_int_equal(span.start, AT);
		assert_int_equal(span.length, LEN_LITERAL);
		search_done(&s);
		tiny_close(&image);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(long_literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
