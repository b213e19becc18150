#include "api/messages.h"

#include <stdio.h>

/* Texts of one message: those of cell/wire.h fit. */
enum { TEXTS_CEILING = 256 << 10 };

static void keep_first(struct messages *m, const struct diagnostic *d)
{
	if (d->severity != SEVERITY_ERROR || m->first[0] != '\0')
		return;
	snprintf(m->first, sizeof m->first, "%.*s:%u:%u: %s", STR_ARG(str_first(d->source, 100)),
		 d->line, d->col, d->message);
}

static void pass_on(struct report *r, const struct diagnostic *d)
{
	struct messages *m = (struct messages *)r;

	keep_first(m, d);
	if (m->fn == NULL)
		return;
	arena_clear(m->arena);
	const struct candor_message message = {
		.severity = d->severity == SEVERITY_ERROR ? CANDOR_ERROR : CANDOR_WARNING,
		.text = d->message,
		.hint = d->hint,
		.source = arena_str(m->arena, d->source).data,
		.line = d->line,
		.column = d->col,
		.width = d->width,
		.source_line = arena_str(m->arena, d->text).data,
	};

	if (message.source == NULL || message.source_line == NULL)
		m->is_incomplete = true;
	else
		m->fn(m->context, &message);
}

bool messages_init(struct messages *m, candor_message_fn *fn, void *context)
{
	*m = (struct messages){
		.report.diagnostic = pass_on,
		.fn = fn,
		.context = context,
		.arena = arena_new(TEXTS_CEILING),
	};
	return m->arena != NULL;
}

void messages_done(struct messages *m)
{
	arena_free(m->arena);
}
