/*
 * console: YARA 4.5, "console" module.
 */
#include <inttypes.h>

#include "base/buf.h"
#include "module/module.h"

enum { LINE_MAX_BYTES = 1024 * 1024 };

static void add_printable(struct buf *line, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		if (c >= 0x20 && c < 0x7f)
			buf_add_u8(line, c);
		else
			buf_addf(line, "\\x%02x", c);
	}
}

/* A name in front of what is shown stands as it is, up to a NUL. */
static struct buf begin(const struct module_call *call, const struct value **ret_shown)
{
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	if (call->arg_count > 1)
		buf_add_str(&line, str_until_nul(call->args[0].text));
	*ret_shown = &call->args[call->arg_count - 1];
	return line;
}

static struct value end(const struct module_call *call, struct buf *line)
{
	bool is_whole = !line->bad;

	if (is_whole && call->host->log != NULL)
		call->host->log(call->host, buf_str(line));
	buf_done(line);
	return is_whole ? value_int(1) : VALUE_OF_UNKNOWN;
}

struct value call_console_log_text(struct module_call *call)
{
	const struct value *shown;
	struct buf line = begin(call, &shown);

	add_printable(&line, shown->text);
	return end(call, &line);
}

struct value call_console_log_int(struct module_call *call)
{
	const struct value *shown;
	struct buf line = begin(call, &shown);

	buf_addf(&line, "%" PRId64, shown->integer);
	return end(call, &line);
}

struct value call_console_log_float(struct module_call *call)
{
	const struct value *shown;
	struct buf line = begin(call, &shown);

	buf_addf(&line, "%f", shown->real);
	return end(call, &line);
}

struct value call_console_hex(struct module_call *call)
{
	const struct value *shown;
	struct buf line = begin(call, &shown);

	buf_addf(&line, "0x%" PRIx64, (uint64_t)shown->integer);
	return end(call, &line);
}

struct value call_console_log_named_text(struct module_call *call)
{
	return call_console_log_text(call);
}

struct value call_console_log_named_int(struct module_call *call)
{
	return call_console_log_int(call);
}

struct value call_console_log_named_float(struct module_call *call)
{
	return call_console_log_float(call);
}

struct value call_console_named_hex(struct module_call *call)
{
	return call_console_hex(call);
}
