#include "cli/inspect.h"

#include <stdio.h>

#include "cell/jail.h"
#include "cli/describe-image.h"
#include "os/file.h"

enum {
	TEXT_MAX = 64 << 20,      /* of all that is told of an image */
	PRIVATE_BYTES = 256 << 20, /* beside the image */
	SECONDS = 600,
};

struct job {
	int image_fd, out_fd;
	enum inspection what;
};

static enum status tell(const struct image *img, enum inspection what, struct buf *to,
			struct error *e)
{
	char hex[65];
	enum status status;

	switch (what) {
	case INSPECT_TEXT:
		return describe_text(img, to, e);
	case INSPECT_JSON:
		return describe_json(img, to, e);
	case INSPECT_SKIPS:
		return describe_skips(img, to, e);
	case INSPECT_VERIFY:
		break;
	}
	status = image_verify(img, e);
	hex_encode(image_digest(img), 32, hex);
	buf_addf(to, "%s", hex);
	return status;
}

/* In the jail: leaves the text in out_fd, or why there is none. Returns the status. */
static int inspect(void *ctx)
{
	const struct job *job = ctx;
	struct image *img;
	struct error e = {0};
	struct buf text;
	enum status status = image_open_fd(job->image_fd, &img, &e);

	buf_init(&text, TEXT_MAX);
	if (status == OK) {
		status = tell(img, job->what, &text, &e);
		image_close(img);
	}
	if (status != OK) {
		buf_clear(&text);
		buf_addf(&text, "%s (at byte %llu)", e.text, (unsigned long long)e.at);
	}
	if (file_write_all(job->out_fd, text.data, text.len, NULL) != OK)
		status = E_IO;
	buf_done(&text);
	return (int)status;
}

/*
 * What came out of the jail was read there from outside bytes. It was escaped
 * already, so that a control character in it is a sign of a break-out: none is
 * passed on but the ends of lines.
 */
static void copy_harmless(struct buf *to, const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		uint8_t c = text->data[i];
		bool is_control = (c < 0x20 && c != '\n') || c == 0x7f;

		buf_add_u8(to, is_control ? '?' : c);
	}
}

enum status inspect_image(int fd, enum inspection what, struct buf *to, struct error *e)
{
	struct jail_limits limits = {
		.memory = PRIVATE_BYTES,
		.output = TEXT_MAX,
		.seconds = SECONDS,
	};
	struct job job = {.image_fd = fd, .what = what};
	struct digester *warm_up;
	struct buf text;
	int exit_status;
	enum status status = file_size(fd, &limits.mappings, e);

	if (status == OK)
		status = file_anonymous("candor-info", &job.out_fd, e);
	if (status != OK)
		return status;
	/* the algorithms are fetched here, where their library may still open its settings */
	status = digester_new(&warm_up);
	if (status == OK) {
		digester_free(warm_up);
		fflush(NULL);
		status = jail_run(&limits, inspect, &job, &exit_status, e);
	}
	buf_init(&text, TEXT_MAX);
	if (status == OK)
		status = file_read_all(job.out_fd, &text, e);
	close(job.out_fd);
	if (status == OK && exit_status != OK)
		status = error_at(e, (enum status)exit_status, 0, "%.*s", STR_ARG(buf_str(&text)));
	else if (status == OK)
		copy_harmless(to, &text);
	buf_done(&text);
	return status;
}
