/*
 * Channels: pairs of connected sockets that keep the borders of messages and
 * carry open descriptors (SOCK_SEQPACKET and SCM_RIGHTS, unix(7)).
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum { CHANNEL_FDS_MAX = 32 };

enum channel_result {
	CHANNEL_DONE,
	CHANNEL_WAIT,   /* nothing there, or no room: not with CHANNEL_BLOCK */
	CHANNEL_CLOSED, /* the other end is gone */
	CHANNEL_BROKEN, /* the other end sent what does not fit, or the kernel failed */
};

enum channel_mode { CHANNEL_BLOCK, CHANNEL_POLL };

/** Two ends; both close on execution of a program. */
MUST_CHECK enum status channel_pair(int ret[2], struct error *e);

/** Send one message with copies of `fd_count` descriptors. */
MUST_CHECK enum channel_result channel_send(int channel, struct str message, const int *fds,
					    size_t fd_count, enum channel_mode mode);

struct channel_message {
	size_t len;
	int fds[CHANNEL_FDS_MAX]; /* the receiver's from here on */
	size_t fd_count;
};

/** Receive one message into `to`. One that carries descriptors is CHANNEL_BROKEN. */
MUST_CHECK enum channel_result channel_receive(int channel, void *to, size_t room,
					       enum channel_mode mode,
					       struct channel_message *ret);

/** The same with descriptors. */
MUST_CHECK enum channel_result channel_receive_fds(int channel, void *to, size_t room,
						   enum channel_mode mode,
						   struct channel_message *ret);
