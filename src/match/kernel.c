#include "match/kernel.h"

#define KERNEL(name) extern const struct kernel kernel_##name;
#include "match/kernels.def"
#undef KERNEL

static const struct kernel *const kernels[] = {
#define KERNEL(name) &kernel_##name,
#include "match/kernels.def"
#undef KERNEL
};

const struct kernel *kernel_pick(void)
{
	return kernels[0];
}
