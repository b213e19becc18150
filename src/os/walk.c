/*
 * The folders that are being read form a stack. Only the innermost of them
 * keep their stream open; the others remember where they were (d_off, which
 * file systems keep valid across closing, since NFS needs it) and are opened
 * again, through "..", when the walk comes back to them.
 */
#include "os/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "os/file.h"
#include "os/pseudo.h"

enum {
	STREAMS_MAX = 32,
	PATH_CEILING = 1 << 20, /* bytes of a path, and with it the depth */
	FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
};

struct level {
	DIR *stream; /* NULL: closed to save descriptors */
	dev_t dev;
	ino_t ino;
	off_t at;        /* behind the last entry that was read */
	size_t path_len; /* of the folder in walk.path */
};

struct walk {
	struct walk_options options;
	struct {
		VEC(struct level);
	} levels;
	size_t first_open; /* levels from here on have a stream */
	struct buf path;   /* of the current entry, with a NUL behind it */
	bool is_at_start;
	int start_error;   /* why it cannot be reached; 0: not known of */
	int start_folder;  /* of a start that is longer than PATH_MAX; else AT_FDCWD */
	size_t start_name; /* its name in the path */
	dev_t start_dev;
	/* the last other file system on which a file was met, and what it is */
	dev_t file_dev;
	bool file_dev_known, file_dev_pseudo;
};

const char *walk_kind_name(enum walk_kind kind)
{
	static const char *const names[] = {
#define WALK(id, name, text) name,
#include "os/walk.def"
#undef WALK
	};

	return names[kind];
}

const char *walk_kind_text(enum walk_kind kind)
{
	static const char *const texts[] = {
#define WALK(id, name, text) text,
#include "os/walk.def"
#undef WALK
	};

	return texts[kind];
}

struct walk *walk_new(const struct walk_options *options)
{
	struct walk *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->options = *options;
	w->start_folder = AT_FDCWD;
	buf_init(&w->path, PATH_CEILING);
	return w;
}

static void clear(struct walk *w)
{
	for (size_t i = w->first_open; i < w->levels.len; i++)
		closedir(w->levels.items[i].stream);
	w->levels.len = w->first_open = 0;
	if (w->start_folder >= 0)
		close(w->start_folder);
	w->start_folder = AT_FDCWD;
	w->start_name = 0;
	w->start_error = 0;
	buf_clear(&w->path);
}

void walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	clear(w);
	vec_done(&w->levels);
	buf_done(&w->path);
	free(w);
}

static const char *path_text(const struct walk *w)
{
	return w->path.data ? (const char *)w->path.data : "";
}

/*
 * Cut the path to its first `len` bytes and put `name` behind them. At the
 * ceiling it is false, and the path is what it was.
 */
static bool path_set(struct walk *w, size_t len, struct str name)
{
	size_t old = w->path.len;

	w->path.len = len;
	if (buf_reserve(&w->path, name.len + 2) == NULL) {
		w->path.len = old;
		w->path.bad = false;
		return false;
	}
	if (name.len > 0 && len > 0 && w->path.data[len - 1] != '/')
		buf_add_u8(&w->path, '/');
	buf_add_str(&w->path, name);
	buf_add_u8(&w->path, 0);
	return true;
}

/*
 * Open the folder that the first `len` bytes of the path name, one name after
 * the other: the whole may be longer than PATH_MAX and lead through more
 * symbolic links than the kernel follows at once.
 */
static int open_by_names(const struct walk *w, size_t len)
{
	struct str rest = {path_text(w), len}, part;
	int at = len > 0 && rest.data[0] == '/' ? open("/", FOLDER_FLAGS) : AT_FDCWD;

	while (at != -1 && str_next_field(&rest, '/', &part)) {
		char name[NAME_MAX + 1];

		if (part.len == 0)
			continue;
		int printed = snprintf(name, sizeof name, "%.*s", STR_ARG(part));
		int next = printed <= NAME_MAX ? openat(at, name, FOLDER_FLAGS) : -1;
		int error = printed <= NAME_MAX ? errno : ENAMETOOLONG;
		if (at >= 0)
			close(at);
		errno = error;
		at = next;
	}
	return at;
}

void walk_start(struct walk *w, const char *path)
{
	size_t len = strlen(path);

	clear(w);
	while (len > 1 && path[len - 1] == '/')
		len--;
	w->is_at_start = true;
	if (!path_set(w, 0, (struct str){path, len})) {
		path_set(w, 0, (struct str){path, PATH_MAX});
		w->start_error = ENAMETOOLONG;
	}
	if (len < PATH_MAX || w->start_error != 0)
		return;
	for (w->start_name = len; w->start_name > 0 && path[w->start_name - 1] != '/';)
		w->start_name--;
	w->start_folder = open_by_names(w, w->start_name);
	if (w->start_folder == -1)
		w->start_error = errno;
}

static bool refuse(struct walk_entry *entry, int error)
{
	entry->kind = error == ENOENT && !entry->is_start ? WALK_VANISHED : WALK_UNREADABLE;
	memset(&entry->st, 0, sizeof entry->st);
	error_at(&entry->error, error == EACCES || error == EPERM ? E_DENIED : E_IO, 0, "%s",
		 strerror(error));
	return true;
}

/* Give a closed level the stream of `fd`, which is taken, if that is still the same folder. */
static bool attach(struct level *level, int fd)
{
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_dev == level->dev && st.st_ino == level->ino &&
	    lseek(fd, level->at, SEEK_SET) >= 0)
		level->stream = fdopendir(fd);
	if (level->stream == NULL)
		close(fd);
	return level->stream != NULL;
}

static void close_outermost(struct walk *w)
{
	struct level *level = &w->levels.items[w->first_open++];

	closedir(level->stream);
	level->stream = NULL;
}

/* Leave the innermost folder; the one around it is open again afterwards, if that can be. */
static void leave(struct walk *w)
{
	struct level *inner = &w->levels.items[w->levels.len - 1];
	struct level *outer = w->levels.len > 1 ? inner - 1 : NULL;
	int up = -1;

	if (outer != NULL && outer->stream == NULL && inner->stream != NULL)
		up = openat(dirfd(inner->stream), "..", FOLDER_FLAGS);
	if (inner->stream != NULL)
		closedir(inner->stream);
	w->levels.len--;
	if (outer != NULL && outer->stream == NULL)
		attach(outer, up);
	if (w->first_open >= w->levels.len)
		w->first_open = w->levels.len - (outer != NULL && outer->stream != NULL);
}

/* The same by its whole path: ".." leads elsewhere behind a link or after a move. */
static bool reopen(struct walk *w, struct level *level)
{
	path_set(w, level->path_len, STR(""));
	if (!attach(level, open_by_names(w, level->path_len)))
		return false;
	w->first_open = w->levels.len - 1;
	return true;
}

static bool is_ancestor(const struct walk *w, const struct stat *st)
{
	for (size_t i = 0; i < w->levels.len; i++) {
		const struct level *level = &w->levels.items[i];

		if (level->dev == st->st_dev && level->ino == st->st_ino)
			return true;
	}
	return false;
}

/* Whether a folder that is open now is not to be entered, and as what it counts. */
static bool is_barred(const struct walk *w, int fd, const struct stat *st, bool is_link,
		      enum walk_kind *ret)
{
	const struct level *outer = w->levels.len > 0 ? &w->levels.items[w->levels.len - 1] : NULL;
	bool is_other = outer == NULL || outer->dev != st->st_dev;

	if (is_other && pseudo_file_system(fd))
		*ret = WALK_PSEUDO;
	else if ((is_other || is_link) && is_ancestor(w, st))
		*ret = WALK_LOOP;
	else
		return false;
	return true;
}

static int open_folder(struct walk *w, const struct walk_entry *entry, bool is_link)
{
	int flags = FOLDER_FLAGS | (is_link || entry->is_start ? 0 : O_NOFOLLOW);
	int fd = openat(entry->folder, entry->name, flags);

	/* give back what can be opened again; entry->folder is the last to go */
	while (fd < 0 && errno == EMFILE && w->first_open + 1 < w->levels.len) {
		close_outermost(w);
		fd = openat(entry->folder, entry->name, flags);
	}
	return fd;
}

static bool enter(struct walk *w, struct walk_entry *entry, bool is_link)
{
	struct stat st;

	if (w->options.one_file_system && !entry->is_start && entry->st.st_dev != w->start_dev) {
		entry->kind = WALK_OTHER_SYSTEM;
		return true;
	}
	AUTO_FD fd = open_folder(w, entry, is_link);
	if (fd < 0 || fstat(fd, &st) != 0)
		return refuse(entry, errno);
	if (entry->is_start)
		w->start_dev = st.st_dev;
	if (is_barred(w, fd, &st, is_link, &entry->kind))
		return true;

	struct level level = {.dev = st.st_dev, .ino = st.st_ino, .path_len = strlen(path_text(w))};
	if (!vec_reserve(&w->levels, 1))
		return refuse(entry, ENOMEM);
	level.stream = fdopendir(fd);
	if (level.stream == NULL)
		return refuse(entry, errno);
	fd = -1;
	if (w->levels.len - w->first_open >= STREAMS_MAX)
		close_outermost(w);
	w->levels.items[w->levels.len++] = level;
	entry->kind = WALK_FOLDER;
	return true;
}

/* Files of another file system than their folder's: bind mounts, some overlays. */
static bool is_pseudo_file(struct walk *w, const struct walk_entry *entry)
{
	dev_t dev = entry->st.st_dev;

	if (w->levels.len > 0 && w->levels.items[w->levels.len - 1].dev == dev)
		return false;
	if (!w->file_dev_known || w->file_dev != dev) {
		AUTO_FD fd = openat(entry->folder, entry->name, O_PATH | O_CLOEXEC);

		w->file_dev = dev;
		w->file_dev_known = fd >= 0;
		w->file_dev_pseudo = fd >= 0 && pseudo_file_system(fd);
	}
	return w->file_dev_pseudo;
}

static enum walk_kind kind_of_mode(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return WALK_SYMLINK;
	case S_IFIFO:
		return WALK_FIFO;
	case S_IFSOCK:
		return WALK_SOCKET;
	case S_IFCHR:
		return WALK_CHAR_DEVICE;
	case S_IFBLK:
		return WALK_BLOCK_DEVICE;
	default:
		return WALK_FILE;
	}
}

/* Find out what the entry is; folders are entered. Always gives an entry. */
static bool examine(struct walk *w, struct walk_entry *entry)
{
	struct walk_filter *filter = entry->is_start ? NULL : w->options.filter;
	bool is_link = false;

	if (fstatat(entry->folder, entry->name, &entry->st, AT_SYMLINK_NOFOLLOW) != 0)
		return refuse(entry, errno);
	if (S_ISLNK(entry->st.st_mode) && (w->options.follow || entry->is_start)) {
		is_link = true;
		if (fstatat(entry->folder, entry->name, &entry->st, 0) != 0) {
			if (entry->is_start || (errno != ENOENT && errno != ELOOP))
				return refuse(entry, errno);
			entry->kind = WALK_DANGLING;
			return true;
		}
	}
	if (filter != NULL &&
	    filter->leaves_out(filter, entry->path, entry->name, S_ISDIR(entry->st.st_mode))) {
		entry->kind = WALK_EXCLUDED;
		return true;
	}
	if (S_ISDIR(entry->st.st_mode))
		return enter(w, entry, is_link);
	entry->kind = kind_of_mode(entry->st.st_mode);
	if (entry->kind == WALK_FILE && is_pseudo_file(w, entry))
		entry->kind = WALK_PSEUDO;
	return true;
}

static bool examine_start(struct walk *w, struct walk_entry *entry)
{
	w->is_at_start = false;
	entry->is_start = true;
	entry->path = path_text(w);
	if (w->start_error != 0)
		return refuse(entry, w->start_error);
	entry->folder = w->start_folder;
	entry->name = entry->path + w->start_name;
	return examine(w, entry);
}

/* The entry that stands for the innermost folder itself, which cannot be read on. */
static bool give_up(struct walk *w, struct walk_entry *entry, int error)
{
	path_set(w, w->levels.items[w->levels.len - 1].path_len, STR(""));
	leave(w);
	entry->path = path_text(w);
	return refuse(entry, error);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool walk_next(struct walk *w, struct walk_entry *ret)
{
	*ret = (struct walk_entry){.folder = AT_FDCWD, .path = "", .name = ""};
	if (w->is_at_start)
		return examine_start(w, ret);
	while (w->levels.len > 0) {
		struct level *level = &w->levels.items[w->levels.len - 1];

		if (level->stream == NULL && !reopen(w, level))
			return give_up(w, ret, ESTALE);
		errno = 0;
		const struct dirent *d = readdir(level->stream);
		if (d == NULL && errno != 0)
			return give_up(w, ret, errno);
		if (d == NULL) {
			leave(w);
			continue;
		}
		level->at = d->d_off;
		if (is_dots(d->d_name))
			continue;

		bool fits = path_set(w, level->path_len, str_of(d->d_name));
		ret->path = path_text(w);
		ret->folder = dirfd(level->stream);
		ret->name = d->d_name;
		return fits ? examine(w, ret) : give_up(w, ret, ENAMETOOLONG);
	}
	return false;
}

enum walk_opened walk_open_file(struct walk *w, const struct walk_entry *entry, int *ret_fd,
				uint64_t *ret_size, struct error *e)
{
	bool follow = w->options.follow || entry->is_start;
	AUTO_FD fd =
		openat(entry->folder, entry->name,
		       O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	struct stat st;

	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		return WALK_NO_DESCRIPTOR;
	if (fd < 0 && errno == ENOENT)
		return WALK_GONE;
	if (fd < 0 && errno == ELOOP)
		return WALK_REPLACED;
	if (fd < 0 || fstat(fd, &st) != 0) {
		error_at(e, errno == EACCES || errno == EPERM ? E_DENIED : E_IO, 0, "%s",
			 strerror(errno));
		return WALK_REFUSED;
	}
	if (!S_ISREG(st.st_mode) || st.st_dev != entry->st.st_dev)
		return WALK_REPLACED;
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = take_fd(&fd);
	return WALK_OPENED;
}
