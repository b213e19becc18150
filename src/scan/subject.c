#include "scan/subject.h"

#include "scan/describe.h"

/* The part behind the last '/'; *ret_folder is what is before it. */
static struct str split(struct str path, struct str *ret_folder)
{
	size_t at = path.len;

	while (at > 0 && path.data[at - 1] != '/')
		at--;
	*ret_folder = str_first(path, at);
	return str_from(path, at);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static void take_extension(struct subject *u)
{
	size_t at = u->filename.len;

	while (at > 0 && u->filename.data[at - 1] != '.')
		at--;
	struct str extension = at > 0 ? str_from(u->filename, at - 1) : STR("");

	u->extension_len = min_size(extension.len, sizeof u->extension);
	for (size_t i = 0; i < u->extension_len; i++)
		u->extension[i] = lower(extension.data[i]);
}

static void take_type(struct subject *u, enum object_type type)
{
	struct str name = type == TYPE_PE ? STR("EXE") : str_of(type_info(type)->name);

	u->filetype_len = min_size(name.len, sizeof u->filetype);
	for (size_t i = 0; i < u->filetype_len; i++)
		u->filetype[i] = upper(name.data[i]);
}

void subject_begin(struct scanner *s, const struct object *o)
{
	struct subject *u = &s->subject;

	if (!s->needs_subject)
		return;
	buf_clear(&u->path);
	buf_add_str(&u->path, u->given.path);
	buf_add(&u->path, s->path, s->path_len);
	u->filename = split(buf_str(&u->path), &u->folder);
	/* not the slash at its end; of "/" it is all there is */
	if (u->folder.len > 1)
		u->folder.len--;
	take_extension(u);
	take_type(u, o->type);
}

static bool has(const struct subject *u, struct str name, struct str *ret)
{
	if (str_eq(name, STR("filename")))
		*ret = u->filename;
	else if (str_eq(name, STR("filepath")))
		*ret = u->folder;
	else if (str_eq(name, STR("extension")))
		*ret = (struct str){u->extension, u->extension_len};
	else if (str_eq(name, STR("filetype")))
		*ret = (struct str){u->filetype, u->filetype_len};
	else if (str_eq(name, STR("owner")))
		*ret = u->given.owner;
	else
		return false;
	return true;
}

bool subject_has(struct str name)
{
	static const struct subject none;
	struct str value;

	return has(&none, name, &value);
}

static struct scanner *scanner_of(struct match_environment *env)
{
	return (struct scanner *)((char *)env - offsetof(struct scanner, environment));
}

static bool find_variable(struct match_environment *env, struct str name, struct value *ret)
{
	const struct scanner *s = scanner_of(env);
	struct str text;

	if (!s->needs_subject || s->subject.given.path.len == 0 || !has(&s->subject, name, &text))
		return false;
	*ret = value_text(text.data != NULL ? text : STR(""));
	return true;
}

static void log_line(struct match_environment *env, struct str line)
{
	describe_log(scanner_of(env), line);
}

const struct match_environment subject_environment = {find_variable, log_line, NULL};
