#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "module/module.h"

struct method {
	struct str class, name; /* without data: none */
};

static const struct method methods[] = {
	{{"La;", 3}, {"<init>", 6}},
	{{"Lb;", 3}, {"run\0more", 8}},
	{{NULL, 0}, {"orphan", 6}},
	{{"Lc;", 3}, {NULL, 0}},
};

struct test_host {
	struct module_host host;
	uint64_t left;
};

/* "Matches" when the text has the letter that the number stands for. */
static struct value matches(struct module_host *host, struct value regex, struct str text)
{
	(void)host;
	if (regex.integer == '?')
		return VALUE_OF_UNKNOWN;
	return value_int(str_find(text, (char)regex.integer) < text.len);
}

static bool charge(struct module_host *host, uint64_t bytes)
{
	struct test_host *h = (struct test_host *)host;

	if (bytes > h->left)
		return false;
	h->left -= bytes;
	return true;
}

static enum status nothing(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	(void)source, (void)set, (void)part;
	return OK;
}

static enum status limit(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	(void)source, (void)set, (void)part;
	return E_LIMIT;
}

static struct arena *begin(struct fact_set *set, struct fact_source *source, bool is_whole)
{
	struct arena *a = arena_new(1 << 20);

	fact_set_init(set, a, source);
	for (size_t i = 0; i < LEN(methods); i++) {
		assert_int_equal(fact_row(set, GROUP_DEX_METHOD), OK);
		if (methods[i].class.data != NULL)
			assert_int_equal(
				fact_set_text(set, FACT_DEX_METHOD_CLASS_NAME, methods[i].class),
				OK);
		if (methods[i].name.data != NULL)
			assert_int_equal(fact_set_text(set, FACT_DEX_METHOD_NAME, methods[i].name),
					 OK);
	}
	if (is_whole)
		assert_int_equal(fact_set_int(set, FACT_DEX_NUMBER_OF_METHODS, LEN(methods)), OK);
	return a;
}

static struct value regex(char letter)
{
	return (struct value){.kind = VALUE_REGEX, .integer = letter};
}

static struct value text(const char *s)
{
	return value_text(str_of(s));
}

static struct value call(struct fact_set *set, uint64_t work, enum function_id id, struct value a,
			 struct value b)
{
	struct test_host host = {{matches, charge, NULL, NULL}, work};
	const struct value args[] = {a, b};
	struct module_call c = {
		.host = &host.host,
		.facts = set,
		.arena = set->arena,
		.args = args,
		.arg_count = (uint32_t)strlen(function_info(id)->arguments),
	};

	return module_call(id, &c);
}

static void found(void **state)
{
	const struct value no = {0};
	const struct {
		enum function_id id;
		struct value a, b;
		int64_t want;
	} cases[] = {
		{FUNCTION_dex_has_method_s, text("<init>"), no, 1},
		{FUNCTION_dex_has_method_s, text("<ini"), no, 0},
		{FUNCTION_dex_has_method_s, text("run"), no, 1},
		{FUNCTION_dex_has_method_s, text(""), no, 0},
		{FUNCTION_dex_has_method_ss, text("La;"), text("<init>"), 1},
		{FUNCTION_dex_has_method_ss, text("Lb;"), text("<init>"), 0},
		{FUNCTION_dex_has_method_ss, text("any"), text("orphan"), 1},
		{FUNCTION_dex_has_method_r, regex('<'), no, 1},
		{FUNCTION_dex_has_method_r, regex('m'), no, 0},
		{FUNCTION_dex_has_method_rr, regex('b'), regex('r'), 1},
		{FUNCTION_dex_has_method_rr, regex('a'), regex('u'), 0},
		{FUNCTION_dex_has_class_s, text("Lc;"), no, 1},
		{FUNCTION_dex_has_class_s, text("L"), no, 0},
		{FUNCTION_dex_has_class_r, regex('c'), no, 1},
		{FUNCTION_dex_has_class_r, regex('x'), no, 0},
	};
	struct fact_source source = {nothing};
	struct fact_set set;
	struct arena *a = begin(&set, &source, true);

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct value got = call(&set, 1000, cases[i].id, cases[i].a, cases[i].b);

		if (got.kind != VALUE_INT || got.integer != cases[i].want)
			fail_msg("case %zu: kind %d, %d", i, got.kind, (int)got.integer);
	}
	arena_free(a);
}

static void not_known(void **state)
{
	const struct value no = {0};
	struct fact_source source = {nothing}, limited = {limit};
	struct fact_set set;
	struct arena *a = begin(&set, &source, false);

	(void)state;
	struct value got = call(&set, 1000, FUNCTION_dex_has_method_s, text("run"), no);
	assert_int_equal(got.kind, VALUE_UNDEFINED);
	arena_free(a);
	a = begin(&set, &source, true);
	got = call(&set, 8, FUNCTION_dex_has_method_s, text("run"), no);
	assert_int_equal(got.kind, VALUE_UNKNOWN);
	got = call(&set, 1000, FUNCTION_dex_has_class_r, regex('?'), no);
	assert_int_equal(got.kind, VALUE_UNKNOWN);
	arena_free(a);
	a = begin(&set, &limited, true);
	got = call(&set, 1000, FUNCTION_dex_has_method_s, text("run"), no);
	assert_int_equal(got.kind, VALUE_UNKNOWN);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
