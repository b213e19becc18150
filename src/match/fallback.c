/*
 * What an image does not keep and a matcher does not answer yet, said in a way
 * that is true of every rule: no tags, no meta data, no variables, no spans.
 * Each is weak: a definition elsewhere takes its place.
 */
#include "match/match.h"

#define WEAK __attribute__((weak))

WEAK enum status image_rule_extra(const struct image *img, uint32_t rule, struct rule_extra *ret)
{
	(void)img;
	(void)rule;
	*ret = (struct rule_extra){.space = STR("default")};
	return OK;
}

WEAK enum status image_rule_tag(const struct image *img, uint32_t rule, uint32_t i,
				struct str *ret)
{
	(void)img;
	(void)rule;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}

WEAK enum status image_rule_meta(const struct image *img, uint32_t rule, uint32_t i,
				 struct ir_meta *ret)
{
	(void)img;
	(void)rule;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}

WEAK enum status image_rule_pattern(const struct image *img, uint32_t rule, uint32_t i,
				    struct rule_pattern *ret)
{
	(void)img;
	(void)rule;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}

WEAK uint32_t image_rule_count(const struct image *img)
{
	struct rule_info info;
	struct rule_ref ref = {.kind = 0, .index = 0};

	while (image_rule_info(img, ref, &info) == OK)
		ref.index++;
	return ref.index;
}

WEAK uint32_t image_variable_count(const struct image *img)
{
	(void)img;
	return 0;
}

WEAK enum status image_variable_at(const struct image *img, uint32_t i, struct ir_variable *ret)
{
	(void)img;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}

WEAK bool image_uses_module(const struct image *img, enum module_id module)
{
	(void)img;
	(void)module;
	return false;
}

WEAK void matcher_wish(struct matcher *m, const struct match_wishes *wishes)
{
	(void)m;
	(void)wishes;
}

WEAK size_t matcher_spans(struct matcher *m, uint32_t rule, uint32_t pattern,
			  const struct match_span **ret_spans)
{
	(void)m;
	(void)rule;
	(void)pattern;
	*ret_spans = NULL;
	return 0;
}

WEAK bool matcher_is_overrun(struct matcher *m, uint32_t rule, uint32_t pattern)
{
	(void)m;
	(void)rule;
	(void)pattern;
	return false;
}
