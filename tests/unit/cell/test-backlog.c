#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <unistd.h>

#include "cell/backlog.h"

static void queues_keep_order_and_sums(void **state)
{
	struct backlog b;
	struct backlog_queue q = BACKLOG_QUEUE;

	(void)state;
	assert_true(backlog_init(&b, 4));
	for (uint64_t i = 0; i < 4; i++)
		backlog_append(&b, &q, backlog_new(&b, dup(0), 10 + i, i));
	assert_int_equal(b.unused.count, 0);
	assert_int_equal(q.count, 4);
	assert_int_equal(q.bytes, 46);
	uint32_t first = backlog_take(&b, &q);

	assert_int_equal(b.objects[first].cookie, 0);
	backlog_prepend(&b, &q, first);
	for (uint64_t i = 0; i < 4; i++) {
		uint32_t id = backlog_take(&b, &q);

		assert_int_equal(b.objects[id].cookie, i);
		backlog_forget(&b, id);
	}
	assert_int_equal(backlog_take(&b, &q), BACKLOG_NONE);
	assert_int_equal(q.bytes, 0);
	assert_int_equal(b.unused.count, 4);
	backlog_prepend(&b, &q, backlog_new(&b, dup(0), 1, 9));
	backlog_append(&b, &q, backlog_new(&b, dup(0), 1, 8));
	assert_int_equal(b.objects[backlog_take(&b, &q)].cookie, 9);
	assert_int_equal(b.objects[backlog_take(&b, &q)].cookie, 8);
	backlog_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(queues_keep_order_and_sums)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
