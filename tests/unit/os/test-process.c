#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "os/process.h"

/* Run a shell with `script` and give it the write end of a pipe as descriptor 3. */
static struct process_end run(const char *script, bool namespaces, int *ret_read)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct process_options o = {.argv = argv, .fd_count = 1, .namespaces = namespaces};
	struct error e = {0};
	struct process_end end;
	int pair[2];
	pid_t pid;

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	o.fds = &pair[1];
	assert_int_equal(process_open_program("/bin/sh", &o.program_fd, &e), OK);
	if (process_start(&o, &pid, &e) != OK)
		fail_msg("%s", e.text);
	close(pair[1]);
	close(o.program_fd);
	process_wait(pid, &end);
	*ret_read = pair[0];
	return end;
}

static void children_end_as_they_say(void **state)
{
	static const struct {
		const char *name, *script;
		bool by_signal;
		int code;
	} cases[] = {
		{"exit", "exit 7", false, 7},
		{"signal", "kill -9 $$", true, SIGKILL},
		{"no descriptor but those given", "for f in /proc/self/fd/*; do n=${f##*/}; "
		 "[ $n -le 3 ] || [ $(readlink $f) = /proc/self/fd ] || [ ! -e $f ] || exit 1; "
		 "done",
		 false, 0},
		{"no environment", "[ -z \"$HOME$USER$SHELL\" ]", false, 0},
		{"output goes nowhere", "echo x && [ /dev/stdin -ef /dev/null ]", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		int fd;
		struct process_end end = run(cases[i].script, false, &fd);

		if (end.by_signal != cases[i].by_signal || end.code != cases[i].code)
			fail_msg("%s: %s %d", cases[i].name, end.by_signal ? "signal" : "exit",
				 end.code);
		close(fd);
	}
}

static void what_it_is_given_can_be_used(void **state)
{
	char text[8] = "";
	int fd;
	struct process_end end = run("printf hello >&3", true, &fd);

	(void)state;
	assert_false(end.by_signal);
	assert_int_equal(end.code, 0);
	assert_int_equal(read(fd, text, sizeof text), 5);
	assert_string_equal(text, "hello");
	close(fd);
}

static void a_program_that_is_none_is_told(void **state)
{
	struct error e = {0};
	int fd;

	(void)state;
	assert_int_equal(process_open_program("/nonexistent", &fd, &e), E_IO);
	assert_string_equal(e.text, "/nonexistent: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_end_as_they_say),
		cmocka_unit_test(what_it_is_given_can_be_used),
		cmocka_unit_test(a_program_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
