#include "cell/include.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cell/wire.h"
#include "os/channel.h"
#include "os/file.h"

/* ---------------------------------------------------------- inside the jail */

static void remember(struct inclusion *in, const char *text, uint32_t number)
{
	const struct inclusion_text t = {text, number};

	/* without, it cannot include anything: that is said then */
	(void)vec_push(&in->texts, &t);
}

static bool find(const struct inclusion *in, const char *text, uint32_t *ret)
{
	for (size_t i = in->texts.len; i-- > 0;) {
		if (in->texts.items[i].text == text) {
			*ret = in->texts.items[i].number;
			return true;
		}
	}
	return false;
}

/* Without a parent that answers there is nobody to work for. */
static void ask(struct inclusion *in, const struct wire_include *question)
{
	struct buf message;

	buf_init(&message, WIRE_MAX);
	wire_put_include(&message, question);
	if (message.bad ||
	    channel_send(in->channel, buf_str(&message), NULL, 0, CHANNEL_BLOCK) != CHANNEL_DONE)
		_exit(1);
	buf_done(&message);
}

static enum status take_text(struct channel_message *m, const struct wire_included *answer,
			     struct source_text *ret, struct error *e)
{
	AUTO_FD fd = m->fds[0];
	char *name = strndup(answer->name.data, answer->name.len);

	if (name == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	*ret = (struct source_text){.name = str_of(name), .text = STR("")};
	if (answer->size == 0)
		return OK;
	/* name and text stay until the process ends: what is compiled borrows them */
	void *text = mmap(NULL, (size_t)answer->size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (text == MAP_FAILED)
		return error_at(e, E_IO, 0, "cannot be mapped");
	ret->text = (struct str){text, (size_t)answer->size};
	return OK;
}

static enum status open_include(struct includer *includer, const struct source_text *from,
				struct str path, struct source_text *ret, struct error *e)
{
	struct inclusion *in = (struct inclusion *)includer;
	struct wire_include question = {.path = path};
	struct channel_message m;
	struct wire_included answer;
	uint8_t bytes[WIRE_MAX];

	if (!find(in, from->text.data, &question.from) || path.len > WIRE_PATH_MAX ||
	    str_find(path, '\0') < path.len)
		return error_at(e, E_DENIED, 0, "not a name of a file");
	ask(in, &question);
	if (channel_receive_fds(in->channel, bytes, sizeof bytes, CHANNEL_BLOCK, &m) !=
		    CHANNEL_DONE ||
	    wire_get_included((struct str){(const char *)bytes, m.len}, &answer) != OK ||
	    m.fd_count != (answer.status == OK))
		_exit(1);
	if (answer.status != OK)
		return error_at(e, answer.status, 0, "%.*s",
				STR_ARG(str_first(answer.reason, 100)));
	uint32_t number = in->next++;
	enum status status = take_text(&m, &answer, ret, e);

	if (status == OK) {
		ret->space = from->space;
		ret->settings = from->settings;
		remember(in, ret->text.data, number);
	}
	return status;
}

void inclusion_init(struct inclusion *in, int channel, uint32_t source_count,
		    struct front_settings *settings)
{
	*in = (struct inclusion){
		.includer.open = open_include,
		.channel = channel,
		.next = source_count,
	};
	settings->includer = &in->includer;
}

void inclusion_begin(struct inclusion *in, uint32_t source, struct str text)
{
	remember(in, text.data, source);
}

/* --------------------------------------------------------------- the parent */

static enum status open_for(struct compile_answerer *a, const struct wire_include *question,
			    struct compile_include *ret, struct error *e)
{
	if (a->opener == NULL)
		return error_at(e, E_DENIED, 0, "nothing can be included here");
	if (a->count >= COMPILE_INCLUDES_MAX)
		return error_at(e, E_LIMIT, 0, "more than %d files are included",
				COMPILE_INCLUDES_MAX);
	enum status status = a->opener->open(a->opener, question->from, question->path, ret, e);

	if (status != OK)
		return status;
	a->count++;
	if (range_fits(a->bytes, ret->size, COMPILE_INCLUDED_BYTES)) {
		a->bytes += ret->size;
		return OK;
	}
	close(ret->fd);
	a->count = COMPILE_INCLUDES_MAX; /* both ends count the same: no more after this one */
	return error_at(e, E_LIMIT, 0, "more than %d MiB are included",
			COMPILE_INCLUDED_BYTES >> 20);
}

bool compile_answer(struct compile_answerer *a, struct str message)
{
	struct wire_include question;
	struct compile_include file;
	struct error e = {0};
	struct wire_included answer = {.name = STR(""), .reason = STR("")};
	struct buf out;

	if (wire_get_include(message, &question) != OK)
		return false;
	answer.status = open_for(a, &question, &file, &e);
	if (answer.status == OK) {
		answer.size = file.size;
		answer.name = str_of(file.name);
	} else {
		answer.reason = str_of(e.text);
	}
	buf_init(&out, WIRE_MAX);
	wire_put_included(&out, &answer);
	bool sent = !out.bad && channel_send(a->channel, buf_str(&out), &file.fd,
					     answer.status == OK, CHANNEL_BLOCK) == CHANNEL_DONE;

	buf_done(&out);
	if (answer.status == OK)
		close(file.fd);
	return sent;
}
