/*
 * Vectors: made with tlsh_unittest of TLSH 3.4.4, which does not write the
 * "T1" in front.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "digest/tlsh.h"

enum { DATA_MAX = 100000 };

/* Letters of a linear congruential generator. */
static void generate(char *to, size_t len, uint32_t letters)
{
	uint32_t x = 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1103515245 + 12345;
		to[i] = (char)('a' + (x >> 16) % letters);
	}
}

static void vectors(void **state)
{
	static const struct {
		size_t len;
		uint32_t letters;
		const char *want; /* NULL: none */
	} cases[] = {
		{49, 26, NULL},
		{256, 2, NULL},
		{300, 26,
		 "T104E07D7013A0CD666A4A575A14335C497AC3419E1475B18109190737DF254646E46320"},
		{656, 26,
		 "T15CF083B467528E8A76052F491A33298D7A83159A003880D2668816B95F12046AB88326"},
		{657, 26,
		 "T1AF0183B467528E8A76052F491A33298D7A83159A003880D2668816B95F12046AB88326"},
		{3199, 5,
		 "T17E615A1AC7F7DE347D42E0A09E03C3E2A152918A5A345CF1E8DD103971AC9FAA4671BB"},
		{3200, 26,
		 "T19C614CB12F164B473935EF0D0976784B4ECB928B9435444343D972995F2A8586682B07"},
		{100000, 3,
		 "T136A30120C0A2A33A2BE2F070CB04CA88B0C3230CCE630CC3AC2EC00830282C332B00DE"},
	};
	static char data[DATA_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char got[TLSH_TEXT_BYTES] = "";

		generate(data, cases[i].len, cases[i].letters);
		bool has = tlsh_once((struct str){data, cases[i].len}, got);
		assert_int_equal(has, cases[i].want != NULL);
		assert_string_equal(got, cases[i].want != NULL ? cases[i].want : "");
	}
}

/* Zeros fill few buckets, however many there are. */
static void no_variety(void **state)
{
	static const char zeros[5000];
	char got[TLSH_TEXT_BYTES];

	(void)state;
	assert_false(tlsh_once((struct str){zeros, sizeof zeros}, got));
	assert_false(tlsh_once((struct str){NULL, 0}, got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(no_variety),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
