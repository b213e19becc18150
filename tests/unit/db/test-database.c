#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "db/database.h"
#include "db/sources.h"
#include "image/image.h"
#include "os/file.h"

#define MD5 "44d88612fea8a8f36de82e1278abb02f"
#define LONG_NAME "a-name-that-is-longer-than-what-an-error-has-room-for-" \
		  "a-name-that-is-longer-than-what-an-error-has-room-for/missing"

/* The test runs in a folder of its own with these files and the image "made". */
static const struct {
	const char *path, *text;
} files[] = {
	{"good.hdb", MD5 ":68:Test.One\n" MD5 ":69:Test.Two\n"},
	{"bad.hdb", MD5 ":68:Test.Three\nnonsense\n"},
	{"unknown.xyz", "hello\n"},
	{"tree/b/bad.hdb", "nonsense\n"},
	{"tree/one.hdb", MD5 ":71:Test.Five\n"},
	{"tree/readme.xyz", "not a rule\n"},
};

/* Keeps the last message. */
struct kept {
	struct report report;
	char text[128];
};

static void keep(struct report *r, const struct diagnostic *d)
{
	struct kept *k = (struct kept *)r;

	snprintf(k->text, sizeof k->text, "%.*s:%u", STR_ARG(d->source), d->line);
}

static bool make_image(void)
{
	struct source_list sources = {0};
	struct kept kept = {.report = {keep}};
	struct compiled compiled;
	AUTO_FD fd = open("made", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	bool is_made = fd >= 0 && sources_add(&sources, "good.hdb", NULL) == OK &&
		       sources_compile(&sources, NULL, fd, &kept.report, &compiled, NULL) == OK;

	sources_done(&sources);
	return is_made;
}

static int make_folder(void **state)
{
	char name[] = "/tmp/candor-database-XXXXXX";

	if (mkdtemp(name) == NULL || chdir(name) != 0 || mkdir("tree", 0700) != 0 ||
	    mkdir("tree/b", 0700) != 0 || mkdir("empty", 0700) != 0)
		return -1;
	for (size_t i = 0; i < LEN(files); i++) {
		AUTO_FD fd = open(files[i].path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		if (fd < 0 ||
		    file_write_all(fd, files[i].text, strlen(files[i].text), NULL) != OK)
			return -1;
	}
	*state = strdup(name);
	return symlink("../good.hdb", "tree/again.hdb") == 0 && make_image() ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", (char *)*state);
	free(*state);
	return chdir("/") != 0 || system(command) != 0 ? -1 : 0;
}

static unsigned digest_rules(int fd)
{
	struct image_count rules = {.count = 0};
	struct image *img;
	unsigned sum = 0;

	assert_int_equal(image_open_fd(fd, &img, NULL), OK);
	for (uint32_t k = 0; image_count_at(img, k, &rules) == OK; k++)
		sum += rules.count;
	image_close(img);
	return sum;
}

enum { NAMES_MAX = 4 };

/* `names` ends with NULL or is full. */
static enum status open_names(const char *const names[NAMES_MAX], struct kept *kept,
			      struct databases *ret, struct error *e)
{
	size_t count = 0;

	*kept = (struct kept){.report = {keep}};
	while (count < NAMES_MAX && names[count] != NULL)
		count++;
	return databases_open(names, count, sources_object_variables(), &kept->report, ret, e);
}

static void opens(void **state)
{
	static const struct {
		const char *names[NAMES_MAX];
		size_t images;
		const char *last;    /* what the last image is called */
		unsigned rules;      /* in it */
		const char *message; /* the last one */
	} cases[] = {
		{{"made"}, 1, "made", 2, ""},
		{{"./made", "made"}, 2, "made", 2, ""},
		{{"good.hdb"}, 1, "rules", 2, ""},
		{{"tree"}, 1, "rules", 3, "tree/b/bad.hdb:1"},
		{{"./bad.hdb"}, 1, "rules", 1, "./bad.hdb:2"},
		{{"bad.hdb", "tree/b/bad.hdb"}, 1, "rules", 1, "bad.hdb:1"},
		{{"good.hdb", "tree/../good.hdb", "tree"}, 1, "rules", 3, "tree/b/bad.hdb:1"},
		{{"tree", "made", "bad.hdb", "made"}, 3, "rules", 4, "bad.hdb:2"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct databases got;
		struct error e = {0};
		struct kept kept;

		if (open_names(cases[i].names, &kept, &got, &e) != OK)
			fail_msg("case %zu: %s", i, e.text);
		assert_int_equal(got.images.len, got.names.len);
		unsigned rules = digest_rules(got.images.items[got.images.len - 1]);
		const char *last = got.names.items[got.names.len - 1];
		if (got.images.len != cases[i].images || rules != cases[i].rules ||
		    strcmp(last, cases[i].last) != 0 || strcmp(kept.text, cases[i].message) != 0)
			fail_msg("case %zu: got %zu images, %u rules in %s, message \"%s\"", i,
				 got.images.len, rules, last, kept.text);
		databases_close(&got);
	}
}

static void failures_say_which(void **state)
{
	static const struct {
		const char *names[NAMES_MAX];
		enum status want;
		const char *start;
	} cases[] = {
		{{"missing"}, E_IO, "missing: cannot open"},
		{{"made", "empty"}, E_IO, "empty: no rule source in this folder"},
		{{"made", "unknown.xyz"}, E_SYNTAX, "rules: 1 of 1 sources are in no known"},
		{{LONG_NAME}, E_IO, "…"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct databases got;
		struct error e = {0};
		struct kept kept;
		enum status status = open_names(cases[i].names, &kept, &got, &e);

		if (status != cases[i].want ||
		    strncmp(e.text, cases[i].start, strlen(cases[i].start)) != 0)
			fail_msg("case %zu: got %s, \"%s\"", i, status_name(status), e.text);
	}
}

/* Rules in memory make an image of their own behind the others, and a copy has them all. */
static void listed_and_copied(void **state)
{
	static const char *const names[] = {"made"};
	struct databases got, copy;
	struct source_list list = {0};
	struct kept kept = {.report = {keep}};
	struct error e = {0};

	(void)state;
	assert_int_equal(databases_open(names, 1, NULL, &kept.report, &got, &e), OK);
	assert_int_equal(sources_add_text(&list, STR(MD5 ":68:Test.Six\nnonsense\n"), "own.hdb",
					  "space", &e),
			 OK);
	assert_int_equal(sources_add_text(&list, STR(""), "none.hdb", "space", &e), OK);
	assert_int_equal(databases_add_listed(&got, &list, NULL, &kept.report, &e), OK);
	sources_done(&list);
	assert_string_equal(kept.text, "own.hdb:2");
	assert_int_equal(got.counts.malformed, 1);
	assert_int_equal(got.counts.accepted, 1);
	assert_int_equal(databases_copy(&got, &copy, &e), OK);
	databases_close(&got);
	assert_int_equal(copy.images.len, 2);
	assert_string_equal(copy.names.items[0], "made");
	assert_string_equal(copy.names.items[1], "rules");
	assert_int_equal(digest_rules(copy.images.items[1]), 1);
	databases_close(&copy);
}

/* There may be one on this machine or not: both ways to ask for it are the same. */
static void nothing_means_builtin(void **state)
{
	static const char *const builtin[] = {"builtin"};
	struct kept kept = {.report = {keep}};
	struct databases got[2] = {0};
	struct error e[2] = {0};

	(void)state;
	const struct source_settings *settings = sources_object_variables();
	enum status named =
		databases_open(builtin, 1, settings, &kept.report, &got[0], &e[0]);
	enum status none = databases_open(NULL, 0, settings, &kept.report, &got[1], &e[1]);

	assert_int_equal(named, none);
	assert_string_equal(e[0].text, e[1].text);
	assert_int_equal(got[0].images.len, got[1].images.len);
	if (named != OK)
		assert_memory_equal(e[0].text, "builtin: ", 9);
	for (size_t i = 0; i < LEN(got); i++)
		databases_close(&got[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens),
		cmocka_unit_test(failures_say_which),
		cmocka_unit_test(listed_and_copied),
		cmocka_unit_test(nothing_means_builtin),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
