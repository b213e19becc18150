#include "cell/dispatch.h"

#include "os/channel.h"

/* Bytes at a worker beyond its first object: large ones are spread over the workers. */
#define SENT_BYTES (UINT64_C(4) << 20)

/* On failure the objects go back to where they came from. */
static bool send_request(struct pool *p, struct member *m, const struct wire_scan *request,
			 struct backlog_queue *from)
{
	int fds[WIRE_SCAN_MAX + 1];
	uint32_t fd_count = 0;
	bool was_idle = m->sent.count == 0;
	enum channel_result sent = CHANNEL_BROKEN;

	for (uint32_t i = 0; i < request->count; i++) {
		const struct backlog_object *o = &p->backlog.objects[request->objects[i].id];

		fds[fd_count++] = o->fd;
		if (o->regions > 0) /* then it is alone */
			fds[fd_count++] = o->regions_fd;
	}
	wire_put_scan(&p->message, request);
	if (!p->message.bad)
		sent = channel_send(m->remote.channel, buf_str(&p->message), fds, fd_count,
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

/* What a worker is told of an object: nothing that no rule asks for. */
static struct str path_of(const struct pool *p, uint32_t id)
{
	const char *path = p->needs_subject ? p->backlog.objects[id].path : NULL;

	return path != NULL ? str_first(str_of(path), WIRE_PATH_MAX) : STR("");
}

static struct str owner_of(const struct pool *p, uint32_t id)
{
	const char *owner = p->needs_subject ? p->backlog.objects[id].owner : NULL;

	return owner != NULL ? str_first(str_of(owner), WIRE_OWNER_MAX) : STR("");
}

static void add_to_request(struct pool *p, struct wire_scan *request, struct backlog_queue *from)
{
	uint32_t id = backlog_take(&p->backlog, from);

	request->objects[request->count].id = id;
	request->objects[request->count].size = p->backlog.objects[id].size;
	request->objects[request->count].regions = p->backlog.objects[id].regions;
	request->objects[request->count].path = path_of(p, id);
	request->objects[request->count].owner = owner_of(p, id);
	request->count++;
}

/* Whether the next object has room in a request whose texts take `text` bytes. */
static bool has_room(const struct pool *p, const struct wire_scan *request, uint32_t next,
		     size_t *text)
{
	bool is_process = p->backlog.objects[next].regions > 0;

	if (request->count == 0)
		*text = 0;
	else if (is_process || request->objects[0].regions > 0)
		return false;
	*text += path_of(p, next).len + owner_of(p, next).len;
	return 4 + WIRE_SCAN_MAX * WIRE_SCAN_OBJECT + *text <= WIRE_MAX;
}

static struct member *least_busy(struct pool *p)
{
	struct member *best = NULL;

	for (unsigned i = 0; i < p->jobs; i++) {
		struct member *m = &p->members[i];

		if (m->remote.state != REMOTE_READY || m->sent.count + WIRE_SCAN_MAX > SENT_MAX)
			continue;
		if (m->sent.count > 0 &&
		    (m->sent.bytes >= SENT_BYTES || p->backlog.objects[m->sent.first].is_suspect))
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
	size_t text;

	while (p->pending.count > 0 && request.count < WIRE_SCAN_MAX && request.count < share) {
		uint64_t size = p->backlog.objects[p->pending.first].size;

		if ((request.count > 0 || m->sent.count > 0) &&
		    (size > SENT_BYTES || bytes + size > SENT_BYTES))
			break;
		if (!has_room(p, &request, p->pending.first, &text))
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
