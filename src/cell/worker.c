#include "cell/worker.h"

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/entry.h"
#include "os/channel.h"
#include "os/file.h"

/*
 * Answers wait for each other so that a message carries many: but not longer
 * than this, and not for an object of more than this many bytes. So the first
 * unanswered object is nearly always the one that the worker is busy with.
 */
#define FLUSH_NS UINT64_C(20000000)
#define FLUSH_BYTES (UINT64_C(1) << 20)

const char *const worker_self_argv[] = {"candor-worker", "worker-process", NULL};

struct worker {
	struct scan_sink sink;
	struct scanner *scanner;
	struct buf message;
	struct wire_done done;
	uint64_t flushed_ns;
	uint32_t id; /* of the object that is scanned */
};

bool worker_requested(int argc, char *const *argv)
{
	return argc == 2 && strcmp(argv[1], worker_self_argv[1]) == 0;
}

static enum status make_scanner(const struct wire_setup *setup, struct scanner **ret,
				struct wire_failed *why)
{
	struct image *images[WIRE_IMAGES_MAX];

	for (uint32_t i = 0; i < setup->images; i++) {
		enum status status =
			image_open_fd(WORKER_FIRST_IMAGE + (int)i, &images[i], &why->error);

		if (status != OK) {
			why->image = i + 1;
			return status;
		}
	}
	const struct scan_options options = {
		.images = images,
		.image_count = setup->images,
		.limits = setup->limits,
		.all_matches = setup->all_matches,
	};

	return scanner_new(&options, ret, &why->error);
}

static void flush(struct worker *w)
{
	w->flushed_ns = clock_ns();
	if (w->done.count == 0)
		return;
	wire_put_done(&w->message, &w->done);
	w->done.count = 0;
	entry_send(&w->message);
}

/* Answers go first, so that whatever the broker hears is about its first unanswered object. */
static void tell_finding(struct scan_sink *sink, const struct finding *f)
{
	struct worker *w = (struct worker *)sink;
	const struct wire_finding m = {.id = w->id, .finding = *f};

	flush(w);
	wire_put_finding(&w->message, &m);
	entry_send(&w->message);
}

/*
 * A file that is written to meanwhile was seen half old and half new: what
 * was found counts, that nothing was found does not.
 */
static void note_change(int fd, const struct file_stamp *before, struct outcome *o)
{
	struct file_stamp after;

	if (!file_stamp_read(fd, &after) || !file_stamp_eq(before, &after))
		outcome_miss(o, REASON_CHANGED, 0, 0);
}

static void scan_object(struct worker *w, uint32_t id, int fd, uint64_t size)
{
	struct file_stamp before = {0};
	struct file_input in;
	struct outcome outcome;

	if (size > FLUSH_BYTES || clock_ns() - w->flushed_ns > FLUSH_NS)
		flush(w);
	w->id = id;
	(void)file_stamp_read(fd, &before);
	file_input_init(&in, fd, size);
	scanner_scan(w->scanner, &in.in, &w->sink, &outcome);
	note_change(fd, &before, &outcome);
	close(fd);
	/* a finding may have flushed: count anew */
	w->done.objects[w->done.count].id = id;
	w->done.objects[w->done.count].outcome = outcome;
	w->done.count++;
}

/* The next request; false when the broker has closed the channel. */
static bool receive_request(struct wire_scan *request, struct channel_message *m)
{
	uint8_t bytes[1024];

	switch (channel_receive_fds(WORKER_CHANNEL, bytes, sizeof bytes, CHANNEL_BLOCK, m)) {
	case CHANNEL_DONE:
		break;
	case CHANNEL_CLOSED:
		return false;
	default:
		_exit(WORKER_END_PROTOCOL);
	}
	if (wire_get_scan((struct str){(const char *)bytes, m->len}, request) != OK ||
	    request->count != m->fd_count)
		_exit(WORKER_END_PROTOCOL);
	return true;
}

static void serve(struct worker *w)
{
	struct wire_scan request;
	struct channel_message m;

	while (receive_request(&request, &m)) {
		w->flushed_ns = clock_ns();
		for (uint32_t i = 0; i < request.count; i++)
			scan_object(w, request.objects[i].id, m.fds[i], request.objects[i].size);
		flush(w);
	}
}

int worker_main(void)
{
	struct worker w = {.sink.finding = tell_finding};
	struct wire_setup setup;
	struct confinement confinement;
	struct wire_failed why = {0};

	prctl(PR_SET_NAME, "candor-worker");
	if (entry_confine(LAYERS_ALL, &setup, &confinement) != OK)
		_exit(WORKER_END_SETUP);
	buf_init(&w.message, WIRE_MAX);
	if (buf_reserve(&w.message, WIRE_MAX) == NULL ||
	    make_scanner(&setup, &w.scanner, &why) != OK) {
		(void)error_at(&why.error, E_NOMEM, 0, "out of memory");
		entry_fail(&why);
		_exit(WORKER_END_SETUP);
	}
	wire_put_ready(&w.message, &confinement);
	entry_send(&w.message);
	serve(&w);
	/* not exit(): nothing is to be flushed, and no handler of a library is to run */
	_exit(WORKER_END_CLOSED);
}
