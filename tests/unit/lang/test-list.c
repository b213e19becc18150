#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "source-cases.h"

static const struct source_case lists_cases[] = {
	{"digests alone", "feeds/bad.txt",
	 STR("0123456789abcdef0123456789abcdef\n"
	 "0123456789012345678901234567890123456789\n"
	 "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n"),
	 "md5 0123456789abcdef0123456789abcdef * detect List.bad\n"
	 "sha1 0123456789012345678901234567890123456789 * detect List.bad\n"
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect List.bad\n"},
	{"names", "a.md5",
	 STR("0123456789abcdef0123456789abcdef Name.A\n"
	 "0123456789abcdef0123456789abcdef\tTwo words \n"
	 "0123456789abcdef0123456789abcdef,N\n"
	 "0123456789abcdef0123456789abcdef;N\n"
	 "0123456789abcdef0123456789abcdef, N\n"),
	 "md5 0123456789abcdef0123456789abcdef * detect Name.A\n"
	 "md5 0123456789abcdef0123456789abcdef * detect Two words\n"
	 "md5 0123456789abcdef0123456789abcdef * detect N\n"
	 "md5 0123456789abcdef0123456789abcdef * detect N\n"
	 "md5 0123456789abcdef0123456789abcdef * detect N\n"},
	{"sha256sum", "a.sha256",
	 STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  "
	 "dir/file\n"
	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef *file\n"
	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  *file\n"),
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect dir/file\n"
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect file\n"
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect *file\n"},
	{"sha256sum, escaped", "a.sha256",
	 STR("\\0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  a\\n"
	 "b\\\\c\\r\n"
	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  a\\n"
	 "b\n"),
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect a\\n"
	 "b\\\\c\\r\n"
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect a\\\\n"
	 "b\n"},
	{"tagged", "a.hashes",
	 STR("SHA256 (a (1).exe) = "
	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
	 "MD5 (f) = 0123456789abcdef0123456789abcdef\n"
	 "SHA1(f)= 0123456789012345678901234567890123456789\n"
	 "\\SHA256 (a\\n"
	 "b) = 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
	 "SHA2-256(f)= "
	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"),
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect a (1).exe\n"
	 "md5 0123456789abcdef0123456789abcdef * detect f\n"
	 "sha1 0123456789012345678901234567890123456789 * detect f\n"
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect a\\n"
	 "b\n"
	 "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef * "
	 "detect f\n"},
	{"comments, CR LF, no newline, blanks", "a.SHA1",
	 STR("# c\r\n"
	 "\r\n"
	 "  0123456789012345678901234567890123456789 \r\n"
	 "0123456789012345678901234567890123456789 N"),
	 "sha1 0123456789012345678901234567890123456789 * detect List.a\n"
	 "sha1 0123456789012345678901234567890123456789 * detect N\n"},
	{"byte order mark", "a.txt",
	 STR("\xef\xbb\xbf" "0123456789abcdef0123456789abcdef\n"),
	 "md5 0123456789abcdef0123456789abcdef * detect List.a\n"},
	{"default name of a name without suffix", "x/y.z/list",
	 STR("0123456789abcdef0123456789abcdef\n"),
	 "md5 0123456789abcdef0123456789abcdef * detect List.list\n"},
	{"other digests", "a.hashes",
	 STR("abababababababababababababababababababababababababababab A\n"
	 "abababababababababababababababababababababababababababababababababababababab"
	 "abababababababababababababababababababababababababab\n"
	 "SHA512 (f) = "
	 "abababababababababababababababababababababababababababababababababababababab"
	 "abababababababababababababababababababababababababab\n"
	 "BLAKE2b (f) = xy\n"),
	 "skip list at 1 x4 A: digests other than MD5, SHA-1 and SHA-256\n"},
	{"of empty files", "a.hashes",
	 STR("d41d8cd98f00b204e9800998ecf8427e e\n"
	 "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709\n"
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  x\n"),
	 "skip list at 1 x3 e: the digest of an empty file\n"},
	{"bad digit", "a.md5",
	 STR("0123456789abcdef0123456789abcdeg N\n"),
	 "1:32+1 expected a digest: 32, 40 or 64 hex digits\n"},
	{"bad length", "a.md5",
	 STR("0123456789abcdef0123456789abcdef0 N\n"),
	 "1:1+33 no digest has this many hex digits (MD5 has 32, SHA-1 40 and SHA-256 "
	 "64 hex digits)\n"},
	{"bad length behind blanks", "a.md5",
	 STR("  123456789abcdef0123456789abcdef\n"),
	 "1:3+31 no digest has this many hex digits (MD5 has 32, SHA-1 40 and SHA-256 "
	 "64 hex digits)\n"},
	{"no digest", "a.md5",
	 STR("hello\n"),
	 "1:1+1 expected a digest: 32, 40 or 64 hex digits\n"},
	{"tag of another kind", "a.md5",
	 STR("MD5 (f) = 0123456789012345678901234567890123456789\n"),
	 "1:11+40 the digest is of another kind than its tag says\n"},
	{"tag, bad digest", "a.md5",
	 STR("MD5 (f) = 123456789abcdef0123456789abcdefx\n"),
	 "1:42+1 expected a digest: 32, 40 or 64 hex digits\n"},
	{"NUL", "a.md5",
	 STR("0123456789abcdef0123456789abcdef a\x00" "b\n"
	 "\x00\n"),
	 "1:35+1 a name holds no NUL byte\n"
	 "2:1+1 expected a digest: 32, 40 or 64 hex digits\n"},
	{"others still load", "a.md5",
	 STR("x\n"
	 "0123456789abcdef0123456789abcdef\n"
	 "y\n"),
	 "1:1+1 expected a digest: 32, 40 or 64 hex digits\n"
	 "3:1+1 expected a digest: 32, 40 or 64 hex digits\n"
	 "md5 0123456789abcdef0123456789abcdef * detect List.a\n"},
};

static void lists(void **state)
{
	(void)state;
	check(lists_cases, LEN(lists_cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
