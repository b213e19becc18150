#include "scan/evidence.h"

#include "scan/budget.h"

/* What is known of a rule, or false: the image is damaged, so nothing is certain any more. */
static bool look_up(struct scanner *s, const struct object *o, const struct scan_image *image,
		    struct rule_ref ref, struct rule_info *ret)
{
	if (image_rule_info(image->img, ref, ret) == OK)
		return true;
	budget_missed(s, REASON_INTERNAL, 0, o->depth);
	return false;
}

static void copy_text(char *to, size_t room, struct str from)
{
	size_t len = min_size(from.len, room - 1);

	if (len > 0)
		memcpy(to, from.data, len);
	to[len] = '\0';
}

/* Who wrote the rule, and where to read about what it finds. */
static void copy_metas(struct finding *f, const struct image *img, struct rule_ref ref)
{
	struct rule_extra extra;
	struct ir_meta meta;

	f->author[0] = f->reference[0] = '\0';
	if (ref.kind != 0 || image_rule_extra(img, ref.index, &extra) != OK)
		return;
	for (uint32_t i = 0; i < extra.meta_count; i++) {
		if (image_rule_meta(img, ref.index, i, &meta) != OK)
			return;
		if (meta.kind != META_TEXT)
			continue;
		struct str text = str_first(meta.text, str_find(meta.text, '\0'));

		/* of several the first */
		if (str_eq(meta.key, STR("author")) && f->author[0] == '\0')
			copy_text(f->author, sizeof f->author, text);
		if (str_eq(meta.key, STR("reference")) && f->reference[0] == '\0')
			copy_text(f->reference, sizeof f->reference, text);
	}
}

static void deliver(struct scanner *s, const struct finding *f)
{
	if (f->effect == EFFECT_DETECT) {
		s->detections++;
		s->is_done = !s->all_matches;
	} else {
		s->suspicions++;
		if (!s->all_matches) {
			if (s->suspicions == 1)
				s->suspect = *f;
			return;
		}
	}
	s->sink->finding(s->sink, f);
}

/* The rule behind `ref` holds; `hit` says where, when a pattern matched. */
static void report(struct scanner *s, const struct object *o, size_t image, struct rule_ref ref,
		   const struct match_hit *hit)
{
	struct finding *f = &s->finding;
	struct rule_info info;

	if (s->is_done || !look_up(s, o, &s->images[image], ref, &info))
		return;
	if (info.effect != EFFECT_DETECT && info.effect != EFFECT_SUSPECT)
		return;
	*f = (struct finding){
		.image = (uint32_t)image,
		.ref = ref,
		.effect = info.effect,
		.line = info.line,
		.type = o->type,
		.view = VIEW_RAW,
		.depth = o->depth,
		.has_match = hit != NULL && hit->has_match,
		.offset = hit != NULL ? hit->offset : 0,
		.length = hit != NULL ? hit->length : 0,
	};
	copy_text(f->rule, sizeof f->rule, str_of(info.name));
	copy_text(f->source, sizeof f->source, info.source_name);
	copy_metas(f, s->images[image].img, ref);
	copy_text(f->path, sizeof f->path, (struct str){s->path, s->path_len});
	deliver(s, f);
}

static bool is_trust(struct scanner *s, const struct object *o, const struct scan_image *image,
		     struct rule_ref ref)
{
	struct rule_info info;

	return look_up(s, o, image, ref, &info) && info.effect == EFFECT_TRUST;
}

static bool digest_is_trusted(struct scanner *s, const struct object *o, enum digest_kind kind)
{
	struct rule_ref ref;

	for (size_t i = 0; i < s->image_count; i++) {
		struct hash_hits hits = image_find_hash(s->images[i].img, SUBJECT_OBJECT, kind,
							o->in->size, s->digest[kind]);

		while (hash_hits_next(&hits, &ref)) {
			s->has_hash_hits = true;
			if (is_trust(s, o, &s->images[i], ref))
				return true;
		}
	}
	return false;
}

bool evidence_is_trusted(struct scanner *s, const struct object *o)
{
	s->has_hash_hits = false;
	for (unsigned kind = 0; kind < DIGEST_COUNT; kind++) {
		if ((s->digests & 1u << kind) != 0 && digest_is_trusted(s, o, kind))
			return true;
	}
	for (size_t i = 0; i < s->image_count; i++) {
		const struct scan_image *image = &s->images[i];

		for (size_t k = 0; k < image->hit_count; k++) {
			struct rule_ref ref = {.kind = 0, .index = image->hits[k].rule};

			if (is_trust(s, o, image, ref))
				return true;
		}
	}
	return false;
}

/* Bytes of an object with a digest of them. */
struct digested {
	enum hash_subject subject;
	enum digest_kind kind;
	uint64_t size;
	const uint8_t *value;
};

/* `where` is NULL for the whole object. */
static void report_digest(struct scanner *s, const struct object *o, const struct digested *d,
			  const struct match_hit *where)
{
	struct rule_ref ref;

	for (size_t i = 0; i < s->image_count; i++) {
		struct hash_hits hits =
			image_find_hash(s->images[i].img, d->subject, d->kind, d->size, d->value);

		while (!s->is_done && hash_hits_next(&hits, &ref))
			report(s, o, i, ref, where);
	}
}

void evidence_report(struct scanner *s, const struct object *o)
{
	for (size_t i = 0; i < s->image_count; i++) {
		const struct scan_image *image = &s->images[i];

		for (size_t k = 0; k < image->hit_count && !s->is_done; k++) {
			struct rule_ref ref = {.kind = 0, .index = image->hits[k].rule};

			report(s, o, i, ref, &image->hits[k]);
		}
	}
	for (unsigned kind = 0; s->has_hash_hits && kind < DIGEST_COUNT; kind++) {
		const struct digested d = {SUBJECT_OBJECT, kind, o->in->size, s->digest[kind]};

		if ((s->digests & 1u << kind) != 0)
			report_digest(s, o, &d, NULL);
	}
}

void evidence_report_section(struct scanner *s, const struct object *o, enum digest_kind kind,
			     uint64_t at, uint64_t size, const uint8_t *value)
{
	const struct match_hit where = {.has_match = true, .offset = at, .length = size};
	const struct digested d = {SUBJECT_SECTION, kind, size, value};

	report_digest(s, o, &d, &where);
}

void evidence_conclude(struct scanner *s)
{
	bool has_detected = s->detections > 0;

	if (!has_detected && s->suspicions > 0 && !s->all_matches)
		s->sink->finding(s->sink, &s->suspect);
	if (has_detected)
		s->out.verdict = VERDICT_DETECTED;
	else if (s->suspicions > 0)
		s->out.verdict = VERDICT_SUSPICIOUS;
}
