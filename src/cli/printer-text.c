#include <inttypes.h>

#include "base/text.h"
#include "cli/human.h"
#include "cli/image-id.h"
#include "cli/printer.h"

/* Colours of the 16 that every terminal has (ECMA-48, 8.3.117). */
static const char *const colours[VERDICT_COUNT] = {
	[VERDICT_CLEAN] = "32",
	[VERDICT_DETECTED] = "1;31",
	[VERDICT_SUSPICIOUS] = "33",
	[VERDICT_NOT_SCANNED] = "35",
};

/* The first column of a line, as wide as the longest verdict. */
static void put_first(struct printer *p, enum verdict colour, const char *word)
{
	struct buf *b = display_lines(p->out);

	if (p->out->has_colour)
		buf_addf(b, "\x1b[%sm%-11s\x1b[0m  ", colours[colour], word);
	else
		buf_addf(b, "%-11s  ", word);
}

static void put_verdict(struct printer *p, enum verdict v)
{
	put_first(p, v, verdict_name(v));
}

/* A name without blanks, so that the columns in front of a path can be cut at them. */
static void put_word(struct buf *b, struct str word)
{
	size_t blank;

	while ((blank = str_find(word, ' ')) < word.len) {
		text_escape(b, str_first(word, blank));
		buf_add_str(b, STR("\\x20"));
		word = str_from(word, blank + 1);
	}
	text_escape(b, word);
}

static void print_finding(struct printer *p, struct scan_file *file, const struct finding *f)
{
	struct buf *b = &p->out->pending;

	put_verdict(p, f->effect == EFFECT_SUSPECT ? VERDICT_SUSPICIOUS : VERDICT_DETECTED);
	put_word(b, str_of(f->rule));
	buf_add_str(b, STR("  "));
	text_escape(b, str_of(file->path));
	text_escape(b, str_of(f->path));
	buf_add_str(b, STR("  ("));
	text_escape(b, str_of(f->source));
	buf_addf(b, ":%" PRIu32, f->line);
	if (f->has_match)
		buf_addf(b, ", %" PRIu64 " bytes at %" PRIu64, f->length, f->offset);
	if (f->view != VIEW_RAW)
		buf_addf(b, " of its %s", view_info(f->view)->name);
	if (f->author[0] != '\0') {
		buf_add_str(b, STR(", by "));
		text_escape(b, str_of(f->author));
	}
	if (f->reference[0] != '\0') {
		buf_add_str(b, STR(", see "));
		text_escape(b, str_of(f->reference));
	}
	buf_add_str(b, STR(")\n"));
}

static void print_undecided(struct printer *p, struct scan_file *file, const struct detail *d)
{
	struct buf *b = &p->out->pending;

	put_first(p, VERDICT_NOT_SCANNED, "undecided");
	put_word(b, d->name);
	buf_add_str(b, STR("  "));
	text_escape(b, str_of(file->path));
	text_escape(b, d->path);
	buf_add_str(b, STR("  ("));
	text_escape(b, d->source);
	buf_addf(b, ":%" PRId64 ")\n", d->number);
}

static void print_done(struct printer *p, struct scan_file *file, const struct outcome *o,
		       const char *detail)
{
	struct buf *b = &p->out->pending;

	if (o->verdict != VERDICT_NOT_SCANNED)
		return;
	put_verdict(p, o->verdict);
	buf_addf(b, "%s  ", reason_name(o->reason));
	text_escape(b, str_of(file->path));
	buf_addf(b, "  (%s", detail[0] != '\0' ? detail : reason_text(o->reason));
	if (o->reason_depth > 0)
		buf_addf(b, ", %" PRIu32 " level%s inside it", o->reason_depth,
			 o->reason_depth > 1 ? "s" : "");
	if (o->reason_at > 0)
		buf_addf(b, ", at byte %" PRIu64, o->reason_at);
	if (tally_is_accepted(o, p->accepted))
		buf_add_str(b, STR(", accepted"));
	buf_add_str(b, STR(")\n"));
}

static void put_label(struct buf *b, const char *label)
{
	buf_addf(b, "%-13s", label);
}

static void put_scanned(struct buf *b, const struct scan_end *end)
{
	const struct tally *t = end->tally;

	put_label(b, t->interrupted ? "Interrupted" : "Scanned");
	human_count(b, t->files);
	buf_addf(b, " file%s, ", t->files == 1 ? "" : "s");
	human_bytes(b, t->bytes);
	buf_add_str(b, STR(", in "));
	human_time(b, end->elapsed_ns);
	buf_add_str(b, STR(" ("));
	human_count(b, human_rate(t->files, end->elapsed_ns));
	buf_add_str(b, STR(" files/s, "));
	human_bytes(b, human_rate(t->bytes, end->elapsed_ns));
	buf_add_str(b, STR("/s)\n"));
}

/* "3: 2 encrypted, 1 unreadable" */
static void put_parts(struct buf *b, uint64_t total, const uint64_t *counts, int count,
		      const char *(*text)(int i))
{
	const char *between = ": ";

	human_count(b, total);
	for (int i = 0; i < count; i++) {
		if (counts[i] == 0 || text(i) == NULL)
			continue;
		buf_addf(b, "%s", between);
		human_count(b, counts[i]);
		buf_addf(b, " %s", text(i));
		between = ", ";
	}
}

static const char *reason_part(int i)
{
	return reason_text((enum reason)i);
}

static const char *skipped_part(int i)
{
	return tally_is_skipped_kind((enum walk_kind)i) ? walk_kind_text((enum walk_kind)i) : NULL;
}

static void put_verdicts(struct printer *p, const struct tally *t)
{
	struct buf *b = &p->out->pending;

	put_label(b, "Detected");
	human_count(b, t->verdicts[VERDICT_DETECTED]);
	buf_add_u8(b, '\n');
	put_label(b, "Suspicious");
	human_count(b, t->verdicts[VERDICT_SUSPICIOUS]);
	buf_add_u8(b, '\n');
	put_label(b, "Not scanned");
	put_parts(b, t->verdicts[VERDICT_NOT_SCANNED], t->reasons, REASON_COUNT, reason_part);
	if (t->accepted > 0) {
		buf_add_str(b, STR(" ("));
		human_count(b, t->accepted);
		buf_add_str(b, STR(" accepted)"));
	}
	buf_add_u8(b, '\n');
}

static void put_databases(struct buf *b, const struct scan_end *end)
{
	put_label(b, "Database");
	for (size_t i = 0; i < end->database_count; i++) {
		if (i > 0)
			buf_add_str(b, STR(", "));
		text_escape(b, str_of(end->databases[i]));
	}
	for (size_t i = 0; i < end->image_count; i++) {
		char id[IMAGE_ID_TEXT];

		if (image_id(end->image_fds[i], id))
			buf_addf(b, "%s%.12s", i > 0 ? ", " : " (image ", id);
	}
	if (end->image_count > 0)
		buf_add_u8(b, ')');
	buf_add_u8(b, '\n');
}

/* Only what is missing is worth a line. */
static void put_confinement(struct buf *b, const struct confinement *c)
{
	const char *between = "";
	bool is_full = true;

	for (int i = 0; i < LAYER_COUNT; i++)
		is_full = is_full && c->layers[i].state == LAYER_FULL;
	if (is_full)
		return;
	put_label(b, "Confinement");
	for (int i = 0; i < LAYER_COUNT; i++) {
		if (c->layers[i].state == LAYER_FULL)
			continue;
		buf_addf(b, "%s%s %s (", between, layer_name((enum layer)i),
			 c->layers[i].state == LAYER_OFF ? "off" : "partly");
		text_escape(b, str_of(c->layers[i].detail));
		buf_add_u8(b, ')');
		between = ", ";
	}
	buf_add_str(b, STR("; see candor doctor\n"));
}

static void print_end(struct printer *p, const struct scan_end *end)
{
	struct buf *b = display_lines(p->out);
	const struct tally *t = end->tally;

	if (p->quiet)
		return;
	put_scanned(b, end);
	put_verdicts(p, t);
	if (tally_skipped(t) > 0) {
		put_label(b, "Skipped");
		put_parts(b, tally_skipped(t), t->met, WALK_COUNT, skipped_part);
		buf_add_u8(b, '\n');
	}
	if (t->met[WALK_VANISHED] > 0) {
		put_label(b, "Vanished");
		human_count(b, t->met[WALK_VANISHED]);
		buf_add_u8(b, '\n');
	}
	put_databases(b, end);
	if (end->confinement != NULL)
		put_confinement(b, end->confinement);
}

struct printer printer_text(struct display *out)
{
	return (struct printer){
		.out = out,
		.finding = print_finding,
		.undecided = print_undecided,
		.done = print_done,
		.end = print_end,
	};
}
