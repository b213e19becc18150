/*
 * Which of the ends of a part counts, when the order of its alternatives matters.
 *
 * The tree is walked with one position. Wherever there is a choice, the first way is taken
 * from which all that follows can still match; that is asked of the sets of ends
 * (confirm-run.h), for all ways at once or for half of those that are left. What was chosen
 * always leads to the end, so nothing is tried twice.
 *
 * What follows a node is a list of frames, which lie on the stack of the functions that walk
 * the nodes around it: the siblings behind it, and behind those of each node around it.
 */
#include "base/num.h"
#include "match/confirm-run.h"
#include "match/work.h"

/* Units for one match. Far more than what is written by hand takes on any text. */
enum { PREFER_WORK = 1 << 13 };
enum { NOWHERE = UINT32_MAX };

/* What has to match behind a node. */
struct rest {
	uint32_t at, end; /* nodes, one after the other; of a loop: the one that is repeated */
	uint32_t depth;
	bool is_loop;
	uint32_t least, most; /* of a loop: times that are still to come */
	uint32_t barred;      /* of a loop: where its last turn began, which must take something */
	const struct rest *next;
};

struct walk {
	struct confirm *c;
	struct confirm_frame frame;
	uint64_t floor; /* of the account of work */
	bool more;
	uint32_t position;
};

/* Find the position behind node `at`, from where `rest` can match. False: give up. */
static bool walk(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
		 const struct rest *rest);

/* Whether `rest` matches from any of the positions, which are used up. */
static bool leads_on(struct walk *w, struct ends *set, const struct rest *rest);

/*
 * The same for a loop. What follows is tried after one more turn, after a few more and so on:
 * mostly few are enough.
 */
static bool loop_leads_on(struct walk *w, struct ends *set, const struct rest *loop)
{
	struct ends *copy = confirm_take(w->c);
	uint32_t left = loop->most - loop->least, turns = 0;
	struct confirm_frame f = w->frame;
	bool ok = copy != NULL, found = false;

	f.depth = loop->depth;
	if (loop->barred != NOWHERE)
		ends_drop(set, loop->barred);
	ok = ok && confirm_times(w->c, &f, loop->at, loop->end, loop->least, set);
	while (ok && *w->c->work > w->floor) {
		ends_copy(copy, set);
		found = leads_on(w, copy, loop->next);
		if (found || left == 0)
			break;
		turns = min_u32(left, turns * 4 + 1);
		left -= turns;
		ends_copy(copy, set);
		ok = confirm_more(w->c, &f, loop->at, loop->end, turns, set) &&
		     !ends_equal(copy, set);
	}
	w->c->used -= copy != NULL;
	return found;
}

/* There is a frame for each level of the tree, and so deep is the recursion. */
static bool leads_on(struct walk *w, struct ends *set, const struct rest *rest)
{
	struct confirm_frame f = w->frame;

	for (; rest != NULL && !ends_is_empty(set); rest = rest->next) {
		if (rest->is_loop)
			return loop_leads_on(w, set, rest);
		f.depth = rest->depth;
		if (!confirm_run_all(w->c, &f, rest->at, rest->end, set))
			return false;
	}
	return !ends_is_empty(set);
}

/* Whether node `at` and then `rest` match from where the walk is; at == end: only `rest`. */
static bool goes_on(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
		    const struct rest *rest)
{
	struct confirm_frame f = w->frame;
	struct ends *set = confirm_take(w->c);
	bool ok = set != NULL;

	f.depth = depth;
	if (ok)
		ends_add(set, w->position);
	ok = ok && (at == end || confirm_run(w->c, &f, at, end, set)) && leads_on(w, set, rest);
	w->c->used -= set != NULL;
	return ok;
}

/* The first or last of the positions from where `rest` can match; halves are asked for. */
static bool pick(struct walk *w, struct ends *from, const struct rest *rest)
{
	struct ends *half = confirm_take(w->c);
	uint32_t low = 0, high = ends_last(from);

	if (half == NULL)
		return false;
	(void)ends_next(from, &low);
	/* mostly it is the very first */
	uint32_t split = w->more ? high : low;
	while (low < high) {
		uint32_t first = w->more ? split : low, last = w->more ? high : split;

		ends_copy(half, from);
		ends_keep(half, first, last);
		bool is_here = leads_on(w, half, rest);
		if (*w->c->work <= w->floor)
			break;
		if (is_here) {
			low = first;
			high = last;
		} else if (w->more) {
			high = split - 1;
		} else {
			low = split + 1;
		}
		split = low + (high - low + w->more) / 2;
	}
	w->position = low;
	w->c->used--;
	return low == high;
}

static bool walk_all(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
		     const struct rest *rest)
{
	struct image_node child;

	while (at < end) {
		if (!confirm_node(w->c, at, end, &child))
			return false;
		struct rest behind = {at + child.skip, end, depth, .next = rest};
		if (!walk(w, at, at + child.skip, depth, &behind))
			return false;
		at += child.skip;
	}
	return true;
}

static bool walk_alternatives(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
			      const struct rest *rest)
{
	struct image_node child;

	while (at < end && confirm_node(w->c, at, end, &child)) {
		if (goes_on(w, at, at + child.skip, depth, rest))
			return walk(w, at, at + child.skip, depth, rest);
		at += child.skip;
	}
	return false;
}

/* Turn by turn. Those that need not be have to take something. */
static bool walk_loop(struct walk *w, const struct image_node *node, uint32_t at, uint32_t end,
		      uint32_t depth, const struct rest *rest)
{
	for (uint32_t i = 0; i < node->b; i++) {
		struct rest loop = {
			.at = at,
			.end = end,
			.depth = depth,
			.is_loop = true,
			.least = node->a > i ? node->a - i - 1 : 0,
			.most = node->b - i - 1,
			.barred = i < node->a ? NOWHERE : w->position,
			.next = rest,
		};
		bool can_stop = i >= node->a;

		if (can_stop && (w->more ? !goes_on(w, at, end, depth, &loop)
					 : goes_on(w, at, at, depth, rest)))
			return true;
		if (!walk(w, at, end, depth, &loop))
			return false;
	}
	return true;
}

static bool has_fixed_width(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
			    uint32_t *ret);

/* Of several nodes: the sum, or the width of each. */
static bool have_fixed_width(struct walk *w, uint32_t at, uint32_t end, uint32_t depth, bool is_sum,
			     uint32_t *ret)
{
	struct image_node child;
	uint32_t width, total = 0;

	for (uint32_t first = at; at < end; at += child.skip) {
		if (!confirm_node(w->c, at, end, &child) ||
		    !has_fixed_width(w, at, end, depth, &width))
			return false;
		if (!is_sum && at > first && width != total)
			return false;
		total = is_sum ? total + width : width;
	}
	*ret = total;
	return true;
}

/* Whether a node takes the same number of bytes always; modulo 2^32, which is enough. */
static bool has_fixed_width(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
			    uint32_t *ret)
{
	struct image_node node;

	if (depth >= IMAGE_DEPTH_MAX || !confirm_node(w->c, at, end, &node) ||
	    !work_charge(w->c->work, 1))
		return false;
	*ret = 0;
	switch (node.kind) {
	case NODE_BYTES:
		*ret = node.b;
		return true;
	case NODE_CLASS:
		*ret = 1;
		return true;
	case NODE_NOT:
		*ret = node.a;
		return true;
	case NODE_LOOK:
	case NODE_EDGE:
		return true;
	case NODE_CONCAT:
	case NODE_ALT:
		return have_fixed_width(w, at + 1, at + node.skip, depth + 1,
					node.kind == NODE_CONCAT, ret);
	default:
		return false;
	}
}

/* A node with several ends. */
static bool walk_choice(struct walk *w, const struct image_node *node, uint32_t at, uint32_t depth,
			const struct rest *rest)
{
	uint32_t end = at + node->skip;

	switch (node->kind) {
	case NODE_CONCAT:
		return walk_all(w, at + 1, end, depth + 1, rest);
	case NODE_ALT:
		return walk_alternatives(w, at + 1, end, depth + 1, rest);
	case NODE_REPEAT:
		return walk_loop(w, node, at + 1, end, depth + 1, rest);
	default:
		return false;
	}
}

static bool walk(struct walk *w, uint32_t at, uint32_t end, uint32_t depth,
		 const struct rest *rest)
{
	struct confirm_frame f = w->frame;
	struct image_node node;
	uint32_t width, first = 0;

	f.depth = depth;
	if (*w->c->work <= w->floor || !confirm_node(w->c, at, end, &node))
		return false;
	struct ends *set = confirm_take(w->c);
	if (set == NULL)
		return false;
	ends_add(set, w->position);
	bool ok = confirm_run(w->c, &f, at, end, set) && ends_next(set, &first);
	bool is_one = ok && first == ends_last(set);
	/* where each turn takes as much as the others, the ends are in the order of turns */
	bool is_even = node.kind == NODE_GAP ||
		       (node.kind == NODE_REPEAT &&
			has_fixed_width(w, at + 1, at + node.skip, depth + 1, &width));
	if (is_one)
		w->position = first;
	else if (ok && is_even)
		ok = pick(w, set, rest);
	w->c->used--;
	return ok && !is_one && !is_even ? walk_choice(w, &node, at, depth, rest) : ok;
}

uint32_t prefer_end(struct confirm *c, const struct image_part *part, const struct ends *ends,
		    bool more)
{
	struct walk w = {
		.c = c,
		.frame = c->part,
		.floor = *c->work - min_u64(*c->work, PREFER_WORK),
		.more = more,
	};
	uint32_t first = 0, last = ends_last(ends);

	(void)ends_next(ends, &first);
	if (first == last ||
	    (walk(&w, part->code, part->code + part->code_count, 0, NULL) &&
	     w.position <= last && ends_has(ends, w.position)))
		return first == last ? first : w.position;
	return more ? last : first;
}
