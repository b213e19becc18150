/*
 * The worker as a program of its own, for programs that use the library.
 */
#include "cell/worker.h"

int main(void)
{
	return worker_main();
}
