/*
 * Facts of the module "tests", which do not depend on the object.
 */
#include "format/parts.h"

enum { ARRAY_LEN = 257 };

static enum status arrays(struct fact_set *set)
{
	static const struct str texts[] = {STR("foo"), STR("bar"), STR("baz"), STR("foo\0bar")};
	enum status status = OK;

	for (int i = 0; i < ARRAY_LEN && status == OK; i++) {
		status = fact_row(set, GROUP_TESTS_INTEGER_ARRAY);
		if (status == OK && (i < 3 || i == ARRAY_LEN - 1))
			status = fact_set_int(set, FACT_TESTS_INTEGER_ARRAY, i);
	}
	for (size_t i = 0; i < LEN(texts) && status == OK; i++) {
		status = fact_row(set, GROUP_TESTS_STRING_ARRAY);
		if (status == OK)
			status = fact_set_text(set, FACT_TESTS_STRING_ARRAY, texts[i]);
	}
	for (int i = 0; i < 2 && status == OK; i++) {
		status = fact_row(set, GROUP_TESTS_STRUCT_ARRAY);
		if (status == OK && i == 1)
			status = fact_set_int(set, FACT_TESTS_STRUCT_ARRAY_I, 1);
	}
	return status;
}

static enum status dictionaries(struct fact_set *set)
{
	static const struct str keys[] = {STR("foo"), STR("bar")};
	enum status status = OK;

	for (size_t i = 0; i < LEN(keys) && status == OK; i++) {
		status = fact_row(set, GROUP_TESTS_INTEGER_DICT);
		if (status == OK)
			status = fact_set_text(set, FACT_TESTS_INTEGER_DICT_KEY, keys[i]);
		if (status == OK)
			status = fact_set_int(set, FACT_TESTS_INTEGER_DICT, (int64_t)i + 1);
		if (status == OK)
			status = fact_row(set, GROUP_TESTS_STRING_DICT);
		if (status == OK)
			status = fact_set_text(set, FACT_TESTS_STRING_DICT_KEY, keys[i]);
		if (status == OK)
			status = fact_set_text(set, FACT_TESTS_STRING_DICT, keys[i]);
	}
	if (status == OK)
		status = fact_row(set, GROUP_TESTS_STRUCT_DICT);
	if (status == OK)
		status = fact_set_text(set, FACT_TESTS_STRUCT_DICT_KEY, keys[0]);
	if (status == OK)
		status = fact_set_int(set, FACT_TESTS_STRUCT_DICT_I, 1);
	return status == OK ? fact_set_text(set, FACT_TESTS_STRUCT_DICT_S, keys[0]) : status;
}

enum status facts_tests(struct input *in, struct fact_set *set, struct error *e)
{
	enum status status = arrays(set);

	(void)in;
	if (status == OK)
		status = dictionaries(set);
	return status == OK ? OK : error_at(e, status, 0, "too many facts");
}
