#include "cli/display.h"

#include "os/file.h"
#include "os/term.h"

/* The longest line is an object of JSON with a file's findings, which is bounded in scan-json.c. */
#define PENDING_CEILING ((size_t)64 << 20)
/* What is kept for the next lines. */
#define KEPT ((size_t)1 << 20)

void display_init(struct display *o, int fd)
{
	*o = (struct display){
		.fd = fd,
		.is_live = term_is_live(fd),
		.has_colour = term_has_colour(fd),
	};
	buf_init(&o->pending, PENDING_CEILING);
}

void display_done(struct display *o)
{
	display_lines(o);
	display_flush(o);
	buf_done(&o->pending);
}

struct buf *display_lines(struct display *o)
{
	if (o->live_shown)
		buf_add_str(&o->pending, STR("\r\x1b[K"));
	o->live_shown = false;
	return &o->pending;
}

void display_live(struct display *o, struct str text)
{
	if (!o->is_live)
		return;
	buf_add_u8(&o->pending, '\r');
	buf_add_str(&o->pending, text);
	buf_add_str(&o->pending, STR("\x1b[K"));
	o->live_shown = true;
}

bool display_flush(struct display *o)
{
	struct buf *b = &o->pending;

	if (b->bad)
		error_at(&o->error, E_NOMEM, 0, "out of memory");
	if (o->error.code == OK && file_write_all(o->fd, b->data, b->len, &o->error) != OK)
		o->reader_gone = term_reader_gone(o->fd);
	if (b->cap > KEPT) {
		buf_done(b);
		buf_init(b, PENDING_CEILING);
	}
	buf_clear(b);
	return o->error.code == OK;
}
