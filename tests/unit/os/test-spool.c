#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/wait.h>

#include "os/file.h"
#include "os/spool.h"

/* A pipe into which a child writes `len` bytes of a pattern. */
static int pattern_pipe(uint64_t len)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	if (fork() == 0) {
		static uint8_t chunk[65536];

		close(ends[0]);
		for (size_t i = 0; i < sizeof chunk; i++)
			chunk[i] = (uint8_t)(i * 7 + i / 251);
		while (len > 0) {
			size_t n = (size_t)min_u64(len, sizeof chunk);

			if (file_write_all(ends[1], chunk, n, NULL) != OK)
				break;
			len -= n;
		}
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static void spools(void **state)
{
	static const struct {
		const char *name;
		uint64_t len, most;
		enum status want;
	} cases[] = {
		{"empty", 0, 100, OK},
		{"small", 1000, 1000, OK},
		{"one too many", 1001, 1000, E_LIMIT},
		{"more than is kept in memory", (80ull << 20) + 1, 1 << 30, OK},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		AUTO_FD in = pattern_pipe(cases[i].len);
		uint64_t size = 0;
		int fd = -1;
		enum status got = spool(in, cases[i].most, &fd, &size, NULL);

		if (got != cases[i].want)
			fail_msg("%s: got %s", cases[i].name, status_name(got));
		close(in);
		in = -1;
		wait(NULL);
		if (got != OK)
			continue;
		if (size != cases[i].len || lseek(fd, 0, SEEK_END) != (off_t)size)
			fail_msg("%s: got %ju bytes", cases[i].name, (uintmax_t)size);
		for (uint64_t at = 0; at < size; at += 65521) {
			size_t k = at % 65536;
			uint8_t byte;

			assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
			assert_int_equal(byte, (uint8_t)(k * 7 + k / 251));
		}
		/* who gets the descriptor cannot write to it */
		assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
		close(fd);
	}
}

/* A regular file is taken as it is, but only from its start. */
static void regular(void **state)
{
	uint64_t size;
	int file, fd;

	(void)state;
	assert_int_equal(file_anonymous("test", &file, NULL), OK);
	assert_int_equal(file_write_all(file, "abcdef", 6, NULL), OK);
	for (off_t at = 0; at < 6; at += 3) {
		char text[8] = {0};

		assert_int_equal(lseek(file, at, SEEK_SET), at);
		assert_int_equal(spool(file, 100, &fd, &size, NULL), OK);
		assert_int_equal(size, 6 - at);
		assert_int_equal(pread(fd, text, sizeof text, 0), 6 - at);
		assert_string_equal(text, &"abcdef"[at]);
		close(fd);
	}
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(spools), cmocka_unit_test(regular)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
