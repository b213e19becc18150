#include "os/machine.h"

#include <stdio.h>
#include <sys/utsname.h>

void machine_kernel(char *to, size_t room)
{
	struct utsname name;

	if (uname(&name) == 0)
		snprintf(to, room, "%s %s", name.sysname, name.release);
	else
		snprintf(to, room, "unknown");
}
