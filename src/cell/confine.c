/*
 * The layers, in the order in which they can be put on: namespaces need
 * capabilities, Landlock forbids mounting, the filter forbids all the rest.
 * What the kernel was asked for is read back where it can be.
 */
#include "cell/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "digest/digest.h"
#include "os/file.h"
#include "os/filter.h"
#include "os/landlock.h"
#include "os/sanitizer.h"

static const struct {
	const char *name, *purpose;
} layers[] = {
	[LAYER_NO_NEW_PRIVS] = {"privileges",
				"acting as root or another user; gaining rights by a program"},
	[LAYER_NAMESPACES] = {"namespaces",
			      "networks, other processes, every path: the root folder is empty"},
	[LAYER_LANDLOCK] = {"landlock",
			    "opening, making or running files; TCP; signals to others"},
	[LAYER_SECCOMP] = {"seccomp",
			   "all system calls but those of scanning: sockets, files, processes"},
	[LAYER_LIMITS] = {"limits",
			  "taking the machine's memory, time or disk; starting processes"},
};

const char *layer_name(enum layer l)
{
	return layers[l].name;
}

const char *layer_purpose(enum layer l)
{
	return layers[l].purpose;
}

const char *layer_state_name(enum layer_state s)
{
	static const char *const names[] = {"off", "partial", "full"};

	return names[s];
}

unsigned confinement_layers(const struct confinement *c)
{
	unsigned reached = 0;

	for (unsigned l = 0; l < LAYER_COUNT; l++) {
		if (c->layers[l].state != LAYER_OFF)
			reached |= 1u << l;
	}
	return reached;
}

const struct confine_syscall *confine_syscalls(void)
{
	static const struct confine_syscall rows[] = {
#define SYSCALL(name, who, check, reason) {#name, #who, #check, reason},
#include "cell/syscalls.def"
#undef SYSCALL
		{NULL},
	};

	return rows;
}

PRINTF_LIKE(4, 5)
static void say(struct confinement *c, enum layer l, enum layer_state state, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->layers[l].detail, sizeof c->layers[l].detail, fmt, args);
	va_end(args);
	c->layers[l].state = state;
}

static void enter_namespaces(const struct namespace_ids *outside, struct confinement *c)
{
	static const unsigned needed = 1u << NAMESPACE_NET | 1u << NAMESPACE_IPC |
				       1u << NAMESPACE_PID | 1u << NAMESPACE_MOUNT;
	struct namespace_ids here;
	struct error e = {0};
	char names[64] = "";
	unsigned reached = 0;

	namespace_ids_read(&here);
	for (unsigned n = 0; n < NAMESPACE_COUNT; n++) {
		if (here.id[n] == 0 || outside->id[n] == 0 || here.id[n] == outside->id[n])
			continue;
		reached |= 1u << n;
		strcat(strcat(names, namespace_name(n)), " "); /* all names are 31 bytes */
	}
	if (reached == 0) {
		say(c, LAYER_NAMESPACES, LAYER_OFF, here.id[0] == 0 || outside->id[0] == 0 ?
		    "cannot be told: there is no /proc" : "not permitted on this machine");
		return;
	}
	/* never touch the mounts of anybody else */
	if ((reached & 1u << NAMESPACE_MOUNT) == 0)
		(void)error_at(&e, E_DENIED, 0, "no mount namespace");
	else if (namespace_empty_root(&e) == OK && !namespace_root_is_empty())
		(void)error_at(&e, E_IO, 0, "root folder is not empty");
	if (e.code != OK)
		say(c, LAYER_NAMESPACES, LAYER_PARTIAL, "%s(%.60s)", names, e.text);
	else
		say(c, LAYER_NAMESPACES,
		    (reached & needed) == needed ? LAYER_FULL : LAYER_PARTIAL,
		    "%sand an empty root folder", names);
}

static void drop_privileges(struct confinement *c)
{
	bool no_new = privilege_no_new();
	bool dropped = privilege_drop();
	/* a change of the user takes both back */
	bool hidden = privilege_hide_memory() && privilege_die_with_parent();

	say(c, LAYER_NO_NEW_PRIVS,
	    no_new && dropped && hidden ? LAYER_FULL : no_new ? LAYER_PARTIAL : LAYER_OFF,
	    "%s%s%s%s", no_new ? "no new privileges" : "new privileges possible",
	    geteuid() == UNPRIVILEGED_ID ? ", user nobody" : ", the caller's user",
	    dropped ? ", no capabilities" : "", hidden ? ", memory hidden" : "");
}

static void enter_landlock(struct confinement *c)
{
	struct error e = {0};
	int abi;

	if (landlock_deny_all(&abi, &e) != OK) {
		say(c, LAYER_LANDLOCK, LAYER_OFF, "%.90s", e.text);
		return;
	}
	AUTO_FD root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root >= 0 || errno != EACCES) {
		say(c, LAYER_LANDLOCK, LAYER_OFF, "in place, but a folder can still be opened");
		return;
	}
	say(c, LAYER_LANDLOCK, abi >= 6 ? LAYER_FULL : LAYER_PARTIAL,
	    "ABI %d: files%s%s%s", abi, abi >= 4 ? ", TCP" : " (TCP needs Linux 6.7)",
	    abi >= 5 ? ", devices" : "",
	    abi >= 6 ? ", signals, abstract sockets" : " (signals need Linux 6.12)");
}

static void set_limits(const struct resource_limits *limits, const struct memory_use *now,
		       struct confinement *c)
{
	bool set = resource_limits_set(limits, now);
	bool no_code = privilege_refuse_new_code();

	char memory[32] = "memory not bounded", time[32] = "";

	if (limits->memory != 0)
		snprintf(memory, sizeof memory, "memory %llu MiB",
			 (unsigned long long)(limits->memory >> 20));
	if (limits->cpu_seconds != 0)
		snprintf(time, sizeof time, ", CPU %u s", limits->cpu_seconds);
	say(c, LAYER_LIMITS, set && limits->memory != 0 ? LAYER_FULL : LAYER_PARTIAL,
	    "%s%s, no processes, %s%s", memory, time,
	    limits->file_bytes == 0 ? "no files" : "files bounded",
	    no_code ? ", no new code" : "");
	if (!set)
		say(c, LAYER_LIMITS, LAYER_PARTIAL, "some limits were refused");
}

static void enter_filter(enum confine_role role, struct confinement *c)
{
	enum { BOTH = -1, WORKER = CONFINE_WORKER, JAIL = CONFINE_JAIL };
	static const struct {
		int who;
		struct filter_rule rule;
	} all[] = {
#define SYSCALL(name, who, check, reason) {who, {SYS_##name, FILTER_##check}},
#include "cell/syscalls.def"
#undef SYSCALL
	};
	struct filter_rule rules[LEN(all)];
	struct error e = {0};
	size_t count = 0;

	for (size_t i = 0; i < LEN(all); i++) {
		if (all[i].who == BOTH || all[i].who == (int)role)
			rules[count++] = all[i].rule;
	}
	if (filter_apply(rules, count, &e) != OK)
		say(c, LAYER_SECCOMP, LAYER_OFF, "%.90s", e.text);
	else
		say(c, LAYER_SECCOMP, LAYER_FULL, "%zu system calls allowed, others kill", count);
}

/* What the kernel says of the process against what was asked for. */
static void check_facts(int fd, bool is_root, struct confinement *c)
{
	static const struct privilege_facts unknown = {.seccomp = UINT32_MAX};
	struct privilege_facts facts;
	bool has_privileges = c->layers[LAYER_NO_NEW_PRIVS].state != LAYER_OFF;
	bool has_filter = c->layers[LAYER_SECCOMP].state != LAYER_OFF;

	if (!privilege_facts_read(fd, &facts))
		facts = unknown;
	if (has_privileges && facts.seccomp != UINT32_MAX && facts.no_new_privs != 1)
		say(c, LAYER_NO_NEW_PRIVS, LAYER_OFF, "the kernel reports that they are possible");
	else if (has_privileges && facts.capabilities != 0)
		say(c, LAYER_NO_NEW_PRIVS, LAYER_PARTIAL, "the kernel reports capabilities");
	else if (has_privileges && is_root)
		say(c, LAYER_NO_NEW_PRIVS, LAYER_PARTIAL, "still the root user of the machine");
	if (has_filter && facts.seccomp == UINT32_MAX)
		say(c, LAYER_SECCOMP, LAYER_PARTIAL, "loaded; no /proc to confirm it");
	else if (has_filter && facts.seccomp != 2)
		say(c, LAYER_SECCOMP, LAYER_OFF, "loaded, but the kernel reports no filter");
}

void confine(const struct confine_options *o, struct confinement *ret)
{
	struct memory_use now;
	/* opened while there is a /proc; read when everything is in place */
	int facts_fd = privilege_facts_open();

	memory_use_read(&now);
	for (unsigned l = 0; l < LAYER_COUNT; l++)
		say(ret, l, LAYER_OFF, "not asked for");
	if (o->layers & 1u << LAYER_NAMESPACES)
		enter_namespaces(&o->outside, ret);
	if (o->layers & 1u << LAYER_NO_NEW_PRIVS)
		drop_privileges(ret);
	bool is_root = geteuid() == 0 && o->started_by_root;

	if (o->layers & 1u << LAYER_LANDLOCK)
		enter_landlock(ret);
	if (o->layers & 1u << LAYER_LIMITS)
		set_limits(&o->limits, &now, ret);
	if (o->layers & 1u << LAYER_SECCOMP)
		enter_filter(o->role, ret);
	check_facts(facts_fd, is_root, ret);
	if (facts_fd >= 0)
		close(facts_fd);
}

static int compare_bytes(const void *a, const void *b)
{
	return *(const uint8_t *)a - *(const uint8_t *)b;
}

enum status confine_prepare(struct error *e)
{
	uint8_t bytes[2048] = {0}, digest[EVP_MAX_MD_SIZE];

	/* out of memory, malloc() would make a second arena, and read /proc to shrink it */
	if (mallopt(M_ARENA_MAX, 1) != 1 && !SANITIZED)
		return error_at(e, E_INTERNAL, 0, "cannot set malloc() up");
	/* libmagic writes dates out, for which the time zone would be read later */
	tzset();
	/* no file of the system has a say in how a digest is computed */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return error_at(e, E_INTERNAL, 0, "cannot set libcrypto up");
	for (unsigned kind = 0; kind < DIGEST_COUNT; kind++) {
		if (digest_once(kind, "", 0, digest) != OK)
			return error_at(e, E_UNSUPPORTED, 0, "libcrypto has no %s",
					digest_info(kind)->name);
	}
	/* beyond 1 KiB qsort() asks once how much memory the machine has */
	qsort(bytes, sizeof bytes, 1, compare_bytes);
	return OK;
}
