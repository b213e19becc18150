#include "scan/members.h"

#include "scan/budget.h"
#include "scan/examine.h"

/* A member's buffer larger than this is given back, not kept for the next one. */
enum { KEEP_BYTES = 1 << 20 };

/* Collects the members of one container; on the stack while its walk() runs. */
struct collector {
	struct walk w;
	struct scanner *s;
	const struct object *container;
	bool is_open;	  /* between begin() and end() */
	bool is_cut;	  /* the open member gets no more bytes; the reason is recorded */
	bool has_refused; /* E_LIMIT was said, and its reason recorded */
	size_t outer_path_len;
};

static bool has_ended(const struct scanner *s)
{
	return s->is_done || s->is_late || s->is_spent;
}

static enum status refuse(struct collector *c)
{
	c->has_refused = true;
	return E_LIMIT;
}

/* "//" and the name behind the path. What does not fit is left out. */
static void push_name(struct scanner *s, struct str name)
{
	static const struct str separator = {"//", 2};
	size_t room = sizeof s->path - 1 - s->path_len;
	struct str first = str_first(separator, room);
	struct str second = str_first(name, room - first.len);

	memcpy(s->path + s->path_len, first.data, first.len);
	s->path_len += first.len;
	for (size_t i = 0; i < second.len; i++) /* the path is shown as a text that a NUL ends */
		s->path[s->path_len++] = second.data[i] != '\0' ? second.data[i] : '?';
}

/* Whether one more member may be looked at. */
static bool admit(struct collector *c)
{
	struct scanner *s = c->s;
	uint32_t depth = c->container->depth + 1;

	if (s->is_spent || !budget_goes_on(s, depth))
		return false;
	if (depth > s->limits.depth || s->members >= s->limits.members) {
		budget_missed(s, REASON_LIMIT, 0, depth);
		return false;
	}
	s->members++;
	return true;
}

static enum status on_begin(struct walk *w, const struct member *m)
{
	struct collector *c = (struct collector *)w;
	struct scanner *s = c->s;
	struct buf *held = &s->held[c->container->depth + 1];

	if (!admit(c))
		return refuse(c);
	/* all open members together may hold half of a worker's memory */
	uint64_t room = s->limits.memory / 2;
	room = room > s->held_bytes ? room - s->held_bytes : 0;
	held->ceiling = (size_t)min_u64(s->limits.member_bytes, max_u64(room, held->cap));
	buf_clear(held);
	c->outer_path_len = s->path_len;
	push_name(s, m->name);
	c->is_open = true;
	c->is_cut = false;
	if (m->is_encrypted)
		budget_missed(s, REASON_ENCRYPTED, 0, c->container->depth + 1);
	return OK;
}

static enum status cut(struct collector *c)
{
	c->is_cut = true;
	return refuse(c);
}

static enum status on_write(struct walk *w, const void *data, size_t len)
{
	struct collector *c = (struct collector *)w;
	struct scanner *s = c->s;
	uint32_t depth = c->container->depth + 1;
	struct buf *held = &s->held[depth];

	if (c->is_cut || !budget_unpack(s, len, depth))
		return cut(c);
	size_t part = min_size(len, held->ceiling - held->len);
	buf_add(held, data, part);
	if (!held->bad && part == len)
		return OK;
	bool is_over_limit = !held->bad && held->ceiling == s->limits.member_bytes;
	budget_missed(s, is_over_limit ? REASON_LIMIT : REASON_MEMORY, held->len, depth);
	return cut(c);
}

/* Scan what was collected, and all that is in it, before the next member takes its place. */
static void scan_held(struct collector *c)
{
	struct scanner *s = c->s;
	uint32_t depth = c->container->depth + 1;
	struct buf *held = &s->held[depth];
	struct memory_input bytes;

	memory_input_init(&bytes, held->data, held->len);
	struct object o = {
		.in = &bytes.in,
		.memory = held->data,
		.depth = depth,
		.parent = c->container->type,
		.is_cut = c->is_cut,
	};
	uint64_t cap = held->cap;
	s->held_bytes += cap;
	object_examine(s, &o);
	s->held_bytes -= cap;
	if (cap > KEEP_BYTES)
		buf_done(held);
}

static enum status on_end(struct walk *w, enum status how)
{
	struct collector *c = (struct collector *)w;
	struct scanner *s = c->s;

	if (!c->is_open)
		return refuse(c);
	if (how != OK && !(how == E_LIMIT && c->is_cut))
		budget_missed(s, reason_of_status(how), 0, c->container->depth);
	if (budget_goes_on(s, c->container->depth))
		scan_held(c);
	s->path_len = c->outer_path_len;
	c->is_open = false;
	return has_ended(s) ? refuse(c) : OK;
}

static enum status on_slice(struct walk *w, const struct member *m, uint64_t at, uint64_t len)
{
	struct collector *c = (struct collector *)w;
	struct scanner *s = c->s;
	const struct object *container = c->container;
	struct slice_input bytes;

	if (!range_fits(at, len, container->in->size)) {
		budget_missed(s, REASON_DAMAGED, at, container->depth);
		return OK;
	}
	if (!admit(c) || !budget_unpack(s, len, container->depth + 1))
		return refuse(c);
	slice_input_init(&bytes, container->in, at, len);
	struct object o = {
		.in = &bytes.in,
		.memory = container->memory != NULL ? container->memory + at : NULL,
		.depth = container->depth + 1,
		.parent = container->type,
	};
	size_t outer = s->path_len;
	push_name(s, m->name);
	object_examine(s, &o);
	s->path_len = outer;
	return has_ended(s) ? refuse(c) : OK;
}

static enum status on_tick(struct walk *w, uint64_t work)
{
	struct collector *c = (struct collector *)w;

	(void)work; /* the clock is what is asked */
	if (budget_goes_on(c->s, c->container->depth))
		return OK;
	return c->is_open ? cut(c) : refuse(c);
}

void members_scan(struct scanner *s, const struct object *container)
{
	struct collector c = {
		.w = {on_begin, on_write, on_end, on_slice, on_tick},
		.s = s,
		.container = container,
	};
	struct error e = {0};
	enum status status = container->format->walk(container->in, &c.w, &e);

	if (c.is_open) /* the format did not say so */
		on_end(&c.w, status);
	if (status != OK && !(status == E_LIMIT && c.has_refused))
		budget_missed(s, reason_of_status(status), e.at, container->depth);
	/* end() tells that a member is damaged, the walk tells where */
	if (e.code != OK && s->out.reason == reason_of_status(e.code) && s->out.reason_at == 0 &&
	    s->out.reason_depth == container->depth)
		s->out.reason_at = e.at;
}
