/*
 * Vectors: RFC 1321 appendix A.5 (MD5); FIPS 180 examples of NIST (SHA-1, SHA-256).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/str.h"
#include "digest/digest.h"

#define DIGITS_80 "12345678901234567890123456789012345678901234567890123456789012345678901234567890"
#define FIPS_56 "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

static const struct {
	enum digest_kind kind;
	const char *input, *want;
} vectors[] = {
	{DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
	{DIGEST_MD5, "a", "0cc175b9c0f1b6a831c399e269772661"},
	{DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
	{DIGEST_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
	{DIGEST_MD5, "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
	{DIGEST_MD5, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	 "d174ab98d277d9f5a5611c2c9f419d9f"},
	{DIGEST_MD5, DIGITS_80, "57edf4a22be3c955ac49da2e2107b67a"},
	{DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{DIGEST_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{DIGEST_SHA1, FIPS_56, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	{DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{DIGEST_SHA256, FIPS_56,
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void check(const char *input, enum digest_kind kind, const uint8_t *got, const char *want)
{
	char hex[65];

	hex_encode(got, digest_info(kind)->bytes, hex);
	if (strcmp(hex, want) != 0)
		fail_msg("%s of '%s': got %s, want %s", digest_info(kind)->name, input, hex, want);
}

static void standard_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(vectors); i++) {
		const char *input = vectors[i].input;
		uint8_t got[32];

		assert_int_equal(digest_once(vectors[i].kind, input, strlen(input), got), OK);
		check(input, vectors[i].kind, got, vectors[i].want);
	}
}

/* All kinds over one pass, in pieces, with a digester that is used again. */
static void together_in_pieces(void **state)
{
	struct digester *d;

	(void)state;
	assert_int_equal(digester_new(&d), OK);
	for (size_t i = 0; i < LEN(vectors); i++) {
		const char *input = vectors[i].input;
		size_t len = strlen(input), half = len / 2;
		uint8_t got[32];

		assert_int_equal(digester_begin(d, (1u << DIGEST_COUNT) - 1), OK);
		assert_int_equal(digester_add(d, input, half), OK);
		assert_int_equal(digester_add(d, input + half, len - half), OK);
		assert_int_equal(digester_end(d, vectors[i].kind, got), OK);
		check(input, vectors[i].kind, got, vectors[i].want);
	}
	digester_free(d);
	digester_free(NULL);
}

static void a_million_letters(void **state)
{
	char block[1000];
	struct digester *d;
	uint8_t got[32];

	(void)state;
	memset(block, 'a', sizeof block);
	assert_int_equal(digester_new(&d), OK);
	assert_int_equal(digester_begin(d, 1u << DIGEST_SHA1 | 1u << DIGEST_SHA256), OK);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(digester_add(d, block, sizeof block), OK);
	assert_int_equal(digester_end(d, DIGEST_SHA1, got), OK);
	check("a * 10^6", DIGEST_SHA1, got, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	assert_int_equal(digester_end(d, DIGEST_SHA256, got), OK);
	check("a * 10^6", DIGEST_SHA256, got,
	      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	digester_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_vectors),
		cmocka_unit_test(together_in_pieces),
		cmocka_unit_test(a_million_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
