#include "scan/examine.h"

#include "format/parts.h"
#include "scan/budget.h"
#include "scan/describe.h"
#include "scan/evidence.h"
#include "scan/members.h"
#include "scan/pass.h"
#include "scan/subject.h"

/*
 * Sections of a hostile file can overlap: what is hashed of all of them
 * together stays within this many times the file, and some for small files.
 */
enum { SECTION_WORK_FACTOR = 4, SECTION_WORK_FREE = 1 << 20 };

/* Finds facts in the object at hand. */
struct finder {
	struct fact_source base;
	struct input *in;
};

static enum status find_part(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	return part_find(part, ((struct finder *)source)->in, set, NULL);
}

/* Hash [at, at + len) of the object for the digester, which has begun. */
static enum status hash_range(struct scanner *s, const struct pass *p, uint64_t at, uint64_t len)
{
	struct input *in = p->o->in;

	if (p->o->memory != NULL)
		return digester_add(s->digester, p->o->memory + at, (size_t)len);
	while (len > 0) {
		size_t part = (size_t)min_u64(len, WINDOW_BYTES);
		enum status status = input_exact(in, at, s->window, part);

		if (status == OK)
			status = digester_add(s->digester, s->window, part);
		if (status != OK)
			return status;
		if (!budget_goes_on(s, p->o->depth))
			return E_LIMIT; /* recorded already */
		at += part;
		len -= part;
	}
	return OK;
}

static void check_section(struct scanner *s, const struct pass *p, unsigned wanted, uint64_t at,
			  uint64_t size)
{
	const struct object *o = p->o;
	uint8_t value[DIGEST_MAX_BYTES];
	enum status status = digester_begin(s->digester, wanted);

	if (status == OK)
		status = hash_range(s, p, at, size);
	if (status != OK && status != E_LIMIT)
		budget_missed(s, status == E_TRUNCATED ? REASON_CHANGED : reason_of_status(status),
			      at, o->depth);
	if (status != OK)
		return;
	for (unsigned kind = 0; kind < DIGEST_COUNT; kind++) {
		if ((wanted & 1u << kind) != 0 && digester_end(s->digester, kind, value) == OK)
			evidence_report_section(s, o, kind, at, size, value);
	}
}

static unsigned wanted_section_digests(const struct scanner *s, uint64_t size)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < s->image_count; i++)
		wanted |= image_digests_for(s->images[i].img, SUBJECT_SECTION, size);
	return wanted;
}

/* Digests of the sections whose raw size some rule has. */
static void check_sections(struct scanner *s, const struct pass *p)
{
	const struct object *o = p->o;
	uint64_t budget;

	if (!s->has_sections || o->format == NULL || o->format->facts == NULL || o->is_cut)
		return;
	enum status status = fact_need(&s->facts, PART_exe);
	if (status != OK) {
		budget_missed(s, reason_of_status(status), 0, o->depth);
		return;
	}
	if (__builtin_mul_overflow(o->in->size, (uint64_t)SECTION_WORK_FACTOR, &budget) ||
	    !add_u64(budget, SECTION_WORK_FREE, &budget))
		budget = UINT64_MAX;
	for (uint64_t i = 0; budget_goes_on(s, o->depth); i++) {
		const struct fact *at = fact_get(&s->facts, FACT_EXE_SECTION_OFFSET, i);
		const struct fact *size = fact_get(&s->facts, FACT_EXE_SECTION_SIZE, i);

		if (at == NULL || size == NULL)
			return;
		uint64_t len = (uint64_t)size->integer;
		if (len == 0 || !range_fits((uint64_t)at->integer, len, o->in->size))
			continue;
		unsigned wanted = wanted_section_digests(s, len);
		if (wanted == 0)
			continue;
		if (len > budget) {
			budget_missed(s, REASON_LIMIT, (uint64_t)at->integer, o->depth);
			return;
		}
		budget -= len;
		check_section(s, p, wanted, (uint64_t)at->integer, len);
	}
}

/* All that does not need the pass again; false when the object's members need no look. */
static bool judge(struct scanner *s, struct object *o)
{
	struct memory_input whole;
	struct finder finder = {{find_part}, o->in};
	struct pass p;

	if (!pass_begin(s, &p, o))
		return false;
	const struct probe head = {
		.head = p.window.data,
		.head_len = min_size(p.window.len, PROBE_HEAD),
		.size = o->in->size,
	};
	o->format = o->is_process ? NULL : format_identify(&head);
	o->type = o->format != NULL ? o->format->type : TYPE_DATA;
	if (pass_has_all(&p)) {
		memory_input_init(&whole, p.window.data, p.window.len);
		finder.in = &whole.in;
	}
	arena_clear(s->arena);
	fact_set_init(&s->facts, s->arena, &finder.base);
	subject_begin(s, o);
	pass_run(s, &p);
	describe_object(s, o);
	if (evidence_is_trusted(s, o)) {
		if (o->depth == 0)
			s->out.trusted = true;
		return false;
	}
	describe_undecided(s, o);
	if (p.is_undecided)
		budget_missed(s, p.undecided, 0, o->depth);
	evidence_report(s, o);
	if (!s->is_done)
		check_sections(s, &p);
	return !s->is_done && !s->is_late;
}

void object_examine(struct scanner *s, struct object *o)
{
	s->out.objects++;
	o->type = TYPE_DATA;
	o->format = NULL;
	/* nothing can be in an empty object, and no rule is asked about it unless that is wished */
	bool is_alone = (s->wishes.wishes & WISH_ALONE) != 0;
	bool goes_in = (o->in->size > 0 || is_alone) && judge(s, o);
	if (o->depth == 0)
		s->out.type = o->type;
	if (goes_in && !is_alone && o->format != NULL && o->format->walk != NULL)
		members_scan(s, o);
}
