/*
 * The candor program: finds the sub-command and runs it. All it knows of them
 * is their row in commands.def.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cell/worker.h"
#include "cli/command.h"
#include "os/term.h"

#define COMMAND(name, arguments, help) int cmd_##name(int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

const struct command *command_all(void)
{
	static const struct command all[] = {
#define COMMAND(name, arguments, help) {#name, arguments, help, cmd_##name},
#include "cli/commands.def"
#undef COMMAND
		{0},
	};

	return all;
}

static const struct command *find(const char *name)
{
	for (const struct command *c = command_all(); c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static void print_usage(FILE *to)
{
	fputs("usage: candor COMMAND [ARGUMENT…]\n\n", to);
	for (const struct command *c = command_all(); c->name != NULL; c++)
		fprintf(to, "  %-10s %s\n", c->name, c->help);
	fputs("\n  candor COMMAND --help   the options of a command\n"
	      "  candor --version        the version\n",
	      to);
}

static int run(const struct command *c, int argc, char **argv)
{
	int status = c->run(argc, argv);

	/* what stdio still holds may meet a full disk here, and only here */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("candor: cannot write the output");
		return EXIT_TROUBLE;
	}
	return status;
}

static int help_on(char *name)
{
	const struct command *c = find(name);
	char option[] = "--help";
	char *argv[] = {name, option, NULL};

	if (c != NULL)
		return run(c, 2, argv);
	fprintf(stderr, "candor: no such command: %s\n", name);
	return EXIT_TROUBLE;
}

static int dispatch(int argc, char **argv)
{
	const char *name = argv[1];
	const struct command *c = find(name);

	if (c != NULL)
		return run(c, argc - 1, argv + 1);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		puts("candor " CANDOR_VERSION);
		return EXIT_FOUND_NOTHING;
	}
	if (strcmp(name, "help") == 0 && argc > 2)
		return help_on(argv[2]);
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_usage(stdout);
		return EXIT_FOUND_NOTHING;
	}
	fprintf(stderr, "candor: no such command: %s\nTry: candor help\n", name);
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	/* first of all: a worker must look at nothing else */
	if (worker_requested(argc, argv))
		return worker_main();
	if (!term_standard_descriptors())
		return EXIT_TROUBLE;
	/* names are shown as UTF-8 on every machine; wcwidth() and fnmatch() must know */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* a closed pipe is an error that the writer sees, not the end of the program */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_TROUBLE;
	}
	return dispatch(argc, argv);
}
