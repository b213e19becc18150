#include "lang/clamav/target.h"

enum { TARGET_PE = 1, TARGET_ELF = 6, TARGET_MACHO = 9, TARGETS_KNOWN = 15 };

/* The view of an object that the signatures of a target look at. */
static const struct {
	uint32_t number;
	enum view view;
} views[] = {
	{3, VIEW_HTML},
	{4, VIEW_MAIL},
	{7, VIEW_TEXT},
};

/* Targets that stand for no type of ours. */
static const struct {
	uint32_t number;
	const char *reason;
} others[] = {
	{8, "target 8 is not used"},
	{13, "target 13 looks at ClamAV's own metadata"},
	{14, "target 14 (other files) has no counterpart"},
};

static bool find_type(uint32_t number, enum object_type *ret)
{
	for (unsigned t = 0; t < TYPE_COUNT; t++) {
		if (type_info((enum object_type)t)->target == (int)number) {
			*ret = (enum object_type)t;
			return true;
		}
	}
	return false;
}

static enum view find_view(uint32_t number)
{
	for (size_t i = 0; i < LEN(views); i++) {
		if (views[i].number == number)
			return views[i].view;
	}
	return VIEW_RAW;
}

static void skip_other(struct signature *s, uint32_t number)
{
	for (size_t i = 0; i < LEN(others); i++) {
		if (others[i].number == number)
			signature_skip(s, "%s", others[i].reason);
	}
	signature_skip(s, "targets above 14 are not known");
}

/* A fixed reason for each target, so that skips are counted together. */
static void fill(struct signature *s, struct target *t)
{
	enum object_type type;

	t->view = find_view(t->number);
	t->is_executable = t->number == TARGET_PE || t->number == TARGET_ELF ||
			   t->number == TARGET_MACHO;
	if (t->number == 0)
		return;
	if (!find_type(t->number, &type)) {
		skip_other(s, t->number);
		return;
	}
	t->types = 1u << type;
	if (!type_info(type)->found)
		signature_skip(s, "target %u: this version does not identify the type %s",
			       t->number, type_info(type)->name);
	else if (!view_info(t->view)->made)
		signature_skip(s, "target %u: this version does not make the view %s", t->number,
			       view_info(t->view)->name);
}

enum status target_read(struct signature *s, struct str text, struct target *ret)
{
	struct target t = {0};
	uint64_t number = 0;

	if (!str_eq(text, STR("*")) && !str_u64(text, &number))
		return fault_at(&s->fault, text, "a target is a number from 0 to 14");
	t.number = number < TARGETS_KNOWN ? (uint32_t)number : TARGETS_KNOWN;
	fill(s, &t);
	*ret = t;
	return OK;
}
