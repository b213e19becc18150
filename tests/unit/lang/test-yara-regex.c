#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "yara-pattern-cases.h"

static const struct pattern_case good[] = {
	{"literal", "/abc/", "\"abc\""},
	{"flags", "/a.b/is", "41&df.?""?.42&df"},
	{"slash", "/a\\/b\\\\\\/c/", "61.2f.62.5c.2f.63"},
	{"dot", "/a.b/", "(concat \"a\" [00-09 0b-ff] \"b\")"},
	{"dot of all", "/a..b/s", "61.?""?.?""?.62"},
	{"classes", "/[a-c][^a-c][]a][^]a][a-][-a][+--]/",
	 "(concat [61-63] [00-60 64-ff] [5d 61] [00-5c 5e-60 62-ff] [2d 61] [2d "
	 "61] [2b-2d])"},
	{"escapes in classes", "/[\\x41-\\x43\\n\\]\\-\\\\]/", "[0a 2d 41-43 5c-5d]"},
	{"sets", "/\\w\\W\\s\\S\\d\\D/",
	 "(concat [30-39 41-5a 5f 61-7a] [00-2f 3a-40 5b-5e 60 7b-ff] [09-0d "
	 "20] [00-08 0e-1f 21-ff] [30-39] [00-2f 3a-ff])"},
	{"sets in classes", "/[\\w.][^\\W_][\\s\\d]/",
	 "(concat [2e 30-39 41-5a 5f 61-7a] [30-39 41-5a 61-7a] [09-0d 20 "
	 "30-39])"},
	{"a set at the end of a range is a letter", "/[.-\\w][\\w-z]/",
	 "(concat [2e-77] [77-7a])"},
	{"class without case", "/[b-d_][^b]/i",
	 "(concat [42-44 5f 62-64] [00-41 43-61 63-ff])"},
	{"literals without case", "/a1_Z\\x7a/i", "41&df.31.5f.5a&df.5a&df"},
	{"everything and nothing", "/a[^\\x00-\\xff][\\x00-\\xff]/",
	 "(concat \"a\" (look not-ahead (concat)) [00-ff])"},
	{"escapes", "/\\x41\\n\\t\\r\\f\\a\\v\\.\\$/", "41.0a.09.0d.0c.07.76.2e.24"},
	{"non-ascii", "/\xc3\xa9/", "c3.a9"},
	{"greedy", "/ab*c+d?/",
	 "longest (concat \"a\" (repeat 0 * greedy \"b\") (repeat 1 * greedy \"c\") "
	 "(repeat 0 1 greedy \"d\"))"},
	{"lazy", "/ab*?c+?d?""?e{2,3}?/",
	 "(concat \"a\" (repeat 0 * \"b\") (repeat 1 * \"c\") (repeat 0 1 "
	 "\"d\") (repeat 2 3 \"e\"))"},
	{"counts", "/a{2}b{2,}c{,3}d{2,3}e{,}/",
	 "longest (concat (repeat 2 2 greedy \"a\") (repeat 2 * greedy \"b\") (repeat 0 "
	 "3 greedy \"c\") (repeat 2 3 greedy \"d\") (repeat 0 * greedy \"e\"))"},
	{"count of none", "/ab{0}c{0,0}d/", "longest (concat \"a\" (concat) (concat) \"d\")"},
	{"blanks in counts", "/a{2 , 3}b{1,  }/",
	 "longest (concat (repeat 2 3 greedy \"a\") (repeat 1 * greedy \"b\"))"},
	{"largest count", "/a{0,32767}/", "longest (repeat 0 32767 greedy \"a\")"},
	{"counted dots", "/a.{2,3}b.*c.+/",
	 "longest (concat \"a\" (repeat 2 3 greedy [00-09 0b-ff]) \"b\" (repeat 0 * "
	 "greedy [00-09 0b-ff]) \"c\" (repeat 1 * greedy [00-09 0b-ff]))"},
	{"gaps", "/a.{2,3}b.*c.+/s",
	 "longest (concat \"a\" (gap 2 3) \"b\" (gap 0 *) \"c\" (gap 1 *))"},
	{"braces that are no count", "/a{b}{c{1,2a{2/", "\"a{b}{c{1,2a{2\""},
	{"closing braces and brackets", "/a]b}c/", "\"a]b}c\""},
	{"runs before what is repeated", "/abcd*ef/",
	 "longest (concat \"abc\" (repeat 0 * greedy \"d\") \"ef\")"},
	{"groups", "/(ab)(cd)+e(f(g))/",
	 "longest ordered (concat \"ab\" (repeat 1 * greedy \"cd\") \"e\" (concat \"f\" \"g\"))"},
	{"alternatives", "/ab|cd|e/", "(alt \"ab\" \"cd\" \"e\")"},
	{"empty alternatives", "/(a|)b|/",
	 "ordered (alt (concat (alt \"a\" (concat)) \"b\") (concat))"},
	{"alternatives behind something", "/x(ab|c)/", "ordered (concat \"x\" (alt \"ab\" \"c\"))"},
	{"long alternatives", "/(abcde|abcd)/", "ordered (alt \"abcde\" \"abcd\")"},
	{"a jump", "/a.{2,}?b/", "(concat \"a\" (gap 2 *) \"b\")"},
	{"a long jump", "/a.{0,201}?[|]/", "(concat \"a\" (gap 0 201) [7c])"},
	{"empty alternative between", "/a||b/", "ordered (alt \"a\" (concat) \"b\")"},
	{"edges", "/^ab$/", "(concat (edge start) \"ab\" (edge end))"},
	{"edges inside", "/a^b|$c/",
	 "(alt (concat \"a\" (edge start) \"b\") (concat (edge end) \"c\"))"},
	{"word borders", "/\\bab\\B/",
	 "(concat (alt (look not-behind (gap 1 1)) (look not-ahead (gap 1 1)) "
	 "(concat (look behind [30-39 41-5a 5f 61-7a]) (look not-ahead [30-39 "
	 "41-5a 5f 61-7a])) (concat (look not-behind [30-39 41-5a 5f 61-7a]) "
	 "(look ahead [30-39 41-5a 5f 61-7a]))) \"ab\" (concat (look behind "
	 "(gap 1 1)) (look ahead (gap 1 1)) (alt (concat (look behind [30-39 "
	 "41-5a 5f 61-7a]) (look ahead [30-39 41-5a 5f 61-7a])) (concat (look "
	 "not-behind [30-39 41-5a 5f 61-7a]) (look not-ahead [30-39 41-5a 5f "
	 "61-7a])))))"},
	{"wide word border", "/\\ba/ wide",
	 "(concat (alt (look not-behind (gap 2 2)) (look not-ahead (gap 2 2)) "
	 "(concat (look behind (concat [30-39 41-5a 5f 61-7a] 00)) (look "
	 "not-ahead (concat [30-39 41-5a 5f 61-7a] 00))) (concat (look "
	 "not-behind (concat [30-39 41-5a 5f 61-7a] 00)) (look ahead (concat "
	 "[30-39 41-5a 5f 61-7a] 00)))) 61.00)"},
	{"wide no border", "/\\Ba/ wide",
	 "(concat (concat (look behind (gap 2 2)) (look ahead (gap 2 2)) (alt "
	 "(concat (look behind (concat [30-39 41-5a 5f 61-7a] 00)) (look ahead "
	 "(concat [30-39 41-5a 5f 61-7a] 00))) (concat (look not-behind (concat "
	 "[30-39 41-5a 5f 61-7a] 00)) (look not-ahead (concat [30-39 41-5a 5f "
	 "61-7a] 00))))) 61.00)"},
	{"wide", "/ab[cd].e*(f|g)/ wide",
	 "longest (concat 61.00.62.00 (concat [63-64] 00) (concat [00-09 0b-ff] 00) "
	 "(repeat 0 * greedy 65.00) (alt 66.00 67.00))"},
	{"wide dots of all", "/a.b.{2}/s wide",
	 "longest (concat 61.00.?""?.00.62.00 (repeat 2 2 greedy ?""?.00))"},
	{"both", "/ab+/ ascii wide",
	 "longest (alt (concat \"a\" (repeat 1 * greedy \"b\")) (concat 61.00 (repeat 1 "
	 "* greedy 62.00)))"},
	{"nocase", "/aB/ nocase", "41&df.42&df"},
	{"fullword", "/a|b/ fullword",
	 "(concat (look not-behind [30-39 41-5a 61-7a]) (alt \"a\" \"b\") (look "
	 "not-ahead [30-39 41-5a 61-7a]))"},
	{"wide fullword", "/ab/ wide fullword",
	 "(concat (look not-behind (concat [30-39 41-5a 61-7a] 00)) 61.00.62.00 "
	 "(look not-ahead (concat [30-39 41-5a 61-7a] 00)))"},
	{"repeated groups", "/(a*)*(b|c){2,3}/",
	 "longest ordered (concat (repeat 0 * greedy (repeat 0 * greedy \"a\")) (repeat 2 3 "
	 "greedy (alt \"b\" \"c\")))"},
};

static const struct pattern_case bad[] = {
	{"nothing before a bar", "/|a/", "error 1:25+1: there is nothing before the '|'\n"},
	{"nothing in a group", "/a()b/", "error 1:27+1: there is nothing before the ')'\n"},
	{"nothing before a bar in a group", "/(|a)/",
	 "error 1:26+1: there is nothing before the '|'\n"},
	{"nothing to repeat", "/+a/",
	 "error 1:25+1: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"repeated in an alternative", "/a|*/",
	 "error 1:27+1: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"count of nothing", "/{2}a/",
	 "error 1:25+3: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"edge repeated", "/^*a/",
	 "error 1:26+1: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"border repeated", "/a\\b+/",
	 "error 1:28+1: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"twice repeated", "/a*+/",
	 "error 1:27+1: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"thrice repeated", "/a*?""?/",
	 "error 1:28+1: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"twice counted", "/a{2}{3}/",
	 "error 1:29+3: there is nothing to repeat (a character of that kind is "
	 "written with a '\\')\n"},
	{"mixed", "/a*b*?/",
	 "error 1:28+2: greedy and ungreedy quantifiers can't be mixed in a "
	 "regular expression (use only * + ? {} or only *? +? ?""? {}?)\n"},
	{"count mixed", "/a{2}b+?/",
	 "error 1:30+2: greedy and ungreedy quantifiers can't be mixed in a "
	 "regular expression (use only * + ? {} or only *? +? ?""? {}?)\n"},
	{"count backwards", "/a{3,2}/",
	 "error 1:26+5: bad repeat interval (the smaller number comes first)\n"},
	{"count too large", "/a{32768}/",
	 "error 1:26+7: repeat interval too large (at most 32767 times)\n"},
	{"count much too large", "/a{1,99999999999999999999}/",
	 "error 1:26+24: repeat interval too large (at most 32767 times)\n"},
	{"class not closed", "/a[bc/",
	 "error 1:26+3: missing terminating ] for character class (a ']' that "
	 "comes first belongs to the class)\n"},
	{"class of a bracket", "/a[]b/",
	 "error 1:26+3: missing terminating ] for character class (a ']' that "
	 "comes first belongs to the class)\n"},
	{"negated class not closed", "/a[^]/",
	 "error 1:26+3: missing terminating ] for character class (a ']' that "
	 "comes first belongs to the class)\n"},
	{"class ends in an escape", "/a[b\\]/",
	 "error 1:26+4: missing terminating ] for character class (a ']' that "
	 "comes first belongs to the class)\n"},
	{"range backwards", "/[z-a]/",
	 "error 1:26+3: bad character range (the smaller character comes "
	 "first)\n"},
	{"range backwards with an escape", "/[\\xff-\\x00]/",
	 "error 1:26+9: bad character range (the smaller character comes "
	 "first)\n"},
	{"range to a set", "/[z-\\d]/",
	 "error 1:26+4: bad character range (the smaller character comes "
	 "first)\n"},
	{"non-ascii in a class", "/a[\xc3\xa9]/",
	 "error 1:27+1: non-ascii character in a class (write it as \\xHH)\n"},
	{"one hex digit", "/a\\x4/",
	 "error 1:26+2: illegal escape sequence (\\x takes two hex digits)\n"},
	{"no hex digit", "/a\\xg1/",
	 "error 1:26+2: illegal escape sequence (\\x takes two hex digits)\n"},
	{"hex in a class", "/[\\x4]/",
	 "error 1:26+2: illegal escape sequence (\\x takes two hex digits)\n"},
	{"back-reference", "/(a)\\1/",
	 "error 1:28+2: backreferences are not allowed (a byte is written as "
	 "\\xHH)\n"},
	{"octal", "/a\\0/",
	 "error 1:26+2: backreferences are not allowed (a byte is written as "
	 "\\xHH)\n"},
	{"group not closed", "/a(b/", "error 1:26+2: a '(' without its ')'\n"},
	{"group not opened", "/ab)/",
	 "error 1:27+1: a ')' without its '(' (write \\) for the character)\n"},
	{"both", "/)(/", "error 1:25+1: there is nothing before the ')'\n"},
	{"extended group", "/(?:a)/",
	 "error 1:25+1: '(?' is not supported (groups are ( ) and nothing "
	 "else)\n"},
	{"place behind a slash", "/a\\/b\\/\\/[z-a]/",
	 "error 1:34+3: bad character range (the smaller character comes "
	 "first)\n"},
};

static const struct pattern_case strict[] = {
	{"letter", "/ab\\cdef/",
	 "warning 1:27+2: unknown escape sequence \\c (without the backslash it "
	 "means the same)\n\"abcdef\""},
	{"blank", "/ab\\ def/",
	 "warning 1:27+2: unknown escape sequence \\  (without the backslash it "
	 "means the same)\n\"ab def\""},
	{"in a class", "/[\\000-\\343]/",
	 "warning 1:26+2: unknown escape sequence \\0 (without the backslash it "
	 "means the same)\nwarning 1:31+2: unknown escape sequence \\3 (without "
	 "the backslash it means the same)\n[30-34]"},
	{"once for both forms", "/\\v/ ascii wide",
	 "warning 1:25+2: unknown escape sequence \\v (without the backslash it "
	 "means the same)\n(alt \"v\" 76.00)"},
	{"known", "/\\x41\\n\\.\\/\\\\\\w\\b[\\]\\-\\d]/",
	 "(concat 41.0a.2e.2f.5c [30-39 41-5a 5f 61-7a] (alt (look not-behind "
	 "(gap 1 1)) (look not-ahead (gap 1 1)) (concat (look behind [30-39 "
	 "41-5a 5f 61-7a]) (look not-ahead [30-39 41-5a 5f 61-7a])) (concat "
	 "(look not-behind [30-39 41-5a 5f 61-7a]) (look ahead [30-39 41-5a 5f "
	 "61-7a]))) [2d 30-39 5d])"},
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(good); i++)
		check_pattern_case(&good[i], NULL);
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		check_pattern_case(&bad[i], NULL);
}

static void test_strict_escapes(void **state)
{
	const struct front_settings settings = {.strict_escape = true};

	(void)state;
	for (size_t i = 0; i < LEN(strict); i++)
		check_pattern_case(&strict[i], &settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_strict_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
