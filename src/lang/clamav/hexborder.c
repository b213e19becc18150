/*
 * Borders of hex patterns. docs/formats/clamav.md, "Borders".
 *
 * A border at an edge of a part takes no bytes. It holds at the edge of the
 * data, too, so it is a negative look for a byte that is none of its own:
 * "no other byte stands there".
 */
#include "lang/clamav/hexborder.h"

struct set {
	uint8_t bits[32];
};

static void add(struct set *set, uint8_t c)
{
	set->bits[c / 8] |= (uint8_t)(1u << c % 8);
}

static struct set set_of(const char *members)
{
	struct set set = {0};

	for (; *members != '\0'; members++)
		add(&set, (uint8_t)*members);
	return set;
}

static struct set alphanumeric(void)
{
	struct set set = {0};

	for (unsigned c = 0; c < 128; c++) {
		unsigned letter = c | 0x20;

		if ((c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z'))
			add(&set, (uint8_t)c);
	}
	return set;
}

static struct set complement(struct set set)
{
	for (size_t i = 0; i < sizeof set.bits; i++)
		set.bits[i] = (uint8_t)~set.bits[i];
	return set;
}

/*
 * What the border is made of. The sets of (B) were measured byte by byte; that
 * of !(B) before a part is not the one of (B) there, but that of both sides.
 */
static struct set members(const struct hex_border *border)
{
	static const char before[] = " -/_.<@", behind[] = " -/_\"'=>\n\r";
	static const char both[] = " -/_.<@\"'=>\n\r";

	if (border->kind == 'W')
		return complement(alphanumeric());
	if (border->kind == 'L')
		return set_of("\n");
	if (border->side == HEX_BEHIND)
		return set_of(behind);
	return set_of(border->side == HEX_BEFORE && !border->negate ? before : both);
}

static struct ir_node *bytes(struct arena *a, const char *text, uint32_t len)
{
	return ir_bytes(a, (const uint8_t *)text, NULL, len);
}

static struct ir_node *pair(struct arena *a, enum node_kind kind, struct ir_node *first,
			    struct ir_node *second)
{
	struct ir_node *both[] = {first, second};

	return kind == NODE_ALT ? ir_alt(a, both, 2) : ir_concat(a, both, 2);
}

/* Lines may end in CR LF, which is two bytes. */
static struct ir_node *line_end(struct arena *a, bool negate)
{
	struct set other = complement(set_of("\n"));
	struct ir_node *end = ir_look(a, ir_class(a, other.bits), false, !negate);
	struct ir_node *dos = ir_look(a, bytes(a, "\r\n", 2), false, negate);

	return pair(a, negate ? NODE_CONCAT : NODE_ALT, end, dos);
}

static struct ir_node *line_inside(struct arena *a, bool negate)
{
	struct set other = complement(set_of("\n"));

	if (!negate)
		return pair(a, NODE_ALT, bytes(a, "\n", 1), bytes(a, "\r\n", 2));
	return pair(a, NODE_CONCAT, ir_look(a, bytes(a, "\r\n", 2), false, true),
		    ir_class(a, other.bits));
}

struct ir_node *hex_border(struct arena *a, const struct hex_border *border)
{
	struct set own = members(border);
	struct set other = complement(own);

	if (border->kind == 'L' && border->side == HEX_BEHIND)
		return line_end(a, border->negate);
	if (border->kind == 'L' && border->side == HEX_INSIDE)
		return line_inside(a, border->negate);
	if (border->side == HEX_INSIDE)
		return ir_class(a, border->negate ? other.bits : own.bits);

	struct ir_node *seen = ir_class(a, other.bits);
	if (border->kind == 'W' && border->wide)
		seen = pair(a, NODE_CONCAT, seen, bytes(a, "\0", 1));
	return ir_look(a, seen, border->side == HEX_BEFORE, !border->negate);
}
