#include <stdlib.h>

#include "module/state.h"
#include "scan/budget.h"
#include "scan/evidence.h"
#include "scan/examine.h"
#include "scan/subject.h"

/* Facts of one object: some MiB for a linker's largest work, bounded for the rest. */
#define FACTS_CEILING ((size_t)32 << 20)

/* A path, and the names of members behind it. */
enum { SUBJECT_PATH_MAX = 64 * 1024 };

/* Whether an image has a variable that each object has a value for. */
static enum status look_for_variables(struct scanner *s, const struct image *img, struct error *e)
{
	for (uint32_t i = 0; i < image_variable_count(img); i++) {
		struct ir_variable v;
		enum status status = image_variable_at(img, i, &v);

		if (status != OK)
			return error_at(e, status, 0, "a variable is damaged");
		s->needs_subject |= v.type == VARIABLE_TEXT && subject_has(v.name);
	}
	return OK;
}

static enum status take_image(struct scanner *s, struct scan_image *to, const struct image *img,
			      struct error *e)
{
	const struct match_wishes wishes = {
		.every_match = (s->wishes.wishes & WISH_MATCHES) != 0,
		.first_only = (s->wishes.wishes & WISH_FIRST_ONLY) != 0,
	};

	to->img = img;
	enum status status = matcher_new(img, &to->matcher, e);
	if (status == OK)
		status = look_for_variables(s, img, e);
	if (status != OK)
		return status;
	matcher_wish(to->matcher, &wishes);
	for (unsigned type = 0; type < TYPE_COUNT; type++) {
		if (matcher_wants(to->matcher, type, VIEW_RAW))
			to->wanted_types |= 1u << type;
	}
	return OK;
}

static enum status build(struct scanner *s, const struct scan_options *options, struct error *e)
{
	s->limits = options->limits;
	s->limits.depth = min_u64(s->limits.depth, SCAN_DEPTH_MAX);
	s->all_matches = options->all_matches;
	s->wishes = options->wishes;
	s->wishes.data_max = (uint32_t)min_u64(s->wishes.data_max, DETAIL_TEXT_MAX);
	s->environment = subject_environment;
	buf_init(&s->subject.path, SUBJECT_PATH_MAX);
	s->images = calloc(options->image_count + 1, sizeof *s->images);
	s->window = malloc(WINDOW_ROOM);
	s->arena = arena_new(FACTS_CEILING);
	if (s->images == NULL || s->window == NULL || s->arena == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	if (module_state_new(options->module_data, &s->environment.modules) != OK)
		return error_at(e, E_NOMEM, 0, "out of memory");
	for (size_t i = 0; i <= SCAN_DEPTH_MAX; i++)
		buf_init(&s->held[i], 0);
	for (size_t i = 0; i < options->image_count; i++) {
		s->image_count++; /* first: a half-made one is freed, too */
		enum status status = take_image(s, &s->images[i], options->images[i], e);
		if (status != OK)
			return status;
		s->wanted_types |= s->images[i].wanted_types;
		s->has_sections |= image_has_hashes(s->images[i].img, SUBJECT_SECTION);
	}
	enum status status = digester_new(&s->digester);
	return status == OK ? OK : error_at(e, status, 0, "a digest is not available");
}

enum status scanner_new(const struct scan_options *options, struct scanner **ret, struct error *e)
{
	struct scanner *s = calloc(1, sizeof *s);

	if (s == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	enum status status = build(s, options, e);
	if (status != OK) {
		scanner_free(s);
		return status;
	}
	*ret = s;
	return OK;
}

void scanner_free(struct scanner *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->image_count; i++)
		matcher_free(s->images[i].matcher);
	free(s->images);
	for (size_t i = 0; i <= SCAN_DEPTH_MAX; i++)
		buf_done(&s->held[i]);
	buf_done(&s->subject.path);
	module_state_free(s->environment.modules);
	digester_free(s->digester);
	arena_free(s->arena);
	free(s->window);
	free(s);
}

bool scanner_needs_subject(const struct scanner *s)
{
	return s->needs_subject;
}

uint64_t regions_size(const struct scan_region *regions, size_t count)
{
	uint64_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += regions[i].end - regions[i].start;
	return size;
}

void scanner_scan(struct scanner *s, struct input *in, const struct scan_subject *subject,
		  struct scan_sink *sink, struct outcome *ret)
{
	static const struct scan_subject nothing;
	struct object file = {.in = in, .parent = TYPE_COUNT};

	s->sink = sink;
	s->subject.given = subject != NULL ? *subject : nothing;
	file.is_process = s->subject.given.is_process;
	file.regions = s->subject.given.regions;
	file.region_count = s->subject.given.region_count;
	uint64_t size = in->size;
	if (file.is_process)
		size = regions_size(file.regions, file.region_count);
	s->out = (struct outcome){.size = size};
	s->path_len = 0;
	s->held_bytes = 0;
	s->detections = s->suspicions = 0;
	budget_begin(s, size);
	if (size <= s->limits.file_bytes)
		object_examine(s, &file);
	else
		budget_missed(s, REASON_LIMIT, 0, 0);
	evidence_conclude(s);
	*ret = s->out;
}
