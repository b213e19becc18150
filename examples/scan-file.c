/* Scan a file: scan-file DATABASE FILE [WORKER]. Exit status: the verdict, or 9. */
#include <candor/candor.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct candor_error e = {CANDOR_USAGE, "usage: scan-file DATABASE FILE [WORKER]"};
	struct candor_options *options = candor_options_new();
	struct candor_engine *engine = NULL;
	struct candor_result *result = NULL;
	int fd = argc > 2 ? open(argv[2], O_RDONLY) : -1;
	int status = 9;

	if (options == NULL || argc < 3 ||
	    candor_options_add_database(options, argv[1], &e) != CANDOR_OK ||
	    (argc > 3 && candor_options_set_worker(options, argv[3], &e) != CANDOR_OK) ||
	    candor_engine_open(options, &engine, &e) != CANDOR_OK ||
	    candor_scan_fd(engine, fd, &result, &e) != CANDOR_OK) {
		fprintf(stderr, "scan-file: %s\n", e.text);
	} else {
		for (size_t i = 0; i < candor_result_finding_count(result); i++) {
			const struct candor_finding *f = candor_result_finding(result, i);
			printf("%s: %s\n", candor_finding_path(f), candor_finding_rule(f));
		}
		status = (int)candor_result_verdict(result);
		printf("verdict: %d\n", status);
		if (candor_result_reason(result) != NULL)
			printf("not all was scanned: %s\n", candor_result_reason_text(result));
	}
	candor_result_free(result);
	candor_engine_close(engine);
	candor_options_free(options);
	if (fd >= 0)
		close(fd);
	return status;
}
