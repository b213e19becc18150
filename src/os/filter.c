#include "os/filter.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>

static int allow(scmp_filter_ctx filter, const struct filter_rule *rule)
{
	if (rule->check == FILTER_NO_EXEC)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, rule->number, 1,
					SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, rule->number, 0);
}

static int load(scmp_filter_ctx filter, const struct filter_rule *rules, size_t count)
{
	/* libseccomp treats x32 numbers on x86-64 as another architecture, too */
	int failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	/* it is set by the caller where it can be had, and said in the report */
	if (failed == 0)
		failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	for (size_t i = 0; failed == 0 && i < count; i++)
		failed = allow(filter, &rules[i]);
	if (failed == 0)
		failed = seccomp_load(filter);
	return failed;
}

enum status filter_apply(const struct filter_rule *rules, size_t count, struct error *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

	if (filter == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	int failed = load(filter, rules, count);

	/* seccomp_release() only frees: no system call outside the list */
	seccomp_release(filter);
	if (failed == 0)
		return OK;
	/* libseccomp hides the kernel's errors behind ECANCELED */
	return error_at(e, failed == -EACCES || failed == -ECANCELED ? E_DENIED : E_IO, 0,
			"cannot load the system call filter: %s", strerror(-failed));
}
