/*
 * Any bytes as a message: what is taken must come out the same when it is
 * encoded again, and its numbers must be inside their types.
 */
#include <stdint.h>
#include <stdlib.h>

#include "cell/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool from_broker(struct str message, enum message type, struct buf *again)
{
	struct wire_setup setup;
	struct wire_scan scan;

	if (type == MSG_WORKER_SETUP && wire_get_setup(message, &setup) == OK) {
		require(setup.images <= WIRE_IMAGES_MAX);
		wire_put_setup(again, &setup);
		return true;
	}
	if (type == MSG_WORKER_SCAN && wire_get_scan(message, &scan) == OK) {
		require(scan.count >= 1 && scan.count <= WIRE_SCAN_MAX);
		wire_put_scan(again, &scan);
		return true;
	}
	return false;
}

static bool of_details(struct str message, struct buf *again)
{
	struct wire_details details;
	struct detail d;

	if (wire_get_details(message, &details) != OK)
		return false;
	wire_begin_details(again, details.id);
	while (wire_next_detail(&details, &d)) {
		require(d.kind < DETAIL_COUNT && d.state < DETAIL_STATE_COUNT);
		require(d.text.len <= DETAIL_TEXT_MAX);
		require(wire_add_detail(again, &d));
	}
	return true;
}

static bool from_worker(struct str message, enum message type, struct buf *again)
{
	struct wire_finding finding;
	struct wire_done done;

	if (type == MSG_BROKER_DETAIL)
		return of_details(message, again);
	if (type == MSG_BROKER_FINDING && wire_get_finding(message, &finding) == OK) {
		const struct finding *f = &finding.finding;

		require(f->effect <= EFFECT_SUSPECT);
		require(f->type < TYPE_COUNT && f->view < VIEW_COUNT);
		require(memchr(f->rule, 0, sizeof f->rule) != NULL);
		require(memchr(f->source, 0, sizeof f->source) != NULL);
		require(memchr(f->path, 0, sizeof f->path) != NULL);
		wire_put_finding(again, &finding);
		return true;
	}
	if (type == MSG_BROKER_DONE && wire_get_done(message, &done) == OK) {
		require(done.count >= 1 && done.count <= WIRE_DONE_MAX);
		for (uint32_t i = 0; i < done.count; i++) {
			const struct outcome *o = &done.objects[i].outcome;

			require(o->verdict < VERDICT_COUNT && o->reason < REASON_COUNT);
			require((o->verdict == VERDICT_CLEAN) <= (o->missed == 0));
		}
		wire_put_done(again, &done);
		return true;
	}
	return false;
}

static bool of_start(struct str message, enum message type, struct buf *again)
{
	struct wire_ready ready;
	struct wire_failed failed;

	if (type == MSG_BROKER_READY && wire_get_ready(message, &ready) == OK) {
		for (unsigned l = 0; l < LAYER_COUNT; l++)
			require(ready.confinement.layers[l].state <= LAYER_FULL);
		wire_put_ready(again, &ready);
		return true;
	}
	if ((type == MSG_BROKER_FAILED || type == MSG_PARENT_FAILED) &&
	    wire_get_failed(message, &failed) == OK) {
		require(failed.error.code != OK && failed.error.code <= E_INTERNAL);
		wire_put_failed(again, type, &failed);
		return true;
	}
	return false;
}

static bool from_jail(struct str message, enum message type, struct buf *again)
{
	struct wire_texts texts;
	struct diagnostic diagnostic;
	struct wire_compiled compiled;
	struct wire_include include;
	struct wire_included included;

	if (type == MSG_PARENT_INCLUDE && wire_get_include(message, &include) == OK) {
		wire_put_include(again, &include);
		return true;
	}
	if (type == MSG_JAIL_INCLUDED && wire_get_included(message, &included) == OK) {
		wire_put_included(again, &included);
		return true;
	}
	if (type == MSG_PARENT_DIAGNOSTIC &&
	    wire_get_diagnostic(message, &texts, &diagnostic) == OK) {
		wire_put_diagnostic(again, &diagnostic);
		return true;
	}
	if (type == MSG_PARENT_COMPILED && wire_get_compiled(message, &compiled) == OK) {
		wire_put_compiled(again, &compiled);
		return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str message = {(const char *)data, size};
	struct buf again;
	enum message type;

	if (size > WIRE_MAX || !wire_type(message, &type))
		return 0;
	buf_init(&again, WIRE_MAX);
	if (from_broker(message, type, &again) || from_worker(message, type, &again) ||
	    of_start(message, type, &again) || from_jail(message, type, &again)) {
		require(!again.bad);
		require(str_eq(buf_str(&again), message));
	}
	buf_done(&again);
	return 0;
}
