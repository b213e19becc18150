#include "lang/yara/border.h"

#include "lang/yara/byteset.h"

enum side { AHEAD, BEHIND };

static struct ir_node *concat(struct arena *a, struct ir_node *one, struct ir_node *two)
{
	struct ir_node *both[] = {one, two};

	return ir_concat(a, both, 2);
}

/* Whether a character of `set` stands at a side; with `negate`, whether none does. */
static struct ir_node *look(struct arena *a, enum side side, bool negate, struct byteset set,
			    bool is_wide)
{
	static const uint8_t zero = 0;
	struct ir_node *one = ir_class(a, set.bits);

	if (is_wide)
		one = concat(a, one, ir_bytes(a, &zero, NULL, 1));
	return one == NULL ? NULL : ir_look(a, one, side == BEHIND, negate);
}

/* Whether there is room for a character at a side. */
static struct ir_node *room(struct arena *a, enum side side, bool negate, bool is_wide)
{
	struct ir_node *any = ir_gap(a, is_wide ? 2 : 1, is_wide ? 2 : 1);

	return any == NULL ? NULL : ir_look(a, any, side == BEHIND, negate);
}

/* A word behind and none ahead, and so on. */
static struct ir_node *looks(struct arena *a, bool is_behind, bool is_ahead, bool is_wide)
{
	return concat(a, look(a, BEHIND, !is_behind, byteset_word(), is_wide),
		      look(a, AHEAD, !is_ahead, byteset_word(), is_wide));
}

struct ir_node *border_word(struct arena *a, bool is_wide, bool negate)
{
	if (!negate) {
		struct ir_node *ways[] = {
			room(a, BEHIND, true, is_wide),
			room(a, AHEAD, true, is_wide),
			looks(a, true, false, is_wide),
			looks(a, false, true, is_wide),
		};

		return ir_alt(a, ways, 4);
	}
	struct ir_node *ways[] = {
		looks(a, true, true, is_wide),
		looks(a, false, false, is_wide),
	};
	struct ir_node *all[] = {
		room(a, BEHIND, false, is_wide),
		room(a, AHEAD, false, is_wide),
		ir_alt(a, ways, 2),
	};

	return ir_concat(a, all, 3);
}

struct ir_node *border_fullword(struct arena *a, struct ir_node *body, bool is_wide)
{
	struct ir_node *all[] = {
		look(a, BEHIND, true, byteset_alphanumeric(), is_wide),
		body,
		look(a, AHEAD, true, byteset_alphanumeric(), is_wide),
	};

	return ir_concat(a, all, 3);
}
