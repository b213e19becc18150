#include "cell/remote.h"

#include <unistd.h>

#include "os/channel.h"
#include "os/file.h"

static enum status send_setup(int channel, const struct wire_setup *setup, struct error *e)
{
	struct buf message;
	enum channel_result sent = CHANNEL_BROKEN;

	buf_init(&message, WIRE_MAX);
	wire_put_setup(&message, setup);
	if (!message.bad)
		sent = channel_send(channel, buf_str(&message), NULL, 0, CHANNEL_POLL);
	buf_done(&message);
	if (sent != CHANNEL_DONE)
		return error_at(e, E_IO, 0, "cannot send to a new worker");
	return OK;
}

enum status remote_start(const struct remote_program *program, struct remote *ret, struct error *e)
{
	int ends[2], fds[1 + WIRE_IMAGES_MAX + MODULE_COUNT];
	enum status status = channel_pair(ends, e);

	if (status != OK)
		return status;
	AUTO_FD ours = ends[0];
	AUTO_FD theirs = ends[1];
	pid_t pid;
	size_t count = 0;

	fds[count++] = theirs;
	for (uint32_t i = 0; i < program->setup.images; i++)
		fds[count++] = program->image_fds[i];
	for (size_t i = 0; i < MODULE_COUNT; i++) {
		if ((program->setup.modules >> i & 1) != 0)
			fds[count++] = program->module_fds[i];
	}
	const struct process_options options = {
		.program_fd = program->program_fd,
		.argv = program->argv,
		.fds = fds,
		.fd_count = count,
		.namespaces = true,
	};

	/* it waits in the channel until the process is there to read it */
	status = send_setup(ours, &program->setup, e);
	if (status == OK)
		status = process_start(&options, &pid, e);
	if (status != OK)
		return status;
	*ret = (struct remote){REMOTE_STARTING, pid, take_fd(&ours)};
	return OK;
}

static void forget(struct remote *r)
{
	close(r->channel);
	*r = (struct remote){.state = REMOTE_ENDED, .pid = -1, .channel = -1};
}

void remote_end(struct remote *r, struct process_end *ret)
{
	process_kill(r->pid, ret);
	forget(r);
}

void remote_finish(struct remote *r, struct process_end *ret)
{
	process_finish(r->pid, ret);
	forget(r);
}
