/*
 * candor doctor: what a worker reaches on this machine. It is measured on a
 * worker that is started for it, not told from the version of the kernel.
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cell/pool.h"
#include "cell/worker.h"
#include "cli/command.h"
#include "os/machine.h"

int cmd_doctor(int argc, char **argv);

static const char help[] =
	"usage: candor doctor [--json]\n"
	"\n"
	"Start a worker, the process that looks at files, and show how well it is\n"
	"confined on this machine: each layer, what it stops, and what was reached.\n"
	"\n"
	"  --json   one JSON object\n"
	"  --help   this text\n"
	"\n"
	"Exit status: 0 every layer is in place, in full or in part; 2 one is not,\n"
	"or no worker could be started.\n";

static void print_text(const char *kernel, const struct confinement *c)
{
	unsigned missing = LAYERS_ALL & ~confinement_layers(c);

	printf("Confinement of workers on this machine (%s, %s)\n\n", kernel,
	       geteuid() == 0 ? "started by root" : "started by an ordinary user");
	for (unsigned l = 0; l < LAYER_COUNT; l++) {
		printf("%-11s %-8s %s\n", layer_name(l), layer_state_name(c->layers[l].state),
		       c->layers[l].detail);
		printf("%-11s %-8s stops: %s\n\n", "", "", layer_purpose(l));
	}
	if (missing == 0) {
		puts("Every layer is in place.");
		return;
	}
	fputs("Not in place:", stdout);
	for (unsigned l = 0; l < LAYER_COUNT; l++) {
		if ((missing & 1u << l) != 0)
			printf(" %s", layer_name(l));
	}
	puts((missing & LAYERS_CORE) != 0 ? ". Candor does not scan without it." :
		". The other layers hold.");
}

static void print_member(struct buf *b, const char *name, const char *value)
{
	text_json(b, str_of(name));
	buf_add_u8(b, ':');
	text_json(b, str_of(value));
}

static bool print_json(const char *kernel, const struct confinement *c)
{
	struct buf b;

	buf_init(&b, 8192);
	buf_add_str(&b, STR("{\"type\":\"doctor\","));
	print_member(&b, "kernel", kernel);
	buf_add_str(&b, geteuid() == 0 ? STR(",\"root\":true,\"layers\":[")
				       : STR(",\"root\":false,\"layers\":["));
	for (unsigned l = 0; l < LAYER_COUNT; l++) {
		buf_add_str(&b, l == 0 ? STR("{") : STR(",{"));
		print_member(&b, "name", layer_name(l));
		buf_add_u8(&b, ',');
		print_member(&b, "state", layer_state_name(c->layers[l].state));
		buf_add_u8(&b, ',');
		print_member(&b, "detail", c->layers[l].detail);
		buf_add_u8(&b, ',');
		print_member(&b, "stops", layer_purpose(l));
		buf_add_u8(&b, '}');
	}
	buf_add_str(&b, STR("]}\n"));
	bool fits = !b.bad;

	if (fits)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	return fits;
}

/* The exit status when there is nothing more to do; -1 to go on. */
static int parse_options(int argc, char **argv, bool *ret_json)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	*ret_json = false;
	optind = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_FOUND_NOTHING;
		}
		if (option != 'j')
			return EXIT_TROUBLE;
		*ret_json = true;
	}
	if (optind < argc) {
		fputs("candor doctor: takes no arguments\n", stderr);
		return EXIT_TROUBLE;
	}
	return -1;
}

int cmd_doctor(int argc, char **argv)
{
	struct pool_options options = {.program = WORKER_SELF, .argv = worker_self_argv};
	struct confinement c;
	struct error e = {0};
	char kernel[160];
	bool as_json;
	int status = parse_options(argc, argv, &as_json);

	if (status >= 0)
		return status;
	scan_limits_preset(&options.limits);
	if (pool_probe(&options, &c, &e) != OK) {
		fprintf(stderr, "candor doctor: no worker could be started: %s\n", e.text);
		return EXIT_TROUBLE;
	}
	machine_kernel(kernel, sizeof kernel);
	if (!as_json)
		print_text(kernel, &c);
	else if (!print_json(kernel, &c))
		return EXIT_TROUBLE;
	return confinement_layers(&c) == LAYERS_ALL ? EXIT_FOUND_NOTHING : EXIT_TROUBLE;
}
