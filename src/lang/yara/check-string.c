/*
 * The strings of a rule and what is asked of them: $a #a @a !a.
 */
#include "base/num.h"
#include "lang/yara/check.h"

enum { STRINGS_MAX_DEFAULT = 10000, NAME_MAX_LEN = 256 };

static bool is_anonymous(struct str name)
{
	return name.len <= 1;
}

static bool enter(struct check *c, const struct ast_string *string, uint32_t number)
{
	const uint32_t *known = map_get(&c->strings, string->name);

	if (known != NULL && *known >= c->first_string) {
		yara_error(c->y, string->name_span, NULL, "duplicated string identifier \"%.*s\"",
			   STR_ARG(string->name));
		return true;
	}
	return map_put(&c->strings, string->name, number);
}

bool check_strings_begin(struct check *c)
{
	uint32_t max = c->y->src->settings && c->y->src->settings->strings_max
			       ? c->y->src->settings->strings_max
			       : STRINGS_MAX_DEFAULT;
	uint32_t count = 0;

	for (const struct ast_string *s = c->rule->strings; s != NULL; s = s->next)
		count++;
	c->use_count = 0;
	c->first_string = c->next_string;
	c->next_string += count;
	if (count > max)
		yara_error(c->y, c->rule->name_span, NULL,
			   "too many strings in rule \"%.*s\" (limit: %u)", STR_ARG(c->rule->name),
			   max);
	c->uses = count == 0 ? NULL : arena_new_array(c->y->arena, struct string_use, count);
	if (count > 0 && c->uses == NULL)
		return false;
	for (const struct ast_string *s = c->rule->strings; s != NULL; s = s->next) {
		if (!is_anonymous(s->name) && !enter(c, s, c->first_string + c->use_count))
			return false;
		c->uses[c->use_count++] = (struct string_use){.string = s};
	}
	return true;
}

static const char *like_string(struct check *c, struct str name)
{
	struct suggestion s = suggest(c->y, name);

	for (uint32_t i = 0; i < c->use_count; i++)
		suggest_candidate(&s, c->uses[i].string->name);
	return suggest_hint(c->y->arena, &s);
}

/* "#a", "@a" and "!a" speak of "$a". The number of the string in its rule; IR_CURRENT_PATTERN for
 * "$"; false: reported. */
static bool find(struct check *c, const struct ast_expr *expr, uint32_t *ret)
{
	if (is_anonymous(expr->name)) {
		*ret = IR_CURRENT_PATTERN;
		if (!c->in_for_of)
			yara_error(c->y, expr->span,
				   "it stands for the strings of a \"for … of\" loop",
				   "wrong use of an anonymous string");
		return c->in_for_of;
	}
	char text[NAME_MAX_LEN] = "$";
	struct str name = {text, min_size(expr->name.len, sizeof text)};
	memcpy(text + 1, expr->name.data + 1, name.len - 1);
	const uint32_t *known = map_get(&c->strings, name);
	if (known == NULL || *known < c->first_string) {
		yara_error(c->y, expr->span, like_string(c, name), "undefined string \"%.*s\"",
			   STR_ARG(name));
		return false;
	}
	*ret = *known - c->first_string;
	return true;
}

/* One that is not "at" the same constant as all before needs all places of the string. */
static void place_use(struct string_use *u, const struct range_trees *place)
{
	u->is_fixed = place->is_constant && place->offset >= 0 &&
		      (!u->is_placed || (u->is_fixed && u->offset == place->offset));
	u->offset = place->offset;
	u->is_placed = true;
}

/* Note a use; $ alone may be any string of the rule, as YARA has it also one outside the set. */
static void use(struct check *c, uint32_t number, const struct range_trees *place)
{
	for (uint32_t i = 0; number == IR_CURRENT_PATTERN && i < c->use_count; i++)
		place_use(&c->uses[i], place);
	if (number == IR_CURRENT_PATTERN)
		return;
	place_use(&c->uses[number], place);
	c->uses[number].is_used = true;
}

static struct operand matched(struct check *c, uint32_t number, const struct range_trees *place)
{
	static const enum ir_op ops[] = {OP_MATCHED, OP_MATCHED_AT, OP_MATCHED_IN};

	return operand_of(OPERAND_BOOL,
			  check_tree(c, ir_indexed_op(c->rs->arena, ops[place->count], number,
						      place->args, place->count)));
}

/* @a[n] and !a[n]; without [n] it is the first. */
static struct operand nth(struct check *c, const struct ast_expr *expr, uint32_t number)
{
	struct operand n = expr->args == NULL ? operand_int(c, 1)
					      : check_integer(c, expr->args, "an index of matches");

	if (n.type == OPERAND_BAD)
		return n;
	return operand_of(
		OPERAND_INT,
		check_tree(c, ir_indexed_op(c->rs->arena,
					    expr->kind == AST_OFFSET ? OP_OFFSET : OP_LENGTH,
					    number, &n.tree, 1)));
}

struct operand check_string(struct check *c, const struct ast_expr *expr)
{
	struct range_trees place = check_place(c, &expr->place);
	uint32_t number;

	if (!find(c, expr, &number))
		return operand_bad();
	use(c, number, &place);
	if (place.is_bad)
		return operand_bad();
	if (expr->kind == AST_STRING)
		return matched(c, number, &place);
	if (expr->kind != AST_COUNT)
		return nth(c, expr, number);
	return operand_of(
		OPERAND_INT,
		check_tree(c, ir_indexed_op(c->rs->arena, place.count == 2 ? OP_COUNT_IN : OP_COUNT,
					    number, place.args, place.count)));
}

static bool is_base64(const struct ast_string *s)
{
	for (const struct ast_modifier *m = s->modifiers; m != NULL; m = m->next) {
		if (m->kind == AST_BASE64 || m->kind == AST_BASE64WIDE)
			return true;
	}
	return false;
}

/* Bytes as they are, or letters of either case. */
static bool is_exact(const struct ir_node *node)
{
	for (uint32_t i = 0; node->kind == NODE_BYTES && i < node->bytes.len; i++) {
		if ((node->bytes.mask[i] | 0x20) != 0xff)
			return false;
	}
	return node->kind == NODE_BYTES;
}

/* Whether YARA compares the string as it stands, so that it can be bound to its place. */
static bool is_literal(const struct ast_string *s, const struct ir_node *body)
{
	if (s->kind == AST_STRING_TEXT)
		return !is_base64(s);
	if (body == NULL || body->kind != NODE_CONCAT)
		return body != NULL && is_exact(body);
	for (uint32_t i = 0; i < body->count; i++) {
		if (!is_exact(body->children[i]))
			return false;
	}
	return true;
}

static struct ir_pattern *pattern(struct check *c, const struct string_use *u)
{
	const struct ast_string *s = u->string;
	/* a value that could not be read was reported */
	bool is_read = s->value_span.end > 0 &&
		       (s->kind != AST_STRING_REGEX || s->regex.source.len > 0);
	struct ir_pattern *p = is_read && check_modifiers(c, s) ? check_pattern(c, s) : NULL;

	if (p == NULL)
		return NULL;
	check_slow(c, s, p);
	p->name = arena_str(c->rs->arena, s->name);
	c->is_full |= p->name.data == NULL;
	p->rule = MATCH_EVERY_START;
	for (const struct ast_modifier *m = s->modifiers; m != NULL; m = m->next)
		p->is_private |= m->kind == AST_PRIVATE;
	if (u->is_fixed && is_literal(s, p->body))
		p->place = (struct ir_place){.base = PLACE_START, .delta = u->offset};
	return p;
}

void check_strings_end(struct check *c, struct ir_pattern ***ret, uint32_t *ret_count)
{
	struct ir_pattern **patterns =
		arena_new_array(c->rs->arena, struct ir_pattern *, c->use_count + 1);

	c->is_full |= patterns == NULL;
	for (uint32_t i = 0; i < c->use_count && !c->is_full; i++) {
		const struct string_use *u = &c->uses[i];
		struct str name = u->string->name;

		if (!u->is_used && !c->rule->is_malformed && !str_starts(name, STR("$_")))
			yara_error(c->y, u->string->name_span,
				   is_anonymous(name) ? "use it with \"them\" or ($*)"
						      : "names that begin with $_ may be unused",
				   "unreferenced string \"%.*s\"", STR_ARG(name));
		patterns[i] = pattern(c, u);
	}
	check_duplicates(c);
	*ret = patterns;
	*ret_count = c->use_count;
}
