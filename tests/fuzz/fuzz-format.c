/*
 * One program for each row of formats.def. Promises: a failure explains
 * itself and points into the input, the arena keeps its ceiling, a member's
 * slice lies inside its container, a member that begins ends, and nothing is
 * asked for after the walk was told to stop.
 */
#include <stdlib.h>

#include "format/format.h"

enum { ARENA_CEILING = 4 << 20 };
#define WORK_CEILING ((uint64_t)1 << 24)

#define NAME(format) NAME_(format)
#define NAME_(format) format_##format
extern const struct format NAME(FUZZ_FORMAT);

struct checker {
	struct walk w;
	uint64_t size, work;
	bool is_open, has_stopped;
};

#define PROMISE(truth)                                                                             \
	do {                                                                                       \
		if (!(truth))                                                                      \
			abort();                                                                   \
	} while (0)

static enum status work(struct checker *c, uint64_t amount)
{
	PROMISE(!c->has_stopped);
	c->work += amount + 1;
	if (c->work < WORK_CEILING)
		return OK;
	c->has_stopped = !c->is_open;
	return E_LIMIT;
}

static void read_all(const void *data, size_t len)
{
	volatile uint8_t sink = 0;

	for (size_t i = 0; i < len; i++)
		sink = (uint8_t)(sink ^ ((const uint8_t *)data)[i]);
}

static enum status on_begin(struct walk *w, const struct member *m)
{
	struct checker *c = (struct checker *)w;

	PROMISE(!c->is_open);
	read_all(m->name.data, m->name.len);
	enum status status = work(c, 1);
	c->is_open = status == OK;
	return status;
}

static enum status on_write(struct walk *w, const void *data, size_t len)
{
	struct checker *c = (struct checker *)w;

	PROMISE(c->is_open);
	read_all(data, len);
	return work(c, len);
}

static enum status on_end(struct walk *w, enum status how)
{
	struct checker *c = (struct checker *)w;

	(void)how;
	PROMISE(c->is_open);
	c->is_open = false;
	return work(c, 1);
}

static enum status on_slice(struct walk *w, const struct member *m, uint64_t at, uint64_t len)
{
	struct checker *c = (struct checker *)w;

	PROMISE(!c->is_open && range_fits(at, len, c->size));
	read_all(m->name.data, m->name.len);
	return work(c, 1);
}

static enum status on_tick(struct walk *w, uint64_t amount)
{
	return work((struct checker *)w, amount);
}

static void check_failure(enum status status, const struct error *e, uint64_t size)
{
	PROMISE(status == OK || e->code != OK);
	PROMISE(e->at <= size);
	PROMISE(status != E_INTERNAL);
}

static void check_facts(const struct format *f, struct input *in)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct fact_set set;
	struct error e = {0};

	if (a == NULL)
		return;
	fact_set_init(&set, a, NULL);
	check_failure(f->facts(in, &set, &e), &e, in->size);
	PROMISE(arena_used(a) <= ARENA_CEILING);
	for (unsigned id = 0; id < FACT_COUNT; id++) {
		for (uint32_t i = 0; i < set.columns[id].len; i++) {
			const struct fact *fact = fact_get(&set, id, i);

			if (fact != NULL && fact->kind == FACT_TEXT)
				read_all(fact->text.data, fact->text.len);
		}
	}
	const struct fact *entry = fact_get(&set, FACT_EXE_ENTRY, 0);
	PROMISE(entry == NULL || (uint64_t)entry->integer < in->size);
	arena_free(a);
}

static void check_walk(const struct format *f, struct input *in)
{
	struct checker c = {
		.w = {on_begin, on_write, on_end, on_slice, on_tick},
		.size = in->size,
	};
	struct error e = {0};
	enum status status = f->walk(in, &c.w, &e);

	PROMISE(!c.is_open);
	if (status != E_LIMIT || c.work < WORK_CEILING)
		check_failure(status, &e, in->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct format *f = &NAME(FUZZ_FORMAT);
	struct probe p = {data, min_size(size, PROBE_HEAD), size};
	struct memory_input m;

	memory_input_init(&m, data, size);
	int score = f->probe(&p);
	PROMISE(score >= 0 && score <= 100);
	if (score == 0)
		return 0;
	if (f->facts != NULL)
		check_facts(f, &m.in);
	if (f->walk != NULL)
		check_walk(f, &m.in);
	return 0;
}
