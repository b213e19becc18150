#include "cell/dispatch.h"

#include "os/channel.h"

/* Bytes at a worker beyond its first object: large ones are spread over the workers. */
#define SENT_BYTES (UINT64_C(4) << 20)

/* On failure the objects go back to where they came from. */
static bool send_request(struct pool *p, struct member *m, const struct wire_scan *request,
			 struct backlog_queue *from)
{
	int fds[WIRE_SCAN_MAX];
	bool was_idle = m->sent.count == 0;
	enum channel_result sent = CHANNEL_BROKEN;

	for (uint32_t i = 0; i < request->count; i++)
		fds[i] = p->backlog.objects[request->objects[i].id].fd;
	wire_put_scan(&p->message, request);
	if (!p->message.bad)
		sent = channel_send(m->remote.channel, buf_str(&p->message), fds, request->count,
				    CHANNEL_POLL);
	p->is_held |= sent == CHANNEL_WAIT;
	for (uint32_t i = 0; i < request->count; i++) {
		if (sent == CHANNEL_DONE)
			backlog_append(&p->backlog, &m->sent, request->objects[i].id);
		else
			backlog_prepend(&p->backlog, from,
					request->objects[request->count - 1 - i].id);
	}
	if (sent == CHANNEL_DONE && was_idle)
		pool_set_deadline(p, m);
	return sent == CHANNEL_DONE;
}

static void add_to_request(struct pool *p, struct wire_scan *request, struct backlog_queue *from)
{
	uint32_t id = backlog_take(&p->backlog, from);

	request->objects[request->count].id = id;
	request->objects[request->count].size = p->backlog.objects[id].size;
	request->count++;
}

static struct member *least_busy(struct pool *p)
{
	struct member *best = NULL;

	for (unsigned i = 0; i < p->jobs; i++) {
		struct member *m = &p->members[i];

		if (m->remote.state != REMOTE_READY || m->sent.count + WIRE_SCAN_MAX > SENT_MAX)
			continue;
		if (m->sent.count > 0 && (m->sent.bytes >= SENT_BYTES ||
					  p->backlog.objects[m->sent.first].is_suspect))
			continue;
		if (best == NULL || m->sent.count < best->sent.count)
			best = m;
	}
	return best;
}

/* One request of small objects, or of one large one. */
static bool dispatch_pending(struct pool *p, struct member *m)
{
	struct wire_scan request = {0};
	uint32_t share = (p->pending.count + p->jobs - 1) / p->jobs;
	uint64_t bytes = m->sent.bytes;

	while (p->pending.count > 0 && request.count < WIRE_SCAN_MAX && request.count < share) {
		uint64_t size = p->backlog.objects[p->pending.first].size;

		if ((request.count > 0 || m->sent.count > 0) &&
		    (size > SENT_BYTES || bytes + size > SENT_BYTES))
			break;
		bytes += size;
		add_to_request(p, &request, &p->pending);
	}
	return request.count > 0 && send_request(p, m, &request, &p->pending);
}

void dispatch(struct pool *p)
{
	struct member *m;

	p->is_held = false;
	while (p->suspects.count > 0 && (m = least_busy(p)) != NULL && m->sent.count == 0) {
		struct wire_scan request = {0};

		add_to_request(p, &request, &p->suspects);
		if (!send_request(p, m, &request, &p->suspects))
			return;
	}
	while (p->pending.count > 0 && (m = least_busy(p)) != NULL) {
		if (!dispatch_pending(p, m))
			return;
	}
}
