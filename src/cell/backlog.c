#include "cell/backlog.h"

#include <stdlib.h>
#include <unistd.h>

bool backlog_init(struct backlog *b, uint32_t capacity)
{
	*b = (struct backlog){
		.objects = calloc(capacity, sizeof *b->objects),
		.capacity = capacity,
		.unused = BACKLOG_QUEUE,
	};
	if (b->objects == NULL)
		return false;
	for (uint32_t i = 0; i < capacity; i++) {
		b->objects[i].fd = b->objects[i].regions_fd = -1;
		backlog_append(b, &b->unused, i);
	}
	return true;
}

static void close_both(const struct backlog_object *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->regions_fd >= 0)
		close(o->regions_fd);
}

void backlog_done(struct backlog *b)
{
	for (uint32_t i = 0; b->objects != NULL && i < b->capacity; i++) {
		close_both(&b->objects[i]);
	}
	free(b->objects);
	b->objects = NULL;
}

uint32_t backlog_take(struct backlog *b, struct backlog_queue *from)
{
	uint32_t id = from->first;

	if (id == BACKLOG_NONE)
		return id;
	from->first = b->objects[id].next;
	if (from->first == BACKLOG_NONE)
		from->last = BACKLOG_NONE;
	from->count--;
	from->bytes -= b->objects[id].size;
	return id;
}

void backlog_append(struct backlog *b, struct backlog_queue *to, uint32_t id)
{
	b->objects[id].next = BACKLOG_NONE;
	if (to->last == BACKLOG_NONE)
		to->first = id;
	else
		b->objects[to->last].next = id;
	to->last = id;
	to->count++;
	to->bytes += b->objects[id].size;
}

void backlog_prepend(struct backlog *b, struct backlog_queue *to, uint32_t id)
{
	b->objects[id].next = to->first;
	to->first = id;
	if (to->last == BACKLOG_NONE)
		to->last = id;
	to->count++;
	to->bytes += b->objects[id].size;
}

uint32_t backlog_new(struct backlog *b, int fd, uint64_t size, uint64_t cookie)
{
	uint32_t id = backlog_take(b, &b->unused);

	b->objects[id] = (struct backlog_object){
		.fd = fd,
		.regions_fd = -1,
		.size = size,
		.cookie = cookie,
		.worst = VERDICT_NOT_SCANNED,
	};
	return id;
}

void backlog_forget(struct backlog *b, uint32_t id)
{
	close_both(&b->objects[id]);
	b->objects[id] = (struct backlog_object){.fd = -1, .regions_fd = -1};
	backlog_append(b, &b->unused, id);
}
