/*
 * Offsets. docs/formats/clamav.md, "Offsets".
 *
 *	*              anywhere
 *	n              n bytes from the start
 *	EOF-n          n bytes before the end
 *	EP+n  EP-n     from the entry point
 *	Sx+n           from the start of section x, counted from 0
 *	SEx            inside section x
 *	SL+n           from the start of the last section
 *	VI             at a string of the version information
 *	$g$            macro group g: only usable through a macro
 *
 * A ",m" behind any but the first and the last two lets the match start up to
 * m bytes later.
 */
#include "lang/clamav/offset.h"

enum { MACRO_GROUPS = 32 };

struct offset {
	struct signature *s;
	struct str text;
	const struct target *target;
	struct ir_place place;
};

/* The number that is the whole of text[from..]. Larger ones than 32 bits occur nowhere. */
static enum status read_number(struct offset *o, size_t from, uint64_t *ret)
{
	struct str digits = str_from(o->text, from);
	uint64_t value;

	if (!str_u64(digits, &value))
		return fault_at(&o->s->fault, digits, "expected a decimal number");
	if (value > UINT32_MAX)
		return fault_at(&o->s->fault, digits, "an offset is at most 4294967295");
	*ret = value;
	return OK;
}

static enum status read_delta(struct offset *o, size_t from, int sign)
{
	uint64_t value = 0;
	enum status status = read_number(o, from, &value);

	o->place.delta = sign * (int64_t)value;
	return status;
}

/* Cut a ",m" off. */
static enum status read_range(struct offset *o)
{
	size_t comma = str_find(o->text, ',');

	if (comma == o->text.len)
		return OK;
	enum status status = read_number(o, comma + 1, &o->place.range);
	o->text.len = comma;
	return status;
}

static enum status read_section(struct offset *o, size_t from, size_t end)
{
	uint64_t section = 0;
	struct str digits = str_first(str_from(o->text, from), end - from);

	if (!str_u64(digits, &section) || section > UINT16_MAX)
		return fault_at(&o->s->fault, digits, "a section is a number from 0 to 65535");
	o->place.section = (uint32_t)section;
	return OK;
}

static enum status read_section_form(struct offset *o)
{
	if (str_starts(o->text, STR("SL+"))) {
		o->place.base = PLACE_LAST_SECTION;
		return read_delta(o, 3, 1);
	}
	if (str_starts(o->text, STR("SE"))) {
		o->place.base = PLACE_IN_SECTION;
		return read_section(o, 2, o->text.len);
	}
	size_t plus = str_find(o->text, '+');
	if (plus == o->text.len)
		return fault_at(&o->s->fault, o->text, "expected Sx+n, SEx or SL+n");
	o->place.base = PLACE_SECTION;
	enum status status = read_section(o, 1, plus);
	return status == OK ? read_delta(o, plus + 1, 1) : status;
}

static enum status read_relative(struct offset *o)
{
	if (!o->target->is_executable) {
		o->s->fault.hint = "targets of executables are 1 (PE), 6 (ELF) and 9 (Mach-O)";
		return fault_at(&o->s->fault, o->text,
				"this offset needs a target that is an executable");
	}
	if (o->text.data[0] == 'S')
		return read_section_form(o);
	if (o->text.data[0] == 'E') {
		o->place.base = PLACE_ENTRY;
		return read_delta(o, 3, o->text.data[2] == '-' ? -1 : 1);
	}
	o->place.base = PLACE_VERSION_INFO;
	if (o->text.len > 2)
		return fault_char(&o->s->fault, o->text, 2, "VI stands alone");
	signature_skip(o->s, "offsets inside the version information (VI)");
	return OK;
}

static enum status read_macro_group(struct offset *o)
{
	uint64_t group;
	size_t len = o->text.len;
	struct str digits = str_first(str_from(o->text, 1), len > 2 ? len - 2 : 0);

	if (len < 3 || o->text.data[len - 1] != '$' || !str_u64(digits, &group) ||
	    group >= MACRO_GROUPS)
		return fault_at(&o->s->fault, o->text, "a macro group is $0$ to $31$");
	o->place.base = PLACE_MACRO;
	o->place.section = (uint32_t)group;
	signature_skip(o->s, "macro groups");
	return OK;
}

static enum status read_form(struct offset *o)
{
	if (str_starts(o->text, STR("EOF-"))) {
		o->place.base = PLACE_END;
		return read_delta(o, 4, -1);
	}
	if (str_starts(o->text, STR("EP+")) || str_starts(o->text, STR("EP-")) ||
	    str_starts(o->text, STR("S")) || str_starts(o->text, STR("VI")))
		return read_relative(o);
	if (str_starts(o->text, STR("$")))
		return read_macro_group(o);
	if (o->text.len == 0 || o->text.data[0] < '0' || o->text.data[0] > '9') {
		o->s->fault.hint = "forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but * with ,m";
		return fault_at(&o->s->fault, o->text, "this is no offset");
	}
	o->place.base = PLACE_START;
	return read_delta(o, 0, 1);
}

enum status offset_read(struct signature *s, struct str text, const struct target *target,
			struct ir_place *ret)
{
	struct offset o = {.s = s, .text = text, .target = target};

	if (str_eq(text, STR("*"))) {
		*ret = o.place;
		return OK;
	}
	enum status status = read_range(&o);
	if (status == OK)
		status = read_form(&o);
	if (status == OK)
		*ret = o.place;
	return status;
}
