#include "os/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "os/file.h"

enum { REGIONS_MAX = 1 << 17 };

/* Devices show through here, which reading could disturb or never end. */
static bool is_special(const char *line)
{
	return strstr(line, "/dev/") != NULL || strstr(line, "[vvar") != NULL ||
	       strstr(line, "[vsyscall]") != NULL;
}

/* One line of /proc/PID/maps: "55d0c000-55d0d000 r--p 00000000 08:01 123  /bin/cat". */
static bool take_line(const char *line, uint64_t region[2])
{
	unsigned long long start, end;
	char mode;

	if (sscanf(line, "%llx-%llx %c", &start, &end, &mode) != 3 || mode != 'r')
		return false;
	if (start >= end || end > INT64_MAX || is_special(line))
		return false;
	region[0] = start;
	region[1] = end;
	return true;
}

static enum status list_regions(FILE *maps, struct process_memory *m, struct error *e)
{
	char *line = NULL;
	size_t room = 0;
	uint64_t region[2], last = 0;
	enum status status = OK;

	while (status == OK && getline(&line, &room, maps) > 0) {
		if (!take_line(line, region) || region[0] < last)
			continue;
		if (m->regions >= REGIONS_MAX) {
			status = error_at(e, E_LIMIT, 0, "more than %d regions", REGIONS_MAX);
			break;
		}
		last = region[1];
		m->regions++;
		m->bytes += region[1] - region[0];
		status = file_write_all(m->regions_fd, region, sizeof region, e);
	}
	free(line);
	return status;
}

static enum status fail(struct error *e, const char *what)
{
	enum status status = errno == EACCES || errno == EPERM ? E_DENIED : E_IO;

	return error_at(e, status, 0, "%s: %s", what, strerror(errno));
}

enum status process_memory_open(pid_t pid, struct process_memory *ret, struct error *e)
{
	struct process_memory m = {0};
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	AUTO_FD memory = open(path, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		return fail(e, "cannot read the memory of the process");
	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	FILE *maps = fopen(path, "re");
	if (maps == NULL)
		return fail(e, "cannot list the memory of the process");
	enum status status = file_anonymous("candor-regions", &m.regions_fd, e);

	if (status == OK) {
		status = list_regions(maps, &m, e);
		if (status == OK && m.regions == 0)
			status = error_at(e, E_IO, 0, "the process has no memory to read");
		if (status != OK)
			close(m.regions_fd);
	}
	fclose(maps);
	if (status != OK)
		return status;
	m.fd = take_fd(&memory);
	*ret = m;
	return OK;
}
