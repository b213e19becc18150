/*
 * Scans files in this process, without a worker, for profilers:
 *
 *	scan-files [-s] [-n TIMES] IMAGE FILE...
 *
 *	-s        keep every match of every pattern, as "yara -s" has to
 *	-n TIMES  scan all files so many times
 *
 * Prints how many bytes and rules that hold, how many rules were not decided, and the seconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "image/image.h"
#include "os/file.h"
#include "scan/scan.h"

struct counts {
	struct scan_sink base;
	uint64_t bytes, holds, undecided, cut;
};

static void on_finding(struct scan_sink *sink, const struct finding *f)
{
	(void)sink;
	(void)f;
}

static void on_detail(struct scan_sink *sink, const struct detail *d)
{
	struct counts *c = (struct counts *)sink;

	c->holds += d->kind == DETAIL_RULE && d->state == DETAIL_HOLDS;
	c->undecided += d->kind == DETAIL_RULE && d->state == DETAIL_UNDECIDED;
}

static void die(const char *what, const struct error *e)
{
	fprintf(stderr, "scan-files: %s: %s\n", what, e != NULL ? e->text : "cannot be opened");
	exit(2);
}

static struct image *open_image(const char *path)
{
	struct error e = {0};
	struct image *img;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(path, NULL);
	if (image_open_fd(fd, &img, &e) != OK)
		die(path, &e);
	close(fd);
	return img;
}

static void scan(struct scanner *s, const char *path, struct counts *c)
{
	struct file_input input;
	struct outcome outcome;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path, NULL);
	file_input_init(&input, fd, (uint64_t)st.st_size);
	scanner_scan(s, &input.in, NULL, &c->base, &outcome);
	c->bytes += outcome.bytes;
	c->cut += outcome.verdict == VERDICT_NOT_SCANNED;
	close(fd);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct scan_options options = {.image_count = 1, .all_matches = true};
	struct counts c = {.base = {on_finding, on_detail}};
	struct scanner *scanner;
	struct error e = {0};
	int times = 1, option;

	options.wishes.wishes = WISH_RULES;
	while ((option = getopt(argc, argv, "sn:")) != -1) {
		if (option == 's')
			options.wishes.wishes |= WISH_MATCHES;
		else if (option == 'n')
			times = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: scan-files [-s] [-n TIMES] IMAGE FILE...\n");
		return 2;
	}
	struct image *img = open_image(argv[optind]);
	options.images = &img;
	scan_limits_preset(&options.limits);
	if (scanner_new(&options, &scanner, &e) != OK)
		die("scanner", &e);
	double begin = now();
	for (int t = 0; t < times; t++) {
		for (int i = optind + 1; i < argc; i++)
			scan(scanner, argv[i], &c);
	}
	printf("%llu bytes, %llu hold, %llu undecided, %llu not scanned, %.3f s\n",
	       (unsigned long long)c.bytes, (unsigned long long)c.holds,
	       (unsigned long long)c.undecided, (unsigned long long)c.cut, now() - begin);
	scanner_free(scanner);
	image_close(img);
	return 0;
}
