#include "cli/owners.h"

#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

void owners_done(struct owners *o)
{
	for (size_t i = 0; i < o->len; i++)
		free(o->items[i].name);
	vec_done(o);
}

const char *owners_of_file(struct owners *o, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return NULL;
	for (size_t i = 0; i < o->len; i++) {
		if (o->items[i].uid == st.st_uid)
			return o->items[i].name;
	}
	const struct passwd *user = getpwuid(st.st_uid);
	struct owner owner = {st.st_uid, user != NULL ? strdup(user->pw_name) : NULL};

	if (!vec_push(o, &owner)) {
		free(owner.name);
		return NULL;
	}
	return owner.name;
}
