#include "os/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for descriptors in a message's control part, aligned for its header. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(CHANNEL_FDS_MAX * sizeof(int))];
};

enum status channel_pair(int ret[2], struct error *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) != 0)
		return error_at(e, E_IO, 0, "cannot make a socket pair: %s", strerror(errno));
	return OK;
}

static enum channel_result result_of_errno(void)
{
	switch (errno) {
	case EAGAIN:
	case ETOOMANYREFS: /* this user has too many descriptors under way */
		return CHANNEL_WAIT;
	case EPIPE:
	case ECONNRESET:
		return CHANNEL_CLOSED;
	default:
		return CHANNEL_BROKEN;
	}
}

static void attach(struct msghdr *m, union control *control, const int *fds, size_t count)
{
	m->msg_control = control->bytes;
	m->msg_controllen = CMSG_SPACE(count * sizeof(int));
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	*c = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(count * sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	};
	memcpy(CMSG_DATA(c), fds, count * sizeof(int));
}

enum channel_result channel_send(int channel, struct str message, const int *fds, size_t fd_count,
				 enum channel_mode mode)
{
	union control control = {0};
	struct iovec part = {(void *)(uintptr_t)message.data, message.len};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	if (fd_count > CHANNEL_FDS_MAX)
		return CHANNEL_BROKEN;
	if (fd_count > 0)
		attach(&m, &control, fds, fd_count);
	do {
		n = sendmsg(channel, &m, MSG_NOSIGNAL | (mode == CHANNEL_POLL ? MSG_DONTWAIT : 0));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? result_of_errno() : CHANNEL_DONE;
}

static void detach(struct msghdr *m, struct channel_message *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		/* the kernel puts all of them into one part, which is no longer than our room */
		memcpy(ret->fds, CMSG_DATA(c), count * sizeof(int));
		ret->fd_count = count;
	}
}

static enum channel_result receive(int channel, struct msghdr *m, enum channel_mode mode,
				   struct channel_message *ret)
{
	int flags = MSG_CMSG_CLOEXEC | (mode == CHANNEL_POLL ? MSG_DONTWAIT : 0);
	ssize_t n;

	/* a peer that ended with messages unread is told once, before what it had sent */
	do {
		n = recvmsg(channel, m, flags);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return result_of_errno();
	*ret = (struct channel_message){.len = (size_t)n};
	if (m->msg_control != NULL)
		detach(m, ret);
	if ((m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		for (size_t i = 0; i < ret->fd_count; i++)
			close(ret->fds[i]);
		return CHANNEL_BROKEN;
	}
	/* no message of ours is empty */
	return n == 0 ? CHANNEL_CLOSED : CHANNEL_DONE;
}

enum channel_result channel_receive(int channel, void *to, size_t room, enum channel_mode mode,
				    struct channel_message *ret)
{
	struct iovec part = {to, room};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

	return receive(channel, &m, mode, ret);
}

enum channel_result channel_receive_fds(int channel, void *to, size_t room,
					enum channel_mode mode, struct channel_message *ret)
{
	union control control;
	struct iovec part = {to, room};
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};

	return receive(channel, &m, mode, ret);
}
