#include "cell/worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
	struct buf details; /* a message of them that is not sent yet */
	bool has_details;
	struct wire_done done;
	struct str module_data[MODULE_COUNT];
	uint64_t flushed_ns;
	uint32_t id; /* of the object that is scanned */
};

bool worker_requested(int argc, char *const *argv)
{
	return argc == 2 && strcmp(argv[1], worker_self_argv[1]) == 0;
}

/* The data that the user gave for modules, which is mapped and never written to. */
static enum status map_module_data(const struct wire_setup *setup, struct str *data,
				   struct error *e)
{
	int fd = WORKER_FIRST_IMAGE + (int)setup->images;

	for (size_t i = 0; i < MODULE_COUNT; i++) {
		uint64_t size;

		data[i] = STR("");
		if ((setup->modules >> i & 1) == 0)
			continue;
		enum status status = file_size(fd, &size, e);

		if (status != OK)
			return status;
		if (size > 0) {
			void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);

			if (p == MAP_FAILED)
				return error_at(e, E_IO, 0, "module data cannot be mapped");
			data[i] = (struct str){p, (size_t)size};
		}
		fd++;
	}
	return OK;
}

static enum status make_scanner(const struct wire_setup *setup, const struct str *module_data,
				struct scanner **ret, struct wire_failed *why)
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
		.wishes = setup->wishes,
		.module_data = module_data,
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

static void flush_details(struct worker *w)
{
	if (w->has_details)
		entry_send(&w->details);
	w->has_details = false;
}

static void tell_detail(struct scan_sink *sink, const struct detail *d)
{
	struct worker *w = (struct worker *)sink;

	flush(w);
	if (w->has_details && wire_add_detail(&w->details, d))
		return;
	flush_details(w);
	wire_begin_details(&w->details, w->id);
	w->has_details = wire_add_detail(&w->details, d);
	if (!w->has_details)
		_exit(WORKER_END_MEMORY);
}

/* Answers go first, so that whatever the broker hears is about its first unanswered object. */
static void tell_finding(struct scan_sink *sink, const struct finding *f)
{
	struct worker *w = (struct worker *)sink;
	const struct wire_finding m = {.id = w->id, .finding = *f};

	flush(w);
	flush_details(w);
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

/* One object of a request, with its descriptors. */
struct errand {
	uint32_t id;
	uint64_t size;
	int fd, regions_fd;
	struct scan_subject subject;
};

/* The regions of a process; NULL with none when they make no sense or cannot be had. */
static struct scan_region *read_regions(int fd, size_t count)
{
	struct scan_region *regions = calloc(count, sizeof *regions);
	size_t len = count * sizeof *regions;
	uint64_t end = 0;

	if (regions == NULL || pread(fd, regions, len, 0) != (ssize_t)len)
		_exit(WORKER_END_MEMORY);
	for (size_t i = 0; i < count; i++) {
		if (regions[i].start < end || regions[i].end <= regions[i].start)
			_exit(WORKER_END_PROTOCOL);
		end = regions[i].end;
	}
	return regions;
}

static void scan_process(struct worker *w, struct errand *job, struct outcome *ret)
{
	struct scan_region *regions = read_regions(job->regions_fd, job->subject.region_count);
	struct file_input in;

	job->subject.is_process = true;
	job->subject.regions = regions;
	file_input_init(&in, job->fd, regions[job->subject.region_count - 1].end);
	scanner_scan(w->scanner, &in.in, &job->subject, &w->sink, ret);
	ret->size = job->size;
	close(job->regions_fd);
	free(regions);
}

static void scan_file(struct worker *w, const struct errand *job, struct outcome *ret)
{
	struct file_stamp before = {0};
	struct file_input in;

	(void)file_stamp_read(job->fd, &before);
	file_input_init(&in, job->fd, job->size);
	scanner_scan(w->scanner, &in.in, &job->subject, &w->sink, ret);
	note_change(job->fd, &before, ret);
}

static void scan_object(struct worker *w, struct errand *job)
{
	struct outcome outcome;

	if (job->size > FLUSH_BYTES || clock_ns() - w->flushed_ns > FLUSH_NS)
		flush(w);
	w->id = job->id;
	if (job->subject.region_count > 0)
		scan_process(w, job, &outcome);
	else
		scan_file(w, job, &outcome);
	close(job->fd);
	flush_details(w);
	/* a finding may have flushed: count anew */
	w->done.objects[w->done.count].id = job->id;
	w->done.objects[w->done.count].outcome = outcome;
	w->done.count++;
}

/* What a request is received in; its texts stay there as long as it is worked on. */
struct received {
	struct wire_scan request;
	struct channel_message m;
	uint8_t bytes[WIRE_MAX];
};

/* The next request; false when the broker has closed the channel. */
static bool receive_request(struct received *r)
{
	switch (channel_receive_fds(WORKER_CHANNEL, r->bytes, sizeof r->bytes, CHANNEL_BLOCK,
				    &r->m)) {
	case CHANNEL_DONE:
		break;
	case CHANNEL_CLOSED:
		return false;
	default:
		_exit(WORKER_END_PROTOCOL);
	}
	if (wire_get_scan((struct str){(const char *)r->bytes, r->m.len}, &r->request) != OK ||
	    r->m.fd_count != r->request.count + (r->request.objects[0].regions > 0))
		_exit(WORKER_END_PROTOCOL);
	return true;
}

static void serve(struct worker *w)
{
	static struct received r;

	while (receive_request(&r)) {
		w->flushed_ns = clock_ns();
		for (uint32_t i = 0; i < r.request.count; i++) {
			struct errand job = {
				.id = r.request.objects[i].id,
				.size = r.request.objects[i].size,
				.fd = r.m.fds[i],
				.regions_fd = r.request.objects[0].regions > 0 ? r.m.fds[1] : -1,
				.subject =
					{
						.path = r.request.objects[i].path,
						.owner = r.request.objects[i].owner,
						.region_count = r.request.objects[i].regions,
					},
			};

			scan_object(w, &job);
		}
		flush(w);
	}
}

int worker_main(void)
{
	static struct worker w = {.sink = {.finding = tell_finding, .detail = tell_detail}};
	struct wire_setup setup;
	struct confinement confinement;
	struct wire_failed why = {0};

	prctl(PR_SET_NAME, "candor-worker");
	if (entry_confine(LAYERS_ALL, &setup, &confinement) != OK)
		_exit(WORKER_END_SETUP);
	buf_init(&w.message, WIRE_MAX);
	buf_init(&w.details, WIRE_MAX);
	if (buf_reserve(&w.message, WIRE_MAX) == NULL ||
	    map_module_data(&setup, w.module_data, &why.error) != OK ||
	    make_scanner(&setup, w.module_data, &w.scanner, &why) != OK) {
		(void)error_at(&why.error, E_NOMEM, 0, "out of memory");
		entry_fail(&why);
		_exit(WORKER_END_SETUP);
	}
	const struct wire_ready ready = {confinement, scanner_needs_subject(w.scanner)};

	wire_put_ready(&w.message, &ready);
	entry_send(&w.message);
	serve(&w);
	/* not exit(): nothing is to be flushed, and no handler of a library is to run */
	_exit(WORKER_END_CLOSED);
}
