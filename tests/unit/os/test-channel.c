#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/channel.h"

static unsigned open_descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void messages_keep_their_borders(void **state)
{
	int ends[2];
	char bytes[8];
	struct channel_message m;

	(void)state;
	assert_int_equal(channel_pair(ends, NULL), OK);
	assert_int_equal(channel_send(ends[0], STR("one"), NULL, 0, CHANNEL_POLL), CHANNEL_DONE);
	assert_int_equal(channel_send(ends[0], STR("three"), NULL, 0, CHANNEL_POLL), CHANNEL_DONE);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_DONE);
	assert_int_equal(m.len, 3);
	assert_memory_equal(bytes, "one", 3);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_DONE);
	assert_int_equal(m.len, 5);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_WAIT);
	close(ends[0]);
	close(ends[1]);
}

static void what_does_not_fit_is_refused(void **state)
{
	int ends[2], fds[CHANNEL_FDS_MAX + 1] = {0};
	char bytes[4];
	struct channel_message m;

	(void)state;
	assert_int_equal(channel_pair(ends, NULL), OK);
	assert_int_equal(channel_send(ends[0], STR("five!"), NULL, 0, CHANNEL_POLL), CHANNEL_DONE);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_BROKEN);
	assert_int_equal(channel_send(ends[0], STR("x"), fds, LEN(fds), CHANNEL_POLL),
			 CHANNEL_BROKEN);
	close(ends[0]);
	close(ends[1]);
}

static void descriptors_come_only_where_they_are_wanted(void **state)
{
	unsigned before = open_descriptors();
	int ends[2], fds[3] = {0, 0, 0};
	char bytes[8];
	struct channel_message m;

	(void)state;
	assert_int_equal(channel_pair(ends, NULL), OK);
	assert_int_equal(channel_send(ends[0], STR("x"), fds, 3, CHANNEL_POLL), CHANNEL_DONE);
	assert_int_equal(channel_receive_fds(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_DONE);
	assert_int_equal(m.fd_count, 3);
	assert_int_equal(open_descriptors(), before + 5);
	for (size_t i = 0; i < m.fd_count; i++) {
		assert_true((fcntl(m.fds[i], F_GETFD) & FD_CLOEXEC) != 0);
		close(m.fds[i]);
	}
	/* sent to one who wants none: the message is refused, nothing stays open */
	assert_int_equal(channel_send(ends[0], STR("x"), fds, 3, CHANNEL_POLL), CHANNEL_DONE);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_BROKEN);
	assert_int_equal(open_descriptors(), before + 2);
	close(ends[0]);
	close(ends[1]);
}

static void the_last_words_of_a_peer_are_heard(void **state)
{
	int ends[2];
	char bytes[8];
	struct channel_message m;

	(void)state;
	assert_int_equal(channel_pair(ends, NULL), OK);
	/* it ends with a message unread, which the kernel tells as an error first */
	assert_int_equal(channel_send(ends[1], STR("unread"), NULL, 0, CHANNEL_POLL), CHANNEL_DONE);
	assert_int_equal(channel_send(ends[0], STR("last"), NULL, 0, CHANNEL_POLL), CHANNEL_DONE);
	close(ends[0]);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_DONE);
	assert_int_equal(m.len, 4);
	assert_int_equal(channel_receive(ends[1], bytes, sizeof bytes, CHANNEL_POLL, &m),
			 CHANNEL_CLOSED);
	assert_int_equal(channel_send(ends[1], STR("x"), NULL, 0, CHANNEL_POLL), CHANNEL_CLOSED);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_keep_their_borders),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(descriptors_come_only_where_they_are_wanted),
		cmocka_unit_test(the_last_words_of_a_peer_are_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
