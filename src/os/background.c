#include "os/background.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* linux/ioprio.h: the idle class, shifted to its place */
enum { IDLE_IO = 3 << 13 };

struct background {
	pid_t pid;
	void *shared;
	size_t size;
};

static void yield_to_all(void)
{
	struct sched_param none = {0};

	/* each of these may be refused; the work is then merely less polite */
	setpriority(PRIO_PROCESS, 0, 19);
	sched_setscheduler(0, SCHED_IDLE, &none);
	syscall(SYS_ioprio_set, 1, 0, IDLE_IO);
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
			yield_to_all();
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
