/*
 * Runs a fuzz target over files and folders of inputs, so that the seeds and
 * past findings are checked by the plain test suite with any compiler.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;

	if (f == NULL || fstat(fileno(f), &st) != 0) {
		perror(path);
		return 1;
	}
	/* an exact heap block: a sanitizer sees a read one byte behind it */
	uint8_t *data = malloc((size_t)st.st_size);
	size_t len = data ? fread(data, 1, (size_t)st.st_size, f) : 0;
	fclose(f);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	return 0;
}

static int replay_folder(const char *path, unsigned *count)
{
	struct dirent **entries;
	int total = scandir(path, &entries, NULL, alphasort);
	int failed = 0;

	if (total < 0) {
		perror(path);
		return 1;
	}
	for (int i = 0; i < total; i++) {
		char name[4096];

		if (entries[i]->d_name[0] != '.') {
			snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
			failed |= replay_file(name);
			++*count;
		}
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	int failed = 0;

	LLVMFuzzerTestOneInput(NULL, 0);
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode)) {
			failed |= replay_folder(argv[i], &count);
		} else {
			failed |= replay_file(argv[i]);
			count++;
		}
	}
	printf("%u inputs replayed\n", count);
	return failed || count == 0;
}
