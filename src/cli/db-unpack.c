#include "cli/db-unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cell/jail.h"
#include "digest/digest.h"
#include "lang/container.h"
#include "os/file.h"

enum { SECONDS = 600 };

#define UNPACKED_MAX (UINT64_C(1) << 30)
#define PRIVATE_BYTES (UINT64_C(2) << 30)

struct job {
	int in_fd, out_fd;
	uint64_t size;
	const char *path;
};

/* ---------------------------------------------------------- inside the jail */

/* For each member the lengths of name and text (u32, u64), the name and the text. */
static enum status hand_over(const struct job *job, const struct contents *c)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < c->members.len; i++) {
		const struct member *m = &c->members.items[i];
		struct buf head;

		buf_init(&head, 256);
		buf_add_u32le(&head, (uint32_t)m->name.len);
		buf_add_u64le(&head, m->text.len);
		buf_add_str(&head, m->name);
		status =
			head.bad ? E_NOMEM : file_write_all(job->out_fd, head.data, head.len, NULL);
		if (status == OK)
			status = file_write_all(job->out_fd, m->text.data, m->text.len, NULL);
		buf_done(&head);
	}
	return status;
}

/* Leaves the members in out_fd, or why there are none. Returns the status. */
static int open_container(void *ctx)
{
	const struct job *job = ctx;
	struct source_text src = {.name = str_of(job->path)};
	struct contents contents;
	struct error e = {0};
	char why[200];
	void *bytes = mmap(NULL, (size_t)job->size, PROT_READ, MAP_PRIVATE, job->in_fd, 0);

	if (bytes == MAP_FAILED)
		return E_IO;
	src.text = (struct str){bytes, (size_t)job->size};
	enum status status =
		container_open(container_for(src.name), &src, UNPACKED_MAX, &contents, &e);
	if (status == OK)
		return (int)hand_over(job, &contents);
	int len = snprintf(why, sizeof why, "offset %" PRIu64 ": %s", e.at,
			   e.code != OK ? e.text : status_name(status));
	if (len > 0 && file_write_all(job->out_fd, why, (size_t)len, NULL) != OK)
		return E_IO;
	return (int)status;
}

/* --------------------------------------------------------------- the parent */

static enum status write_file(int folder, struct str name, struct str text, struct error *e)
{
	char path[MEMBER_NAME_MAX + 1];

	(void)snprintf(path, sizeof path, "%.*s", STR_ARG(name));
	AUTO_FD fd =
		openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_at(e, E_IO, 0, "%s: %s", path, strerror(errno));
	enum status status = file_write_all(fd, text.data, text.len, e);
	if (status == OK)
		printf("%s\t%zu\n", path, text.len);
	else
		(void)unlinkat(folder, path, 0);
	return status;
}

static enum status next_member(struct reader *r, struct str *name, struct str *text)
{
	uint32_t name_len = reader_u32le(r);
	uint64_t len = reader_u64le(r);

	*name = (struct str){(const char *)reader_take(r, name_len), name_len};
	*text = (struct str){(const char *)reader_take(r, (size_t)len), (size_t)len};
	/* what came out of the jail is not trusted: a name could lead anywhere */
	return r->bad || !member_name_is_safe(*name) ? E_INTERNAL : OK;
}

/* First all are looked at, so that a name that is taken leaves nothing half done. */
static enum status write_all(struct str handed, const char *path, struct error *e)
{
	struct str name, text;

	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return error_at(e, E_IO, 0, "%.60s: %s", path, strerror(errno));
	AUTO_FD folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return error_at(e, E_IO, 0, "%.60s: %s", path, strerror(errno));
	for (int is_writing = 0; is_writing < 2; is_writing++) {
		struct reader r = reader_of(handed.data, handed.len);

		while (reader_left(&r) > 0) {
			char there[MEMBER_NAME_MAX + 1];
			struct stat st;

			if (next_member(&r, &name, &text) != OK)
				return error_at(e, E_INTERNAL, 0, "the confined process is off");
			(void)snprintf(there, sizeof there, "%.*s", STR_ARG(name));
			if (!is_writing && fstatat(folder, there, &st, AT_SYMLINK_NOFOLLOW) == 0)
				return error_at(e, E_IO, 0, "%s is there already", there);
			enum status status = is_writing ? write_file(folder, name, text, e) : OK;
			if (status != OK)
				return status;
		}
	}
	return OK;
}

static void say_why(enum status status, const struct buf *text, struct error *e)
{
	char why[sizeof e->text];
	size_t len = 0;

	for (; len < text->len && len < sizeof why - 1; len++) {
		uint8_t c = text->data[len];

		why[len] = c < ' ' || c >= 0x7f ? '?' : (char)c;
	}
	why[len] = '\0';
	(void)error_at(e, status, 0, "%s", len > 0 ? why : status_name(status));
}

static enum status unpack(struct job *job, const char *folder, struct error *e)
{
	const struct jail_limits limits = {
		.memory = PRIVATE_BYTES,
		.mappings = job->size,
		.output = UNPACKED_MAX + (1 << 20),
		.seconds = SECONDS,
	};
	struct buf handed;
	int result;
	struct digester *warm_up;
	/* the algorithms are fetched here, where their library may still open its settings */
	enum status status = digester_new(&warm_up);

	if (status != OK)
		return error_at(e, status, 0, "%s", status_name(status));
	digester_free(warm_up);
	fflush(NULL);
	status = jail_run(&limits, open_container, job, &result, e);
	if (status != OK)
		return status;
	buf_init(&handed, (size_t)limits.output);
	status = file_read_all(job->out_fd, &handed, e);
	if (status == OK && result != OK) {
		status = result <= E_INTERNAL ? (enum status)result : E_INTERNAL;
		say_why(status, &handed, e);
	} else if (status == OK) {
		status = write_all(buf_str(&handed), folder, e);
	}
	buf_done(&handed);
	return status;
}

enum status db_unpack(const char *path, const char *folder, struct error *e)
{
	struct job job = {.path = path};
	int in, out;

	if (container_for(str_of(path)) == NULL)
		return error_at(e, E_UNSUPPORTED, 0, "its suffix is not that of a container");
	enum status status = file_open(path, &in, &job.size, e);
	if (status != OK)
		return status;
	AUTO_FD in_fd = in;
	if (job.size == 0)
		return error_at(e, E_TRUNCATED, 0, "offset 0: the file is empty");
	status = file_anonymous("candor-unpacked", &out, e);
	if (status != OK)
		return status;
	AUTO_FD out_fd = out;
	job.in_fd = in_fd;
	job.out_fd = out_fd;
	return unpack(&job, folder, e);
}
