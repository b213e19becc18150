#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cell/jail.h"
#include "os/sanitizer.h"

static int give_seven(void *ctx)
{
	(void)ctx;
	return 7;
}

static int crash(void *ctx)
{
	(void)ctx;
	__builtin_trap();
}

static int loop(void *ctx)
{
	const volatile int *forever = ctx;

	while (*forever >= 0)
		continue;
	return 0;
}

static int make_socket(void *ctx)
{
	(void)ctx;
	/* not one of those that a sanitizer needs */
	return getppid() == 0;
}

static int eat_memory(void *ctx)
{
	unsigned count = 0;

	(void)ctx;
	while (count < 4096 && malloc(1u << 20) != NULL)
		count++;
	return count < 100 ? 3 : 4;
}

static int write_far(void *ctx)
{
	static const char block[4096];
	int fd = *(int *)ctx;

	for (int i = 0; i < 100; i++) {
		if (write(fd, block, sizeof block) != sizeof block)
			return errno == EFBIG ? 5 : 6;
	}
	return 0;
}

static int print(void *ctx)
{
	(void)ctx;
	printf("from the jail\n");
	return 0;
}

static void outcomes(void **state)
{
	int file = memfd_create("output", MFD_CLOEXEC);
	const struct {
		const char *name;
		int (*work)(void *ctx);
		struct jail_limits limits;
		enum status status;
		int exit;
		const char *text;
	} cases[] = {
		{"returns", give_seven, {.memory = 64u << 20}, OK, 7, ""},
		{"crashes", crash, {.memory = 64u << 20}, E_INTERNAL, 0, "crashed: "},
		{"loops", loop, {.memory = 64u << 20, .seconds = 1}, E_INTERNAL, 0, "killed: "},
		{"forbidden call", make_socket, {.memory = 64u << 20}, E_INTERNAL, 0,
		 "stopped at a forbidden system call"},
		{"memory", eat_memory, {.memory = 64u << 20}, OK, SANITIZED ? 4 : 3, ""},
		{"output that fits", write_far, {.memory = 64u << 20, .output = 1u << 20}, OK, 0,
		 ""},
		{"output over the limit", write_far, {.memory = 64u << 20, .output = 40960}, OK, 5,
		 ""},
		{"prints", print, {.memory = 64u << 20, .output = 1u << 30}, OK, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct error e = {0};
		int got = 0;

		assert_int_equal(lseek(file, 0, SEEK_SET), 0);
		enum status status = jail_run(&cases[i].limits, cases[i].work, &file, &got, &e);

		if (status != cases[i].status || got != cases[i].exit ||
		    strncmp(e.text, cases[i].text, strlen(cases[i].text)) != 0)
			fail_msg("%s: got %s, %d (%s)", cases[i].name, status_name(status), got,
				 e.text);
	}
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(outcomes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
