/*
 * The images in tests/data/fuzz/image/ are what these rule sets give: the
 * same rules give the same bytes on every machine and in every version of the
 * format. `test-image-seeds --write FOLDER` writes them anew after the format
 * has changed, with a new IMAGE_VERSION.
 */
#include "image/layout.h"
#include "made.h"

static const struct made_hash small[] = {
	{SUBJECT_OBJECT, DIGEST_SHA256, 68, 1, 2, "Test.Sized", 0, 1, EFFECT_DETECT},
};

static const struct made_hash mixed[] = {
	{SUBJECT_OBJECT, DIGEST_MD5, 1ull << 33, 9, 9, "Test.Large", 0, 1, EFFECT_DETECT},
	{SUBJECT_OBJECT, DIGEST_SHA1, IR_ANY_SIZE, 8, 8, "Test.Any", 1, 2, EFFECT_SUSPECT},
	{SUBJECT_OBJECT, DIGEST_SHA256, 5, 7, 7, "Test.Trusted", 0, 3, EFFECT_TRUST},
	{SUBJECT_OBJECT, DIGEST_SHA256, 5, 7, 7, "Test.Trusted.Not", 1, 4, EFFECT_DETECT},
	{SUBJECT_SECTION, DIGEST_MD5, 512, 6, 6, "Test.Section", 1, 5, EFFECT_DETECT},
};

static struct ruleset *rules(const struct made_hash *hashes, size_t count, uint32_t sources)
{
	struct ruleset *rs = made_rules(sources);

	for (size_t i = 0; i < count; i++) {
		if (made_add(rs, &hashes[i]) != OK)
			abort();
	}
	return rs;
}

static struct ruleset *many(void)
{
	struct ruleset *rs = made_rules(1);
	char name[32];

	for (uint32_t i = 0; i < 40; i++) {
		struct made_hash h = {
			.digest = DIGEST_MD5,
			.size = i % 7,
			.fill = (uint8_t)(i * 5),
			.name = name,
			.line = i + 1,
		};

		snprintf(name, sizeof name, "Test.Many-%u", i);
		if (made_add(rs, &h) != OK)
			abort();
	}
	if (ruleset_skip(rs, 0, 50, STR("ldb"), STR("not supported"), STR("Test.Logical")) != OK)
		abort();
	return rs;
}

static struct ruleset *pattern(void)
{
	struct ruleset *rs = made_rules(1);

	if (made_add_rule(rs, "Test.Pattern") != OK)
		abort();
	return rs;
}

static bool same_file(const char *path, const struct made_image *m)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(m->len + 1);
	size_t len = f != NULL && data != NULL ? fread(data, 1, m->len + 1, f) : 0;
	bool is_same = len == m->len && memcmp(data, m->data, len) == 0;

	if (f != NULL)
		fclose(f);
	free(data);
	return is_same;
}

static bool write_file(const char *path, const struct made_image *m)
{
	FILE *f = fopen(path, "wb");
	bool is_written = f != NULL && fwrite(m->data, 1, m->len, f) == m->len;

	return f != NULL && fclose(f) == 0 && is_written;
}

int main(int argc, char **argv)
{
	const struct {
		const char *name;
		struct ruleset *rs;
	} seeds[] = {
		{"good-empty.candor", made_rules(0)},
		{"good-small.candor", rules(small, LEN(small), 1)},
		{"good-mixed.candor", rules(mixed, LEN(mixed), 2)},
		{"good-many.candor", many()},
		{"good-pattern.candor", pattern()},
	};
	const char *folder = argv[argc - 1];
	int failed = argc < 2;

	for (size_t i = 0; i < LEN(seeds) && argc > 1; i++) {
		struct error e = {0};
		struct made_image m;
		char path[4096];

		snprintf(path, sizeof path, "%s/%s", folder, seeds[i].name);
		bool is_good = made_build(seeds[i].rs, &m, &e) == OK &&
			       (argc > 2 ? write_file(path, &m) : same_file(path, &m));
		if (!is_good)
			fprintf(stderr, "%s: %s\n", path,
				e.code != OK ? e.text : argc > 2 ? "not written" : "differs");
		failed |= !is_good;
		free(m.data);
	}
	return failed;
}
