/*
 * For clamav.py: reads one rule file and tells how its lines ended, then, for
 * each further file, which of the rules hold, in the most obvious way.
 */
#include "../unit/lang/compile.h"
#include "../unit/lang/naive.h"

static struct str read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(1 << 24);

	if (f == NULL || data == NULL) {
		perror(path);
		exit(2);
	}
	size_t len = fread(data, 1, 1 << 24, f);
	fclose(f);
	return (struct str){data, len};
}

int main(int argc, char **argv)
{
	struct told told;

	if (argc < 2) {
		fprintf(stderr, "usage: clamav-holds RULES [FILE...]\n");
		return 2;
	}
	told_init(&told);
	told_compile(&told, argv[1], read_file(argv[1]));
	const struct ir_source *s = &told.rs->sources.items[0];
	printf("%u %u %u\n", s->accepted, s->malformed, s->skipped);
	for (int i = 2; i < argc; i++) {
		struct str data = read_file(argv[i]);

		printf("%s", argv[i]);
		for (size_t r = 0; r < told.rs->rules.len; r++) {
			const struct ir_rule *rule = &told.rs->rules.items[r];

			if (naive_holds(rule, data))
				printf(" %.*s", STR_ARG(rule->name));
		}
		printf("\n");
		free((void *)data.data);
	}
	told_done(&told);
	return 0;
}
