#include "match/place.h"

#include "base/num.h"

static bool fact_of(const struct match_object *object, enum fact_id id, uint64_t index,
		    uint64_t *ret)
{
	/* facts that are not known place nothing: the object is reported for it elsewhere */
	if (object->facts == NULL || fact_need(object->facts, PART_exe) != OK)
		return false;
	const struct fact *fact = fact_get(object->facts, id, index);
	if (fact == NULL || fact->integer < 0)
		return false;
	*ret = (uint64_t)fact->integer;
	return true;
}

/* `delta` behind (or before) `base`. */
static bool shift(uint64_t base, int64_t delta, uint64_t *ret)
{
	if (delta >= 0)
		return add_u64(base, (uint64_t)delta, ret);
	if (base < -(uint64_t)delta)
		return false;
	*ret = base - -(uint64_t)delta;
	return true;
}

static bool base_of(const struct image_pattern *pattern, const struct match_object *object,
		    uint64_t *ret)
{
	uint32_t first, count;

	switch (pattern->base) {
	case PLACE_START:
		*ret = 0;
		return true;
	case PLACE_END:
		*ret = object->size;
		return !object->is_process;
	case PLACE_ENTRY:
		return fact_of(object, FACT_EXE_ENTRY, 0, ret);
	case PLACE_SECTION:
	case PLACE_IN_SECTION:
		return fact_of(object, FACT_EXE_SECTION_OFFSET, pattern->section, ret);
	case PLACE_LAST_SECTION:
		if (object->facts == NULL || fact_need(object->facts, PART_exe) != OK)
			return false;
		fact_rows(object->facts, GROUP_EXE_SECTION, 0, &first, &count);
		return count > 0 && fact_of(object, FACT_EXE_SECTION_OFFSET, count - 1, ret);
	default:
		return false;
	}
}

bool place_of(const struct image_pattern *pattern, const struct match_object *object,
	      struct place *ret)
{
	uint64_t base, first, length = 0, last;

	if (pattern->base == PLACE_ANYWHERE) {
		*ret = (struct place){0, UINT64_MAX};
		return true;
	}
	if (!base_of(pattern, object, &base) || !shift(base, pattern->delta, &first))
		return false;
	/* inside a section: up to the byte behind its last one, as ClamAV has it */
	if (pattern->base == PLACE_IN_SECTION &&
	    !fact_of(object, FACT_EXE_SECTION_SIZE, pattern->section, &length))
		return false;
	if (!add_u64(first, length, &last) || !add_u64(last, pattern->range, &last))
		last = UINT64_MAX;
	*ret = (struct place){first, last};
	return true;
}
