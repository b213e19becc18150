/*
 * One object on each line, as docs/json.md describes them: "file" for every
 * file, and one "summary" at the end.
 */
#include <inttypes.h>

#include "base/text.h"
#include "cli/human.h"
#include "cli/image-id.h"
#include "cli/printer.h"

static void put_text(struct buf *b, const char *key, struct str value)
{
	buf_addf(b, ",\"%s\":", key);
	text_json(b, value);
}

static void put_number(struct buf *b, const char *key, uint64_t value)
{
	buf_addf(b, ",\"%s\":%" PRIu64, key, value);
}

static void put_bool(struct buf *b, const char *key, bool value)
{
	buf_addf(b, ",\"%s\":%s", key, value ? "true" : "false");
}

/* Names may be any bytes: where JSON cannot hold them, they come a second time in base64. */
static void put_bytes(struct buf *b, const char *key, struct str value)
{
	put_text(b, key, value);
	if (utf8_valid(value))
		return;
	buf_addf(b, ",\"%s_b64\":\"", key);
	text_base64(b, value);
	buf_add_u8(b, '"');
}

static void keep_finding(struct printer *p, struct scan_file *file, const struct finding *f)
{
	struct buf *b = &file->findings;
	size_t start = b->len;
	bool is_suspicion = f->effect == EFFECT_SUSPECT;

	(void)p;
	buf_addf(b, "%s{\"verdict\":\"%s\"", start > 0 ? "," : "",
		 verdict_name(is_suspicion ? VERDICT_SUSPICIOUS : VERDICT_DETECTED));
	put_bytes(b, "rule", str_of(f->rule));
	put_number(b, "image", f->image);
	put_bytes(b, "source", str_of(f->source));
	put_number(b, "line", f->line);
	if (f->author[0] != '\0')
		put_bytes(b, "author", str_of(f->author));
	if (f->reference[0] != '\0')
		put_bytes(b, "reference", str_of(f->reference));
	put_bytes(b, "member", str_of(f->path));
	put_number(b, "depth", f->depth);
	put_text(b, "object_type", str_of(type_info(f->type)->name));
	put_text(b, "view", str_of(view_info(f->view)->name));
	if (f->has_match) {
		put_number(b, "offset", f->offset);
		put_number(b, "length", f->length);
	}
	buf_add_u8(b, '}');
	if (b->bad) {
		b->len = start;
		b->bad = false;
	}
}

static void keep_undecided(struct printer *p, struct scan_file *file, const struct detail *d)
{
	struct buf *b = &file->undecided;
	size_t start = b->len;

	(void)p;
	buf_addf(b, "%s{\"image\":%" PRIu32, start > 0 ? "," : "", d->image);
	put_bytes(b, "rule", d->name);
	put_bytes(b, "source", d->source);
	put_number(b, "line", (uint64_t)d->number);
	put_bytes(b, "member", d->path);
	buf_add_u8(b, '}');
	if (b->bad) {
		b->len = start;
		b->bad = false;
	}
}

/* Nearly all files have none. */
static void put_undecided(struct buf *b, const struct scan_file *file)
{
	if (file->undecided_count == 0)
		return;
	buf_add_str(b, STR(",\"undecided\":["));
	buf_add_str(b, buf_str(&file->undecided));
	buf_add_u8(b, ']');
	put_number(b, "undecided_count", file->undecided_count);
}

static void put_missed(struct buf *b, const struct outcome *o)
{
	const char *between = "";

	buf_add_str(b, STR(",\"missed\":["));
	for (int i = 0; i < REASON_COUNT; i++) {
		if ((o->missed >> i & 1) == 0)
			continue;
		buf_addf(b, "%s\"%s\"", between, reason_name((enum reason)i));
		between = ",";
	}
	buf_add_u8(b, ']');
	if (o->missed == 0)
		return;
	put_text(b, "reason", str_of(reason_name(o->reason)));
	put_number(b, "reason_offset", o->reason_at);
	put_number(b, "reason_depth", o->reason_depth);
}

static void print_done(struct printer *p, struct scan_file *file, const struct outcome *o,
		       const char *detail)
{
	struct buf *b = display_lines(p->out);

	if (p->quiet && o->verdict == VERDICT_CLEAN)
		return;
	buf_addf(b, "{\"type\":\"file\",\"verdict\":\"%s\"", verdict_name(o->verdict));
	put_bytes(b, "path", str_of(file->path));
	put_number(b, "size", o->size);
	put_text(b, "object_type", str_of(type_info(o->type)->name));
	put_number(b, "bytes", o->bytes);
	put_number(b, "objects", o->objects);
	put_bool(b, "trusted", o->trusted);
	buf_add_str(b, STR(",\"findings\":["));
	buf_add_str(b, buf_str(&file->findings));
	buf_add_u8(b, ']');
	put_number(b, "finding_count", file->finding_count);
	put_undecided(b, file);
	put_missed(b, o);
	put_bool(b, "accepted", tally_is_accepted(o, p->accepted));
	if (detail[0] != '\0')
		put_text(b, "error", str_of(detail));
	buf_add_str(b, STR("}\n"));
}

static void put_counts(struct buf *b, const struct tally *t)
{
	const char *between = "";

	buf_add_str(b, STR(",\"reasons\":{"));
	for (int i = 0; i < REASON_COUNT; i++) {
		if (t->reasons[i] == 0)
			continue;
		buf_addf(b, "%s\"%s\":%" PRIu64, between, reason_name((enum reason)i),
			 t->reasons[i]);
		between = ",";
	}
	between = "";
	buf_add_str(b, STR("},\"skipped\":{"));
	for (int i = 0; i < WALK_COUNT; i++) {
		if (t->met[i] == 0 || !tally_is_skipped_kind((enum walk_kind)i))
			continue;
		buf_addf(b, "%s\"%s\":%" PRIu64, between, walk_kind_name((enum walk_kind)i),
			 t->met[i]);
		between = ",";
	}
	buf_add_u8(b, '}');
}

static void put_confinement(struct buf *b, const struct confinement *c)
{
	static const char *const states[] = {
		[LAYER_OFF] = "off",
		[LAYER_PARTIAL] = "partial",
		[LAYER_FULL] = "full",
	};

	buf_add_str(b, STR(",\"confinement\":["));
	for (int i = 0; i < LAYER_COUNT; i++) {
		buf_addf(b, "%s{\"layer\":\"%s\",\"state\":\"%s\"", i > 0 ? "," : "",
			 layer_name((enum layer)i), states[c->layers[i].state]);
		put_text(b, "detail", str_of(c->layers[i].detail));
		buf_add_u8(b, '}');
	}
	buf_add_u8(b, ']');
}

static void put_databases(struct buf *b, const struct scan_end *end)
{
	buf_add_str(b, STR(",\"databases\":["));
	for (size_t i = 0; i < end->database_count; i++) {
		if (i > 0)
			buf_add_u8(b, ',');
		text_json(b, str_of(end->databases[i]));
	}
	buf_add_str(b, STR("],\"images\":["));
	for (size_t i = 0; i < end->image_count; i++) {
		char id[IMAGE_ID_TEXT] = "";

		if (!image_id(end->image_fds[i], id))
			id[0] = '\0';
		buf_addf(b, "%s\"%s\"", i > 0 ? "," : "", id);
	}
	buf_add_u8(b, ']');
}

static void print_end(struct printer *p, const struct scan_end *end)
{
	struct buf *b = display_lines(p->out);
	const struct tally *t = end->tally;

	if (p->quiet)
		return;
	buf_add_str(b, STR("{\"type\":\"summary\",\"version\":\"" CANDOR_VERSION "\""));
	put_number(b, "files", t->files);
	put_number(b, "folders", t->met[WALK_FOLDER]);
	put_number(b, "objects", t->objects);
	put_number(b, "bytes", t->bytes);
	put_number(b, "clean", t->verdicts[VERDICT_CLEAN]);
	put_number(b, "detected", t->verdicts[VERDICT_DETECTED]);
	put_number(b, "suspicious", t->verdicts[VERDICT_SUSPICIOUS]);
	put_number(b, "not_scanned", t->verdicts[VERDICT_NOT_SCANNED]);
	put_number(b, "accepted", t->accepted);
	put_counts(b, t);
	put_number(b, "vanished", t->met[WALK_VANISHED]);
	buf_addf(b, ",\"seconds\":%.3f", (double)end->elapsed_ns / 1e9);
	put_number(b, "files_per_second", human_rate(t->files, end->elapsed_ns));
	put_number(b, "bytes_per_second", human_rate(t->bytes, end->elapsed_ns));
	put_databases(b, end);
	if (end->confinement != NULL)
		put_confinement(b, end->confinement);
	put_bool(b, "interrupted", t->interrupted);
	put_number(b, "exit_status", (uint64_t)tally_exit_status(t));
	buf_add_str(b, STR("}\n"));
}

struct printer printer_json(struct display *out)
{
	return (struct printer){
		.out = out,
		.finding = keep_finding,
		.undecided = keep_undecided,
		.done = print_done,
		.end = print_end,
	};
}
