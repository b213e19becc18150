#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "scan/verdict.h"

static void names(void **state)
{
	(void)state;
	assert_string_equal(verdict_name(VERDICT_CLEAN), "clean");
	assert_string_equal(verdict_name(VERDICT_DETECTED), "detected");
	assert_string_equal(verdict_name(VERDICT_SUSPICIOUS), "suspicious");
	assert_string_equal(verdict_name(VERDICT_NOT_SCANNED), "not-scanned");
	assert_string_equal(verdict_name(VERDICT_COUNT), "unknown");
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		enum reason again;

		assert_true(reason_named(str_of(reason_name(r)), &again));
		assert_int_equal(again, r);
		assert_true(strlen(reason_text(r)) > 0);
	}
	enum reason untouched = REASON_MEMORY;
	assert_false(reason_named(STR("no-such"), &untouched));
	assert_int_equal(untouched, REASON_MEMORY);
}

static void what_a_failure_means(void **state)
{
	static const struct {
		enum status status;
		enum reason want;
	} cases[] = {
		{E_TRUNCATED, REASON_DAMAGED},
		{E_MALFORMED, REASON_DAMAGED},
		{E_UNSUPPORTED, REASON_UNSUPPORTED},
		{E_ENCRYPTED, REASON_ENCRYPTED},
		{E_LIMIT, REASON_LIMIT},
		{E_NOMEM, REASON_MEMORY},
		{E_IO, REASON_UNREADABLE},
		{E_DENIED, REASON_UNREADABLE},
		{E_INTERNAL, REASON_INTERNAL},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		enum reason got = reason_of_status(cases[i].status);

		if (got != cases[i].want)
			fail_msg("%s: got %s, want %s", status_name(cases[i].status),
				 reason_name(got), reason_name(cases[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(what_a_failure_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
