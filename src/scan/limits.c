#include "scan/scan.h"

#include "base/clock.h"

static const struct limit_info infos[] = {
#define LIMIT(field, name, unit, preset, least, most, doc) {name, unit, doc, preset, least, most},
#include "scan/limits.def"
#undef LIMIT
	{0},
};

/* Where each limit lies, in the order of the rows. */
static const size_t fields[] = {
#define LIMIT(field, name, unit, preset, least, most, doc) offsetof(struct scan_limits, field),
#include "scan/limits.def"
#undef LIMIT
};

static void set(struct scan_limits *l, size_t i, uint64_t value)
{
	memcpy((char *)l + fields[i], &value, sizeof value);
}

void scan_limits_preset(struct scan_limits *l)
{
	for (size_t i = 0; i < LEN(fields); i++)
		set(l, i, infos[i].preset);
}

const struct limit_info *scan_limits_all(void)
{
	return infos;
}

/* Digits, and for bytes one of K, M, G, T behind them; false when it is no such number. */
static bool parse(struct str text, bool is_bytes, uint64_t *ret)
{
	static const char suffixes[] = "KMGT";
	unsigned shift = 0;
	uint64_t value;

	if (is_bytes && text.len > 1) {
		char last = (char)(text.data[text.len - 1] & ~0x20);
		const char *found = strchr(suffixes, last);

		if (last != '\0' && found != NULL) {
			shift = 10 * (unsigned)(found - suffixes + 1);
			text.len--;
		}
	}
	if (!str_u64(text, &value) || value > UINT64_MAX >> shift)
		return false;
	*ret = value << shift;
	return true;
}

enum status scan_limits_set(struct scan_limits *l, struct str name, struct str value,
			    struct error *e)
{
	size_t i = 0;
	uint64_t number;

	while (i < LEN(fields) && !str_eq(name, str_of(infos[i].name)))
		i++;
	if (i == LEN(fields))
		return error_at(e, E_SYNTAX, 0, "no limit is named '%.*s'",
				STR_ARG(str_first(name, 40)));
	bool is_bytes = strcmp(infos[i].unit, "bytes") == 0;
	if (!parse(value, is_bytes, &number) || number < infos[i].least || number > infos[i].most)
		return error_at(e, E_SYNTAX, 0, "%s takes a number from %llu to %llu%s",
				infos[i].name, (unsigned long long)infos[i].least,
				(unsigned long long)infos[i].most,
				is_bytes ? "; K, M, G, T may follow it" : "");
	set(l, i, number);
	return OK;
}

uint64_t scan_limits_seconds(const struct scan_limits *l, uint64_t size)
{
	uint64_t seconds = l->time + size / (UINT64_C(64) << 20);

	/* a sparse file can claim any size: nanoseconds of this must not wrap */
	return min_u64(seconds, UINT64_MAX / SECOND_NS / 4);
}
