/*
 * Names of signatures that shall be left out. docs/formats/clamav.md, "Ignore lists".
 *
 *	name                 all signatures of that name
 *	name:md5             only the line with that MD5
 *	repository:id:name   the old form
 */
#include "lang/clamav/signature.h"

enum status ignore_read(struct signature *s)
{
	bool is_old = s->field_count == 3;
	struct str name = s->fields[is_old ? 2 : 0];
	struct str md5 = is_old ? (struct str){0} : signature_field(s, 1);
	uint8_t value[16];

	/* names are often copied from reports of ClamAV, which appends this */
	if (str_ends_nocase(name, STR(".UNOFFICIAL")))
		name.len -= STR(".UNOFFICIAL").len;
	if (name.len == 0)
		return fault_at(&s->fault, s->fields[is_old ? 2 : 0], "the name is missing");
	if (s->field_count == 2 && !hex_decode(md5, value, sizeof value))
		return fault_at(&s->fault, md5, "the MD5 of a line has 32 hex digits");

	enum status status = ruleset_ignore(s->rs, name, md5);
	if (status == OK)
		s->rs->sources.items[s->source].accepted++;
	return status;
}
