#include "scan/pass.h"

#include "scan/budget.h"

void pass_note(struct pass *p, enum status status)
{
	if (status == OK || p->is_undecided)
		return;
	p->is_undecided = true;
	p->undecided = reason_of_status(status);
}

/* Which digests of an object of this size could tell anything. */
static unsigned wanted_digests(const struct scanner *s, uint64_t size)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < s->image_count; i++)
		wanted |= image_digests_for(s->images[i].img, SUBJECT_OBJECT, size);
	return wanted;
}

/*
 * Make the window hold up to `want` bytes behind what it holds. A short read
 * means that the file has shrunk since its size was taken.
 */
static bool extend(struct scanner *s, struct pass *p, size_t want)
{
	struct match_window *w = &p->window;
	struct object *o = p->o;
	uint64_t end = w->start + w->len;
	size_t got = 0;

	want = (size_t)min_u64(want, p->end - end);
	if (o->memory != NULL) {
		w->len += want;
		return true;
	}
	enum status status = o->in->read(o->in, end, s->window + w->len, want, &got);
	w->len += status == OK ? got : 0;
	if (status == OK && got == want)
		return true;
	/* memory of a process comes and goes, and some of it belongs to devices */
	if (o->is_process)
		return false;
	o->is_cut = true;
	budget_missed(s, status == OK ? REASON_CHANGED : reason_of_status(status),
		      end + (status == OK ? got : 0), o->depth);
	return false;
}

bool pass_begin(struct scanner *s, struct pass *p, struct object *o)
{
	*p = (struct pass){.o = o, .window.data = o->memory ? o->memory : s->window};
	p->end = o->in->size;
	if (o->is_process)
		return true;
	p->digests = o->is_cut ? 0 : wanted_digests(s, o->in->size);
	bool is_wanted = p->digests != 0 || (s->wanted_types & 1u << TYPE_DATA) != 0;
	if (p->end == 0)
		return true;
	return extend(s, p, is_wanted ? WINDOW_BYTES : PROBE_HEAD) || p->window.len > 0;
}

static void begin_matching(struct scanner *s, struct pass *p, struct match_object *m)
{
	*m = (struct match_object){
		.size = p->o->in->size,
		.is_process = p->o->is_process,
		.type = p->o->type,
		.parent = p->o->parent,
		.view = VIEW_RAW,
		.facts = &s->facts,
		.input = p->o->in,
		.env = &s->environment,
	};
	for (size_t i = 0; i < s->image_count; i++) {
		struct scan_image *image = &s->images[i];
		enum status status;

		if ((image->wanted_types & 1u << p->o->type) == 0)
			continue;
		status = matcher_begin(image->matcher, m);
		image->is_begun = image->is_fed = status == OK;
		pass_note(p, status);
	}
}

static void feed(struct scanner *s, struct pass *p)
{
	const struct match_window *w = &p->window;
	size_t old = (size_t)(w->fresh - w->start);

	s->out.bytes += w->len - old;
	if (p->digests != 0 && digester_add(s->digester, w->data + old, w->len - old) != OK)
		p->digests = 0;
	for (size_t i = 0; i < s->image_count; i++) {
		struct scan_image *image = &s->images[i];
		enum status status;

		if (!image->is_fed)
			continue;
		status = matcher_feed(image->matcher, w);
		image->is_fed = status == OK;
		pass_note(p, status);
	}
}

/* Move on behind the window, keeping the overlap that matchers need; false: it ends here. */
static bool advance(struct scanner *s, struct pass *p)
{
	struct match_window *w = &p->window;
	size_t keep = p->is_matched ? min_size(w->len, MATCH_OVERLAP) : 0;
	uint64_t end = w->start + w->len;

	if (p->o->memory != NULL)
		w->data = p->o->memory + (end - keep);
	else
		memmove(s->window, s->window + (w->len - keep), keep);
	w->start = end - keep;
	w->len = keep;
	w->fresh = end;
	if (!budget_goes_on(s, p->o->depth)) {
		p->o->is_cut = true;
		return false;
	}
	return extend(s, p, WINDOW_BYTES);
}

static void read_region(struct scanner *s, struct pass *p)
{
	struct match_window *w = &p->window;
	bool goes_on = !p->o->is_cut || p->o->memory != NULL;

	/* the head alone may have been read until now */
	if (goes_on && w->len < min_u64(p->end - w->start, WINDOW_BYTES))
		goes_on = extend(s, p, WINDOW_BYTES - w->len);
	for (;;) {
		w->last = !goes_on || w->start + w->len == p->end;
		feed(s, p);
		if (w->last)
			return;
		goes_on = advance(s, p);
	}
}

static void read_windows(struct scanner *s, struct pass *p)
{
	const struct object *o = p->o;

	if (!o->is_process)
		read_region(s, p);
	for (size_t i = 0; o->is_process && i < o->region_count && !o->is_cut; i++) {
		const struct scan_region *region = &o->regions[i];

		p->window = (struct match_window){
			.data = s->window, .start = region->start, .fresh = region->start};
		p->end = region->end;
		if (budget_goes_on(s, o->depth))
			read_region(s, p);
	}
}

static void end_matching(struct scanner *s, struct pass *p)
{
	for (size_t i = 0; i < s->image_count; i++) {
		struct scan_image *image = &s->images[i];

		if (!image->is_begun)
			continue;
		pass_note(p, matcher_end(image->matcher, &image->hits, &image->hit_count));
		image->undecided_count = matcher_undecided(image->matcher, &image->undecided);
	}
}

static void end_digests(struct scanner *s, struct pass *p)
{
	for (unsigned kind = 0; kind < DIGEST_COUNT; kind++) {
		if ((p->digests & 1u << kind) != 0 &&
		    digester_end(s->digester, kind, s->digest[kind]) == OK)
			s->digests |= 1u << kind;
	}
}

void pass_run(struct scanner *s, struct pass *p)
{
	struct match_object m;

	s->digests = 0;
	for (size_t i = 0; i < s->image_count; i++) {
		s->images[i].is_begun = s->images[i].is_fed = false;
		s->images[i].hit_count = s->images[i].undecided_count = 0;
	}
	p->is_matched = (s->wanted_types & 1u << p->o->type) != 0;
	if (p->o->is_cut && p->o->memory == NULL)
		p->digests = 0;
	if (p->digests == 0 && !p->is_matched) {
		s->out.bytes += p->window.len;
		return;
	}
	unsigned wanted = p->digests;
	if (wanted != 0 && digester_begin(s->digester, wanted) != OK)
		p->digests = 0;
	if (p->is_matched)
		begin_matching(s, p, &m);
	read_windows(s, p);
	if (p->is_matched)
		end_matching(s, p);
	if (p->o->is_cut)
		return;
	end_digests(s, p);
	/* not a matter of the object: the digest library refused */
	if (s->digests != wanted)
		budget_missed(s, REASON_INTERNAL, 0, p->o->depth);
}
