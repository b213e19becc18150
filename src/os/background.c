#include "os/background.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	/*
	 * A tenth of a core when its parent keeps all of them busy. The
	 * idle class would get nothing then, and its result come too late.
	 */
	NICE = 10,
	/* linux/ioprio.h: the best-effort class, shifted to its place, and its lowest level */
	LAST_IO = 2 << 13 | 7,
};

struct background {
	pid_t pid;
	void *shared;
	size_t size;
};

static void step_back(void)
{
	/* each of these may be refused; the work is then merely less polite */
	setpriority(PRIO_PROCESS, 0, NICE);
	syscall(SYS_ioprio_set, 1, 0, LAST_IO);
}

struct background *background_start(void (*work)(void *ctx, void *shared), void *ctx, size_t size)
{
	struct background *b = malloc(sizeof *b);
	pid_t parent = getpid();

	if (b == NULL)
		return NULL;
	b->size = size;
	b->shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	b->pid = b->shared != MAP_FAILED ? fork() : -1;
	if (b->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent) {
			step_back();
			work(ctx, b->shared);
		}
		_exit(0);
	}
	if (b->pid > 0)
		return b;
	if (b->shared != MAP_FAILED)
		munmap(b->shared, size);
	free(b);
	return NULL;
}

void *background_shared(const struct background *b)
{
	return b->shared;
}

void background_stop(struct background *b)
{
	if (b == NULL)
		return;
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
	munmap(b->shared, b->size);
	free(b);
}
