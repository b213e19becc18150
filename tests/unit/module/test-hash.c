#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "module/module.h"

/* Zeros, which are counted as they are read. */
struct counting_input {
	struct input in;
	uint64_t bytes_read;
};

struct budget_host {
	struct module_host host;
	uint64_t left;
};

static enum status read_zeros(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len)
{
	*ret_len = at < in->size ? (size_t)(in->size - at < len ? in->size - at : len) : 0;
	memset(to, 0, *ret_len);
	((struct counting_input *)in)->bytes_read += *ret_len;
	return OK;
}

static bool charge(struct module_host *host, uint64_t bytes)
{
	struct budget_host *b = (struct budget_host *)host;

	if (bytes > b->left)
		return false;
	b->left -= bytes;
	return true;
}

static enum status nothing(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	(void)source, (void)set, (void)part;
	return OK;
}

struct object {
	struct counting_input in;
	struct budget_host host;
	struct fact_set facts;
	struct arena *arena;
};

static void begin(struct object *o, uint64_t size, uint64_t work)
{
	static struct fact_source source = {nothing};

	*o = (struct object){
		.in = {{size, read_zeros}, 0},
		.host = {{.charge = charge}, work},
		.arena = arena_new(1 << 20),
	};
	assert_non_null(o->arena);
	fact_set_init(&o->facts, o->arena, &source);
}

static struct value ask(struct object *o, enum function_id id, int64_t at, int64_t len)
{
	const struct value args[] = {value_int(at), value_int(len)};
	struct module_call call = {&o->host.host, &o->facts, &o->in.in, o->arena, args, 2};

	return module_call(id, &call);
}

static const enum function_id kept[] = {FUNCTION_hash_md5, FUNCTION_hash_sha1, FUNCTION_hash_sha256,
					FUNCTION_hash_checksum32, FUNCTION_hash_crc32};

/* However often it is asked for, and in whatever words the same range is named. */
static void test_reads_once(void **state)
{
	enum { SIZE = 100000 };
	struct object o;

	(void)state;
	begin(&o, SIZE, UINT64_MAX);
	for (size_t i = 0; i < LEN(kept); i++) {
		o.in.bytes_read = 0;
		struct value first = ask(&o, kept[i], 0, SIZE);

		assert_int_equal(o.in.bytes_read, SIZE);
		for (int again = 0; again < 100; again++) {
			struct value v = ask(&o, kept[i], 0, again % 2 ? SIZE : INT64_MAX);

			assert_int_equal(v.kind, first.kind);
			if (v.kind == VALUE_TEXT)
				assert_true(str_eq(v.text, first.text));
			else
				assert_true(v.integer == first.integer);
		}
		assert_int_equal(o.in.bytes_read, SIZE);
		(void)ask(&o, kept[i], 1, SIZE - 1);
		assert_int_equal(o.in.bytes_read, 2 * SIZE - 1);
	}
	arena_free(o.arena);
}

/* A digest of more than there is work for ends with the work, and is unknown, not wrong. */
static void test_stops(void **state)
{
	enum { WORK = 1 << 20 };
	struct object o;

	(void)state;
	for (size_t i = 0; i < LEN(kept); i++) {
		begin(&o, UINT64_C(2) << 30, WORK);
		assert_int_equal(ask(&o, kept[i], 0, INT64_MAX).kind, VALUE_UNKNOWN);
		assert_true(o.in.bytes_read <= WORK);
		arena_free(o.arena);
	}
}

static void test_known(void **state)
{
	struct object o;

	(void)state;
	begin(&o, 3, UINT64_MAX);
	assert_true(str_eq(ask(&o, FUNCTION_hash_md5, 0, 3).text,
			   STR("693e9af84d3dfcc71e640e005bdc5e2e")));
	assert_true(ask(&o, FUNCTION_hash_crc32, 0, 3).integer == 0xff41d912);
	assert_int_equal(ask(&o, FUNCTION_hash_md5, 3, 1).kind, VALUE_UNDEFINED);
	assert_int_equal(ask(&o, FUNCTION_hash_md5, 0, -1).kind, VALUE_UNDEFINED);
	arena_free(o.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_once),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
