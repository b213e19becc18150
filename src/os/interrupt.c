#include "os/interrupt.h"

#include <signal.h>
#include <stddef.h>

/* What a handler has to say can only be told through a variable of the process. */
static volatile sig_atomic_t is_pending;

static void note(int number)
{
	(void)number;
	is_pending = 1;
}

void interrupt_catch(void)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	/* no SA_RESTART: whoever waits is to look; SA_RESETHAND: the second one is not caught */
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESETHAND}, old;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(numbers[i], &action, NULL);
	}
}

bool interrupt_pending(void)
{
	return is_pending != 0;
}
