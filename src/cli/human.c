#include "cli/human.h"

#include <inttypes.h>
#include <stdio.h>

void human_count(struct buf *to, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		buf_add_u8(to, (uint8_t)digits[i]);
		if ((len - i) % 3 == 1 && i + 1 < len)
			buf_add_u8(to, ',');
	}
}

void human_bytes(struct buf *to, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	size_t unit = 0;
	double value = (double)bytes;

	/* 999.5 would be shown as 1000 */
	while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
		value /= 1000;
		unit++;
	}
	int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	buf_addf(to, "%.*f %s", decimals, value, units[unit]);
}

void human_time(struct buf *to, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;

	if (ns < 100000000)
		buf_addf(to, "%.3f s", (double)ns / 1e9);
	else if (seconds < 60)
		buf_addf(to, "%.1f s", (double)ns / 1e9);
	else if (seconds < 3600)
		buf_addf(to, "%" PRIu64 " min %" PRIu64 " s", seconds / 60, seconds % 60);
	else
		buf_addf(to, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600, seconds / 60 % 60);
}

uint64_t human_rate(uint64_t n, uint64_t ns)
{
	return ns > 0 ? (uint64_t)((double)n * 1e9 / (double)ns) : 0;
}
