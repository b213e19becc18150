#include "cell/compile.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cell/include.h"
#include "cell/jail.h"
#include "cell/wire.h"
#include "lang/container.h"
#include "lang/lines.h"
#include "os/channel.h"
#include "os/file.h"
#include "os/process.h"

enum { SINK_BYTES = 1 << 20 };

#define MEMORY_PRESET (UINT64_C(2) << 30)

void compile_order(struct compile_source *sources, size_t count)
{
	/* insertion: sources come sorted from a folder, and a sort must be stable */
	for (size_t i = 1; i < count; i++) {
		struct compile_source s = sources[i];
		int rank = front_rank(str_of(s.name));
		size_t at = i;

		for (; at > 0; at--) {
			int before = front_rank(str_of(sources[at - 1].name));

			if (before < rank ||
			    (before == rank && strcmp(sources[at - 1].name, s.name) <= 0))
				break;
			sources[at] = sources[at - 1];
		}
		sources[at] = s;
	}
}

/* ---------------------------------------------------------- inside the jail */

struct compiler {
	struct report report;    /* passes messages on to the parent */
	struct build_sink sink;  /* collects the image into large writes */
	const struct compile_options *options;
	int channel;
	struct buf message, image;
	uint32_t sources;
	struct inclusion inclusion;
	struct front_settings settings;
};

static void tell(struct compiler *c)
{
	/* without a parent that listens there is nobody to work for */
	if (c->message.bad || channel_send(c->channel, buf_str(&c->message), NULL, 0,
					   CHANNEL_BLOCK) != CHANNEL_DONE)
		_exit(1);
}

static void tell_diagnostic(struct report *r, const struct diagnostic *d)
{
	struct compiler *c = (struct compiler *)r;

	wire_put_diagnostic(&c->message, d);
	tell(c);
}

static enum status flush_image(struct compiler *c)
{
	enum status status = file_write_all(c->options->out_fd, c->image.data, c->image.len, NULL);

	buf_clear(&c->image);
	return status;
}

static enum status write_image(struct build_sink *sink, const void *data, size_t len)
{
	struct compiler *c = (struct compiler *)((char *)sink - offsetof(struct compiler, sink));

	if (c->image.len + len > SINK_BYTES) {
		enum status status = flush_image(c);

		if (status != OK)
			return status;
	}
	if (len > SINK_BYTES)
		return file_write_all(c->options->out_fd, data, len, NULL);
	buf_add(&c->image, data, len);
	return c->image.bad ? E_NOMEM : OK;
}

static void complain(struct compiler *c, enum severity severity, struct str source,
		     const char *message, const char *hint)
{
	const struct diagnostic d = {
		.severity = severity,
		.source = source,
		.line = 1,
		.col = 1,
		.width = 1,
		.message = message,
		.hint = hint,
	};

	tell_diagnostic(&c->report, &d);
}

static enum status compile_members(struct compiler *c, struct ruleset *rs, uint32_t index,
				   const struct source_text *src, const struct contents *from)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < from->members.len; i++) {
		const struct member *m = &from->members.items[i];
		struct source_text text = *src;
		const struct front *front;

		if (m->is_note)
			continue;
		text.text = m->text;
		text.name = arena_format(rs->arena, "%.*s:%.*s", STR_ARG(src->name),
					 STR_ARG(m->name));
		if (text.name.data == NULL)
			return E_LIMIT;
		/* a member without a known suffix is never guessed at */
		front = front_knows_suffix(m->name) ? front_for(&text) : NULL;
		if (front == NULL) {
			complain(c, SEVERITY_WARNING, text.name,
				 "left out: not in a rule language that is known", NULL);
			continue;
		}
		inclusion_begin(&c->inclusion, index, text.text);
		status = front->compile(&text, rs, &c->report);
	}
	return status;
}

/* The container itself is a source without rules, whose language says what it is. */
static enum status compile_container(struct compiler *c, struct ruleset *rs, uint32_t index,
				     const struct source_text *src, struct error *e)
{
	size_t ceiling = (size_t)(c->options->memory / 2);
	struct contents contents;
	struct error why = {0};
	uint32_t source;
	enum status status =
		container_open(container_for(src->name), src, ceiling, &contents, &why);

	if (status != OK && why.code != OK)
		(void)error_at(e, status, why.at, "%.40s: offset %" PRIu64 ": %s",
			       c->options->sources[index].name, why.at, why.text);
	if (status == OK)
		status = source_begin(rs, src, contents.about, &source);
	if (status == OK && contents.is_newer)
		complain(c, SEVERITY_WARNING, src->name,
			 "made for a later functionality level than this version has", NULL);
	if (status == OK)
		status = compile_members(c, rs, index, src, &contents);
	c->sources++;
	contents_done(&contents);
	return status;
}

static enum status compile_text(struct compiler *c, struct ruleset *rs, uint32_t index,
				struct str text, struct error *e)
{
	const struct compile_source *s = &c->options->sources[index];
	const struct source_text src = {
		.name = str_of(s->name),
		.text = text,
		.space = s->space != NULL ? str_of(s->space) : STR(""),
		.settings = &c->settings,
	};

	if (c->settings.language == NULL && container_for(src.name) != NULL)
		return compile_container(c, rs, index, &src, e);
	const struct front *front = front_for(&src);
	if (front == NULL) {
		complain(c, SEVERITY_ERROR, src.name, "not in a rule language that is known",
			 "the suffix of the file's name says which language it is");
		return OK;
	}
	c->sources++;
	inclusion_begin(&c->inclusion, index, text);
	return front->compile(&src, rs, &c->report);
}

static enum status compile_source(struct compiler *c, struct ruleset *rs,
				  uint32_t index, struct error *e)
{
	const struct compile_source *s = &c->options->sources[index];
	uint64_t size;
	enum status status = file_size(s->fd, &size, e);

	if (status != OK)
		return status;
	if (size == 0)
		return compile_text(c, rs, index, STR(""), e);
	/* mapped, so that a large source is no memory of ours; cut under our hands, we die */
	void *text = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, s->fd, 0);

	if (text == MAP_FAILED)
		return error_at(e, E_IO, 0, "%.60s: cannot map: %s", s->name, strerror(errno));
	status = compile_text(c, rs, index, (struct str){text, (size_t)size}, e);
	munmap(text, (size_t)size);
	if (status != OK)
		return error_at(e, status, 0, "%.80s: %s", s->name, status_name(status));
	return OK;
}

static void count_rules(const struct ruleset *rs, struct compile_counts *counts)
{
	for (size_t i = 0; i < rs->sources.len; i++) {
		const struct ir_source *s = &rs->sources.items[i];

		counts->accepted += s->accepted;
		counts->malformed += s->malformed;
		counts->skipped += s->skipped;
		counts->ignored += s->ignored;
	}
}

static enum status compile(struct compiler *c, struct ruleset *rs, struct wire_compiled *ret,
			   struct error *e)
{
	const struct compile_options *o = c->options;

	for (uint32_t i = 0; i < o->source_count; i++) {
		enum status status = compile_source(c, rs, i, e);

		if (status != OK)
			return status;
	}
	enum status status = image_build(rs, &c->sink, &ret->result, e);

	if (status == OK)
		status = flush_image(c);
	if (status != OK)
		return error_at(e, status, 0, "cannot write the image: %s",
				status == E_IO ? strerror(errno) : status_name(status));
	/* after the planner, which may skip rules that the front ends took */
	ret->counts.sources = c->sources;
	count_rules(rs, &ret->counts);
	return OK;
}

static int work(void *ctx)
{
	struct compiler *c = ctx;
	struct wire_compiled compiled = {0};
	struct ruleset *rs = NULL;
	struct wire_failed why = {0};

	buf_init(&c->message, WIRE_MAX);
	buf_init(&c->image, SINK_BYTES);
	if (c->options->settings != NULL)
		c->settings = *c->options->settings;
	if (c->options->opener != NULL)
		inclusion_init(&c->inclusion, c->channel, (uint32_t)c->options->source_count,
			       &c->settings);
	enum status status = ruleset_new((size_t)c->options->memory, &rs);

	if (status == OK)
		status = compile(c, rs, &compiled, &why.error);
	if (status == OK) {
		wire_put_compiled(&c->message, &compiled);
	} else {
		(void)error_at(&why.error, status, 0, "%s", status_name(status));
		wire_put_failed(&c->message, MSG_PARENT_FAILED, &why);
	}
	tell(c);
	return 0;
}

/* --------------------------------------------------------------- the parent */

struct listener {
	struct report *report;
	struct compile_answerer answerer;
	struct wire_compiled compiled;
	struct wire_failed failed;
	bool has_result;
};

/* false: not a message that may come now. */
static bool take_message(struct listener *l, struct str message)
{
	struct wire_texts texts;
	struct diagnostic d;
	enum message type;

	if (l->has_result || !wire_type(message, &type))
		return false;
	if (type == MSG_PARENT_DIAGNOSTIC) {
		if (wire_get_diagnostic(message, &texts, &d) != OK)
			return false;
		if (l->report != NULL)
			l->report->diagnostic(l->report, &d);
		return true;
	}
	if (type == MSG_PARENT_INCLUDE)
		return compile_answer(&l->answerer, message);
	l->has_result = true;
	if (type == MSG_PARENT_FAILED)
		return wire_get_failed(message, &l->failed) == OK;
	return type == MSG_PARENT_COMPILED && wire_get_compiled(message, &l->compiled) == OK;
}

static bool listen_to(struct listener *l, int channel)
{
	struct channel_message received;
	uint8_t bytes[WIRE_MAX];

	for (;;) {
		switch (channel_receive(channel, bytes, sizeof bytes, CHANNEL_BLOCK, &received)) {
		case CHANNEL_DONE:
			if (!take_message(l, (struct str){(char *)bytes, received.len}))
				return false;
			break;
		case CHANNEL_CLOSED:
			return true;
		default:
			return false;
		}
	}
}

static uint64_t sizes_of(const struct compile_options *o)
{
	uint64_t sum = 0, size;

	for (size_t i = 0; i < o->source_count; i++) {
		if (file_size(o->sources[i].fd, &size, NULL) == OK)
			(void)add_u64(sum, size, &sum);
	}
	return sum;
}

static enum status run(struct compiler *c, int channels[2], struct listener *l, struct error *e)
{
	const struct jail_limits limits = {
		.memory = c->options->memory,
		.mappings = sizes_of(c->options) +
			(c->options->opener != NULL ? COMPILE_INCLUDED_BYTES : 0),
		.receives = c->options->opener != NULL,
		.output = c->options->memory, /* it is laid out in memory first */
	};
	struct jail jail;
	int result;
	AUTO_FD ours = channels[0];
	enum status status = jail_start(&limits, work, c, &jail, e);

	close(channels[1]);
	if (status != OK)
		return status;
	l->answerer = (struct compile_answerer){.channel = ours, .opener = c->options->opener};
	bool makes_sense = listen_to(l, ours);

	if (!makes_sense)
		process_kill(jail.pid, NULL);
	else
		status = jail_wait(&jail, &result, e);
	if (status == OK && (!makes_sense || !l->has_result))
		return error_at(e, E_INTERNAL, 0, "the compiler ended without a result");
	return status;
}

enum status compile_image(const struct compile_options *options, struct compile_counts *ret_counts,
			  struct build_result *ret_result, struct error *e)
{
	struct compile_options o = *options;
	struct listener listener = {.report = o.report};
	struct compiler c = {
		.report.diagnostic = tell_diagnostic,
		.sink.write = write_image,
		.options = &o,
	};
	int channels[2];

	if (o.memory == 0)
		o.memory = MEMORY_PRESET;
	if (lseek(o.out_fd, 0, SEEK_SET) != 0)
		return error_at(e, E_IO, 0, "cannot write the image: %s", strerror(errno));
	enum status status = channel_pair(channels, e);

	if (status != OK)
		return status;
	c.channel = channels[1];
	status = run(&c, channels, &listener, e);
	if (status != OK)
		return status;
	const struct error *failed = &listener.failed.error;
	if (failed->code != OK)
		return error_at(e, failed->code, 0, "%s", failed->text);
	*ret_counts = listener.compiled.counts;
	*ret_result = listener.compiled.result;
	return OK;
}
