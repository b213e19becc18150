#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "source-cases.h"

static const struct source_case digests_cases[] = {
	{"md5", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:100:Name.A\n"),
	 "md5 0123456789abcdef0123456789abcdef 100 detect Name.A\n"},
	{"sha1 in hdb", "a.hdb",
	 STR("0123456789012345678901234567890123456789:1:N\n"),
	 "sha1 0123456789012345678901234567890123456789 1 detect N\n"},
	{"sha256 in hsb, upper case", "a.hsb",
	 STR("0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF:4294967"
	 "296:N\n"),
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef "
	 "4294967296 detect N\n"},
	{"any size", "a.hsb",
	 STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef:*:N:73"
	 "\n"),
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect N\n"},
	{"levels", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:A:73:255\n"
	 "0123456789abcdef0123456789abcdef:2:B:217\n"
	 "0123456789abcdef0123456789abcdef:3:C:1:215\n"
	 "0123456789abcdef0123456789abcdef:4:D:216:216\n"
	 "0123456789abcdef0123456789abcdef:5:E::\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 detect A\n"
	 "md5 0123456789abcdef0123456789abcdef 4 detect D\n"
	 "md5 0123456789abcdef0123456789abcdef 5 detect E\n"
	 "skip hdb at 2 x1 B: for functionality levels above 216\n"
	 "skip hdb at 3 x1 C: for functionality levels below 216\n"},
	{"potentially unwanted", "a.hdu",
	 STR("0123456789abcdef0123456789abcdef:1:N\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 suspect N\n"},
	{"PUA and Heuristics by name", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:PUA.Win.X\n"
	 "0123456789abcdef0123456789abcdef:2:Heuristics.Y\n"
	 "0123456789abcdef0123456789abcdef:3:PUAX.Y\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 suspect PUA.Win.X\n"
	 "md5 0123456789abcdef0123456789abcdef 2 suspect Heuristics.Y\n"
	 "md5 0123456789abcdef0123456789abcdef 3 detect PUAX.Y\n"},
	{"weak", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:Weak.X\n"),
	 "skip hdb at 1 x1 Weak.X: weak indicators (Weak.), which never alert\n"},
	{"trusted", "a.fp",
	 STR("0123456789abcdef0123456789abcdef:1:N\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 trust N\n"},
	{"trusted sfp of any name", "a.sfp",
	 STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef:1:PUA.N"
	 "\n"),
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef 1 "
	 "trust PUA.N\n"},
	{"section", "a.mdb",
	 STR("512:0123456789abcdef0123456789abcdef:N\n"),
	 "section md5 0123456789abcdef0123456789abcdef 512 detect N\n"},
	{"section sha256, unwanted", "a.msu",
	 STR("512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef:N\n"),
	 "section sha256 "
	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef 512 "
	 "suspect N\n"},
	{"suffix in capitals, in a folder", "dir.x/A.HDB",
	 STR("0123456789abcdef0123456789abcdef:1:N"),
	 "md5 0123456789abcdef0123456789abcdef 1 detect N\n"},
	{"no newline, CR LF, comments, blank lines", "a.hdb",
	 STR("# x\n"
	 "\n"
	 "0123456789abcdef0123456789abcdef:1:A\r\n"
	 " \t\n"
	 "0123456789abcdef0123456789abcdef:2:B"),
	 "md5 0123456789abcdef0123456789abcdef 1 detect A\n"
	 "md5 0123456789abcdef0123456789abcdef 2 detect B\n"},
	{"byte order mark", "a.hdb",
	 STR("\xef\xbb\xbf" "0123456789abcdef0123456789abcdef:1:N\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 detect N\n"},
	{"note of the publisher", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:Win.Trojan (Clam)\n"
	 "0123456789abcdef0123456789abcdef:2:A B (Clam\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 detect Win.Trojan\n"
	 "md5 0123456789abcdef0123456789abcdef 2 detect A B\n"},
	{"name of any bytes", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:a\xff\x1b b\n"),
	 "md5 0123456789abcdef0123456789abcdef 1 detect a\\xff\\x1b b\n"},
	{"nothing", "a.hdb",
	 STR(""),
	 ""},
	{"bad digit", "a.hdb",
	 STR("0123456789abcdeg0123456789abcdeg:1:N\n"),
	 "1:16+1 expected a hex digit\n"},
	{"digest too short", "a.hdb",
	 STR("123456789abcdef0123456789abcdef:1:N\n"),
	 "1:1+31 a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits\n"},
	{"no digest", "a.hdb",
	 STR(":1:N\n"),
	 "1:1+1 a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits\n"},
	{"size 0", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:0:N\n"),
	 "1:34+1 a size is a decimal number above 0, or * for any\n"},
	{"size negative", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:-1:N\n"),
	 "1:34+2 a size is a decimal number above 0, or * for any\n"},
	{"size hex", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:0x10:N\n"),
	 "1:34+4 a size is a decimal number above 0, or * for any\n"},
	{"size with blank", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef: 1:N\n"),
	 "1:34+2 a size is a decimal number above 0, or * for any\n"},
	{"size too large", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:99999999999999999999:N\n"),
	 "1:34+20 a size is a decimal number above 0, or * for any\n"},
	{"size empty", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef::N\n"),
	 "1:34+1 a size is a decimal number above 0, or * for any\n"},
	{"any size without level", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:*:N\n"),
	 "1:34+1 a digest of any size needs a functionality level of at least 73 "
	 "(digest:size:name[:min level[:max level]])\n"},
	{"any size, level too low", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:*:N:72\n"),
	 "1:38+2 a digest of any size needs a functionality level of at least 73 "
	 "(digest:size:name[:min level[:max level]])\n"},
	{"no name", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:\n"),
	 "1:36+1 the name is missing\n"},
	{"NUL in name", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:a\x00" "b\n"),
	 "1:37+1 a name holds no NUL byte\n"},
	{"level no number", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:N:x\n"),
	 "1:38+1 a functionality level is a decimal number\n"},
	{"too few fields", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1\n"),
	 "1:35+1 the line ends before all fields are there (digest:size:name[:min "
	 "level[:max level]])\n"},
	{"one field", "a.hdb",
	 STR("x\n"),
	 "1:2+1 the line ends before all fields are there (digest:size:name[:min "
	 "level[:max level]])\n"},
	{"too many fields", "a.hdb",
	 STR("0123456789abcdef0123456789abcdef:1:N:1:2:3\n"),
	 "1:41+2 there are more fields than this kind of file has "
	 "(digest:size:name[:min level[:max level]])\n"},
	{"section fields swapped", "a.mdb",
	 STR("0123456789abcdef0123456789abcdef:512:N\n"),
	 "1:34+3 a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits\n"},
	{"others still load", "a.hdb",
	 STR("bad\n"
	 "0123456789abcdef0123456789abcdef:1:A\n"
	 "bad:2\n"
	 "0123456789abcdef0123456789abcdef:2:B\n"),
	 "1:4+1 the line ends before all fields are there (digest:size:name[:min "
	 "level[:max level]])\n"
	 "3:6+1 the line ends before all fields are there (digest:size:name[:min "
	 "level[:max level]])\n"
	 "md5 0123456789abcdef0123456789abcdef 1 detect A\n"
	 "md5 0123456789abcdef0123456789abcdef 2 detect B\n"},
};

static void digests(void **state)
{
	(void)state;
	check(digests_cases, LEN(digests_cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
