#include "cell/jail.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/process.h"
#include "os/sanitizer.h"

struct inmate {
	const struct jail_limits *limits;
	int (*work)(void *ctx);
	void *ctx;
	struct namespace_ids outside;
	bool started_by_root;
};

/* As many descriptors as are open, and one more; 0, that is none, when it cannot be known. */
static unsigned next_descriptor(void)
{
	int fd = dup(STDIN_FILENO);

	if (fd < 0)
		return 0;
	close(fd);
	return (unsigned)fd + 1;
}

/* Descriptors that are open stay so, whatever the limit. */
static bool confine_inmate(const struct inmate *i)
{
	struct confinement c;
	const struct confine_options options = {
		.role = CONFINE_JAIL,
		.layers = LAYERS_ALL,
		.limits = {
			.memory = SANITIZED ? 0 : i->limits->memory,
			.mappings = i->limits->mappings,
			.file_bytes = i->limits->output,
			.cpu_seconds = i->limits->seconds,
			.descriptors = i->limits->receives ? next_descriptor() : 0,
		},
		.outside = i->outside,
		.started_by_root = i->started_by_root,
	};

	if (confine_prepare(NULL) != OK)
		return false;
	confine(&options, &c);
	return (LAYERS_CORE & ~confinement_layers(&c)) == 0;
}

/* The child. It never returns into its copy of the caller. */
static void live(void *ctx)
{
	const struct inmate *i = ctx;
	char output[BUFSIZ];

	/* handlers of the caller are not for this process, which could not return from them */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* a full disk and a closed pipe are errors of write() */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* stdio would ask what kind of file it writes to, which is forbidden in there */
	setvbuf(stdout, output, _IOFBF, sizeof output);
	if (!confine_inmate(i))
		_exit(JAIL_NOT_CONFINED);
	int status = i->work(i->ctx);

	if (fflush(stdout) != 0 && status == 0)
		status = 1;
	_exit(status);
}

enum status jail_start(const struct jail_limits *limits, int (*work)(void *ctx), void *ctx,
		       struct jail *ret, struct error *e)
{
	struct inmate i = {limits, work, ctx, .started_by_root = geteuid() == 0};

	namespace_ids_read(&i.outside);
	fflush(stdout); /* or both processes would write what is in its buffer */
	return namespace_start(true, live, &i, &ret->pid, e);
}

enum status jail_wait(struct jail *jail, int *ret_exit, struct error *e)
{
	struct process_end end;

	process_wait(jail->pid, &end);
	if (end.by_signal && end.code == SIGSYS)
		return error_at(e, E_INTERNAL, 0, "stopped at a forbidden system call");
	if (end.by_signal && end.code == SIGKILL)
		return error_at(e, E_INTERNAL, 0, "killed: out of memory or CPU time");
	if (end.by_signal)
		return error_at(e, E_INTERNAL, 0, "crashed: %s", strsignal(end.code));
	if (end.code == JAIL_NOT_CONFINED)
		return error_at(e, E_DENIED, 0, "cannot be confined on this machine");
	*ret_exit = end.code;
	return OK;
}

enum status jail_run(const struct jail_limits *limits, int (*work)(void *ctx), void *ctx,
		     int *ret_exit, struct error *e)
{
	struct jail jail;
	enum status status = jail_start(limits, work, ctx, &jail, e);

	return status == OK ? jail_wait(&jail, ret_exit, e) : status;
}
