#include "cell/answers.h"

#include <signal.h>

#include "cell/entry.h"
#include "os/channel.h"

enum {
	STARTS_MAX = 3, /* workers in a row that end before they are ready */
	MESSAGES_AT_ONCE = 16,
};

/* Tell the outcome of an object that is in no queue any more, and forget it. */
static void conclude(struct pool *p, uint32_t id, const struct outcome *o)
{
	uint64_t cookie = p->backlog.objects[id].cookie;

	backlog_forget(&p->backlog, id);
	p->is_reporting = true;
	p->events->done(p->events, cookie, o);
	p->is_reporting = false;
}

static void blame(struct pool *p, uint32_t id, enum reason reason)
{
	const struct backlog_object *object = &p->backlog.objects[id];
	struct outcome o = outcome_not_scanned(reason, object->size);

	o.verdict = object->worst;
	conclude(p, id, &o);
}

/*
 * A worker cannot be killed from outside by anybody but this user, root and
 * the kernel, which does it when memory is short or CPU time is used up.
 */
static enum reason reason_of_end(const struct process_end *end, enum loss loss)
{
	if (loss == LOSS_TIMEOUT)
		return REASON_TIMEOUT;
	if (loss == LOSS_NONSENSE)
		return REASON_CRASHED;
	if (!end->by_signal)
		return end->code == WORKER_END_MEMORY ? REASON_MEMORY : REASON_CRASHED;
	if (end->code != SIGKILL)
		return REASON_CRASHED;
	return end->cpu_seconds >= WORKER_CPU_SECONDS ? REASON_TIMEOUT : REASON_MEMORY;
}

static void note_failed_start(struct pool *p, const struct process_end *end)
{
	if (++p->failed_starts < STARTS_MAX)
		return;
	(void)error_at(&p->broken, E_INTERNAL, 0, "workers end before they are ready (%s %d)",
		       end->by_signal ? "signal" : "exit status", end->code);
}

void answers_lose(struct pool *p, struct member *m, enum loss loss)
{
	bool was_starting = m->remote.state == REMOTE_STARTING;
	struct process_end end;
	uint32_t id, culprit = BACKLOG_NONE;

	if (loss == LOSS_ENDED)
		remote_finish(&m->remote, &end);
	else
		remote_end(&m->remote, &end);
	if (m->sent.count == 1 &&
	    (loss == LOSS_TIMEOUT || p->backlog.objects[m->sent.first].is_suspect))
		culprit = backlog_take(&p->backlog, &m->sent);
	while ((id = backlog_take(&p->backlog, &m->sent)) != BACKLOG_NONE) {
		p->backlog.objects[id].is_suspect = true;
		p->backlog.objects[id].seen = p->backlog.objects[id].seen_details = 0;
		backlog_append(&p->backlog, &p->suspects, id);
	}
	if (was_starting)
		note_failed_start(p, &end);
	pool_start(p, m);
	if (culprit != BACKLOG_NONE)
		blame(p, culprit, reason_of_end(&end, loss));
}

static bool take_ready(struct pool *p, struct member *m, struct str message)
{
	struct wire_ready ready;

	if (wire_get_ready(message, &ready) != OK)
		return false;
	struct confinement c = ready.confinement;
	unsigned missing = p->layers_required & ~confinement_layers(&c);

	for (unsigned l = 0; l < LAYER_COUNT; l++) {
		if ((missing & 1u << l) != 0)
			(void)error_at(&p->broken, E_DENIED, 0,
				       "workers are not confined by %s: %.70s", layer_name(l),
				       c.layers[l].detail);
	}
	if (!p->is_confined)
		p->confinement = c;
	p->is_confined = true;
	p->needs_subject = ready.needs_subject;
	p->failed_starts = 0;
	m->remote.state = REMOTE_READY;
	m->deadline_ns = UINT64_MAX;
	return true;
}

static bool take_failed(struct pool *p, struct str message)
{
	struct wire_failed failed;

	if (wire_get_failed(message, &failed) != OK || failed.image > p->program.setup.images)
		return false;
	if (failed.image > 0 && p->image_names != NULL)
		(void)error_about(&failed.error, failed.error.code,
				  p->image_names[failed.image - 1]);
	/* it would be the same for the next one */
	(void)error_at(&p->broken, failed.error.code, 0, "%s", failed.error.text);
	return true;
}

static bool take_finding(struct pool *p, struct member *m, struct str message)
{
	struct wire_finding f;

	if (wire_get_finding(message, &f) != OK || m->sent.count == 0 || f.id != m->sent.first ||
	    f.finding.image >= p->program.setup.images)
		return false;
	struct backlog_object *object = &p->backlog.objects[f.id];
	uint64_t cookie = object->cookie;

	if (object->seen++ < object->told)
		return true;
	object->told++;
	if (f.finding.effect == EFFECT_DETECT)
		object->worst = VERDICT_DETECTED;
	else if (object->worst != VERDICT_DETECTED)
		object->worst = VERDICT_SUSPICIOUS;
	p->is_reporting = true;
	p->events->finding(p->events, cookie, &f.finding);
	p->is_reporting = false;
	return true;
}

static bool take_details(struct pool *p, struct member *m, struct str message)
{
	struct wire_details details;
	struct detail d;

	if (p->events->detail == NULL || wire_get_details(message, &details) != OK ||
	    m->sent.count == 0 || details.id != m->sent.first)
		return false;
	struct backlog_object *object = &p->backlog.objects[details.id];
	uint64_t cookie = object->cookie;

	p->is_reporting = true;
	while (wire_next_detail(&details, &d)) {
		if (d.image >= p->program.setup.images)
			d.image = 0;
		/* the first ones of another attempt are known already */
		if (object->seen_details++ < object->told_details)
			continue;
		object->told_details++;
		p->events->detail(p->events, cookie, &d);
	}
	p->is_reporting = false;
	return true;
}

static bool take_done(struct pool *p, struct member *m, struct str message)
{
	struct wire_done done;

	if (wire_get_done(message, &done) != OK)
		return false;
	for (uint32_t i = 0; i < done.count; i++) {
		uint32_t id = done.objects[i].id;
		const struct outcome *o = &done.objects[i].outcome;

		if (m->sent.count == 0 || id != m->sent.first ||
		    o->size != p->backlog.objects[id].size)
			return false;
		(void)backlog_take(&p->backlog, &m->sent);
		conclude(p, id, o);
	}
	pool_set_deadline(p, m);
	return true;
}

/* false: the message makes no sense here. */
static bool take_message(struct pool *p, struct member *m, struct str message)
{
	enum message type;

	if (!wire_type(message, &type))
		return false;
	if (m->remote.state == REMOTE_STARTING) {
		if (type == MSG_BROKER_READY)
			return take_ready(p, m, message);
		return type == MSG_BROKER_FAILED && take_failed(p, message);
	}
	if (type == MSG_BROKER_FINDING)
		return take_finding(p, m, message);
	if (type == MSG_BROKER_DETAIL)
		return take_details(p, m, message);
	return type == MSG_BROKER_DONE && take_done(p, m, message);
}

void answers_take(struct pool *p, struct member *m)
{
	for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
		struct channel_message received;
		enum channel_result result = channel_receive(m->remote.channel, p->incoming,
							     sizeof p->incoming, CHANNEL_POLL,
							     &received);

		if (result == CHANNEL_WAIT)
			return;
		if (result == CHANNEL_CLOSED) {
			answers_lose(p, m, LOSS_ENDED);
			return;
		}
		struct str message = {(const char *)p->incoming, received.len};

		if (result == CHANNEL_BROKEN || !take_message(p, m, message)) {
			answers_lose(p, m, LOSS_NONSENSE);
			return;
		}
	}
}
