#include "cli/progress.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/human.h"
#include "os/background.h"
#include "os/term.h"

#define INTERVAL_NS (SECOND_NS / 10)
/* What a file costs beyond its bytes, in bytes: opening, passing and answering. */
#define FILE_COST 65536.0
/* A path shorter than this tells nothing. */
enum { PATH_LEAST = 8, LINE_CEILING = 4096 };

static void count(void *ctx, void *shared)
{
	feed_count(ctx, shared);
}

void progress_begin(struct progress *p, const struct scan_request *request, struct display *out)
{
	*p = (struct progress){.start_ns = clock_ns()};
	p->drawn_ns = p->start_ns;
	if (!out->is_live || request->json || request->quiet || request->no_progress)
		return;
	p->out = out;
	if (feed_can_count(request))
		p->counter = background_start(count, (void *)request, sizeof(struct feed_count));
}

void progress_end(struct progress *p)
{
	background_stop(p->counter);
	p->counter = NULL;
	p->out = NULL;
}

/* 0 to 1; below 0 when it is not known. */
static double share_done(const struct tally *t, const struct feed_count *total)
{
	if (total == NULL || !atomic_load(&total->is_complete))
		return -1;
	double all = (double)total->bytes + FILE_COST * (double)total->files;
	double done = (double)t->size + FILE_COST * (double)t->files;

	/* files may come and grow after they were counted */
	return all <= 0 || done >= all ? 1 : done / all;
}

static void put_share(struct buf *to, double share, uint64_t elapsed_ns)
{
	if (share < 0)
		return;
	buf_addf(to, "  %d %%", (int)(share * 100));
	if (share < 0.005 || share >= 1 || elapsed_ns < SECOND_NS)
		return;
	uint64_t left = (uint64_t)((double)elapsed_ns * (1 - share) / share) / SECOND_NS + 1;
	if (left < 60)
		buf_addf(to, "  %d s left", (int)left);
	else {
		buf_add_str(to, STR("  "));
		human_time(to, left * SECOND_NS);
		buf_add_str(to, STR(" left"));
	}
}

/* The end of the path is what tells files apart. */
static void put_path(struct buf *to, struct str path, size_t columns)
{
	struct buf escaped;

	buf_init(&escaped, (size_t)8 << 20);
	text_escape(&escaped, path);
	struct str whole = buf_str(&escaped);
	bool fits = term_width(whole) <= columns;
	if (!fits)
		buf_add_str(to, STR("…"));
	buf_add_str(to, fits ? whole : term_tail(whole, columns - 1));
	buf_done(&escaped);
}

void progress_line(struct buf *to, const struct tally *t, uint64_t elapsed_ns,
		   const struct feed_count *total, struct str path, size_t columns)
{
	size_t start = to->len;

	human_count(to, t->files);
	buf_add_str(to, STR(" files  "));
	human_bytes(to, t->bytes);
	buf_add_str(to, STR("  "));
	human_count(to, human_rate(t->files, elapsed_ns));
	buf_add_str(to, STR(" files/s  "));
	human_bytes(to, human_rate(t->bytes, elapsed_ns));
	buf_add_str(to, STR("/s"));
	put_share(to, share_done(t, total), elapsed_ns);
	if (t->verdicts[VERDICT_DETECTED] > 0) {
		buf_add_str(to, STR("  "));
		human_count(to, t->verdicts[VERDICT_DETECTED]);
		buf_add_str(to, STR(" detected"));
	}
	/* all of it is ASCII so far: bytes are columns */
	size_t used = to->len - start;
	if (used > columns) {
		to->len = start + columns;
		return;
	}
	if (columns - used < PATH_LEAST + 2)
		return;
	buf_add_str(to, STR("  "));
	put_path(to, path, columns - used - 2);
}

void progress_draw(struct progress *p, const struct tally *t, const char *path)
{
	uint64_t now = clock_ns();
	struct buf line;

	if (p->out == NULL || now - p->drawn_ns < INTERVAL_NS)
		return;
	p->drawn_ns = now;
	buf_init(&line, LINE_CEILING);
	/* the last column stays free: a full line would wrap */
	progress_line(&line, t, now - p->start_ns,
		      p->counter ? background_shared(p->counter) : NULL, str_of(path),
		      min_size(term_columns(p->out->fd), 500) - 1);
	display_live(p->out, buf_str(&line));
	buf_done(&line);
}
