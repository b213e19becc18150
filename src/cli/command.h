/*
 * Sub-commands of the candor program; the rows are in commands.def.
 */
#pragma once

/* Exit statuses that every command keeps to. */
enum {
	EXIT_FOUND_NOTHING = 0,
	EXIT_DETECTED = 1,
	EXIT_TROUBLE = 2, /* wrong use, an error, or something that was not scanned */
};

struct command {
	const char *name, *arguments, *help;
	/* argv[0] is the name of the command. Returns the exit status. */
	int (*run)(int argc, char **argv);
};

/** All commands, ended by a NULL name. */
const struct command *command_all(void);
