/*
 * Digests of whole objects and of sections of executables.
 * docs/formats/clamav.md, "Digests".
 *
 *	hdb hsb hdu hsu fp sfp   digest:size:name[:min[:max]]
 *	mdb msb mdu msu          size:digest:name[:min[:max]]
 */
#include "lang/clamav/signature.h"

/* The level from which ClamAV knows digests of any size; the format demands that it is named. */
enum { LEVEL_ANY_SIZE = 73 };

static enum status read_digest(struct signature *s, struct str field, struct ir_hash *hash)
{
	for (unsigned kind = 0; kind < DIGEST_COUNT; kind++) {
		size_t bytes = digest_info((enum digest_kind)kind)->bytes;

		if (field.len != 2 * bytes)
			continue;
		hash->digest = (uint8_t)kind;
		if (hex_decode(field, hash->value, bytes))
			return OK;
	}
	for (size_t i = 0; i < field.len; i++) {
		if (hex_digit(field.data[i]) < 0)
			return fault_char(&s->fault, field, i, "expected a hex digit");
	}
	return fault_at(&s->fault, field,
			"a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits");
}

static enum status read_size(struct signature *s, struct str field, struct ir_hash *hash)
{
	uint64_t level;

	if (!str_eq(field, STR("*"))) {
		if (!str_u64(field, &hash->size) || hash->size == 0 || hash->size == IR_ANY_SIZE)
			return fault_at(&s->fault, field,
					"a size is a decimal number above 0, or * for any");
		return OK;
	}
	hash->size = IR_ANY_SIZE;
	if (str_u64(signature_field(s, 3), &level) && level >= LEVEL_ANY_SIZE)
		return OK;
	s->fault.hint = s->loader->form;
	return fault_at(&s->fault, s->field_count > 3 ? s->fields[3] : field,
			"a digest of any size needs a functionality level of at least 73");
}

static enum status read_fields(struct signature *s, unsigned digest_field, unsigned size_field,
			       enum hash_subject subject)
{
	struct ir_hash hash = {.subject = (uint8_t)subject};
	enum status status = signature_levels(s, 3);

	if (status == OK)
		status = read_digest(s, s->fields[digest_field], &hash);
	if (status == OK)
		status = read_size(s, s->fields[size_field], &hash);
	if (status == OK)
		status = signature_add_hash(s, &hash);
	return status;
}

enum status hash_read(struct signature *s)
{
	return read_fields(s, 0, 1, SUBJECT_OBJECT);
}

enum status section_hash_read(struct signature *s)
{
	return read_fields(s, 1, 0, SUBJECT_SECTION);
}
