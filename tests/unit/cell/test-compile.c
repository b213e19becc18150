#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cell/compile.h"
#include "image/image.h"
#include "os/file.h"

struct messages {
	struct report report;
	unsigned count;
	uint32_t line;
	char message[256], text[256];
};

static void note(struct report *r, const struct diagnostic *d)
{
	struct messages *m = (struct messages *)r;

	m->count++;
	m->line = d->line;
	snprintf(m->message, sizeof m->message, "%s", d->message);
	snprintf(m->text, sizeof m->text, "%.*s", STR_ARG(d->text));
}

static int file_of(const char *text)
{
	int fd = memfd_create("source", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

#define GOOD "44d88612fea8a8f36de82e1278abb02f:68:Some.Rule\n"
#define BAD "44d88612fea8a8f36de82e1278abb02:68:Some.Rule\n"

static void sources_become_an_image(void **state)
{
	static const struct {
		const char *name, *file, *text;
		struct compile_counts want;
		unsigned messages;
		uint32_t line;
	} cases[] = {
		{"good", "a.hdb", GOOD, {1, 1, 0, 0, 0}, 0, 0},
		{"empty", "a.hdb", "", {1, 0, 0, 0, 0}, 0, 0},
		{"malformed line", "a.hdb", GOOD BAD GOOD, {1, 2, 1, 0, 0}, 1, 2},
		{"unknown language", "a.xyz", "what is this", {0, 0, 0, 0, 0}, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct messages m = {.report.diagnostic = note};
		AUTO_FD fd = file_of(cases[i].text);
		AUTO_FD out = memfd_create("image", MFD_CLOEXEC);
		const struct compile_source source = {fd, cases[i].file};
		const struct compile_options o = {&source, 1, out, 256u << 20, &m.report};
		struct compile_counts counts;
		struct build_result result;
		struct error e = {0};
		struct image *image;

		if (compile_image(&o, &counts, &result, &e) != OK)
			fail_msg("%s: %s", cases[i].name, e.text);
		if (memcmp(&counts, &cases[i].want, sizeof counts) != 0)
			fail_msg("%s: %u sources, %u accepted, %u malformed", cases[i].name,
				 counts.sources, counts.accepted, counts.malformed);
		if (m.count != cases[i].messages || m.line != cases[i].line)
			fail_msg("%s: %u messages, the last at line %u: %s", cases[i].name, m.count,
				 m.line, m.message);
		if (image_open_fd(out, &image, &e) != OK || image_verify(image, &e) != OK)
			fail_msg("%s: image: %s", cases[i].name, e.text);
		assert_int_equal(image_size(image), result.bytes);
		image_close(image);
	}
}

static void a_full_disk_is_an_error(void **state)
{
	AUTO_FD fd = file_of(GOOD);
	AUTO_FD out = open("/dev/full", O_WRONLY | O_CLOEXEC);
	const struct compile_source source = {fd, "a.hdb"};
	const struct compile_options o = {&source, 1, out, 256u << 20, NULL};
	struct compile_counts counts;
	struct build_result result;
	struct error e = {0};

	(void)state;
	assert_int_equal(compile_image(&o, &counts, &result, &e), E_IO);
	assert_non_null(strstr(e.text, "No space left on device"));
}

static void ignore_lists_come_first(void **state)
{
	struct compile_source s[] = {{1, "b.hdb"}, {2, "a.ndb"}, {3, "z.ign2"}, {4, "a.hdb"}};

	(void)state;
	compile_order(s, LEN(s));
	assert_string_equal(s[0].name, "z.ign2");
	for (size_t i = 2; i < LEN(s); i++)
		assert_true(front_rank(str_of(s[i - 1].name)) < front_rank(str_of(s[i].name)) ||
			    strcmp(s[i - 1].name, s[i].name) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_become_an_image),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(ignore_lists_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
