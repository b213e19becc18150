/*
 * math: YARA 4.5, "math" module. The tests of randomness are those of "ent"
 * (John Walker, fourmilab.ch/random). Bytes of a text are signed here, as
 * they are in YARA, except for entropy.
 */
#include <inttypes.h>
#include <math.h>

#include "module/cache.h"

struct value call_math_in_range(struct module_call *call)
{
	double v = call->args[0].real;

	return value_int(call->args[1].real <= v && v <= call->args[2].real);
}

struct value call_math_min(struct module_call *call)
{
	int64_t a = call->args[0].integer, b = call->args[1].integer;

	return value_int((uint64_t)a < (uint64_t)b ? a : b);
}

struct value call_math_max(struct module_call *call)
{
	int64_t a = call->args[0].integer, b = call->args[1].integer;

	return value_int((uint64_t)a > (uint64_t)b ? a : b);
}

struct value call_math_to_number(struct module_call *call)
{
	return value_int(call->args[0].integer != 0);
}

struct value call_math_abs(struct module_call *call)
{
	int64_t v = call->args[0].integer;

	/* through unsigned numbers, which wrap */
	return value_int(v < 0 ? (int64_t)(0 - (uint64_t)v) : v);
}

static struct value digits(const struct module_call *call, int64_t base)
{
	int64_t v = call->args[0].integer;
	struct str text = {0};

	switch (base) {
	case 10:
		text = arena_format(call->arena, "%" PRId64, v);
		break;
	case 8:
		text = arena_format(call->arena, "%" PRIo64, (uint64_t)v);
		break;
	case 16:
		text = arena_format(call->arena, "%" PRIx64, (uint64_t)v);
		break;
	default:
		return VALUE_OF_UNDEFINED;
	}
	return text.data != NULL ? value_text(text) : VALUE_OF_UNKNOWN;
}

struct value call_math_to_string(struct module_call *call)
{
	return digits(call, 10);
}

struct value call_math_to_string_base(struct module_call *call)
{
	return digits(call, call->args[1].integer);
}

/* How often each byte is there. */
struct counts {
	uint64_t of[256];
};

static void count_bytes(void *context, const uint8_t *data, size_t len)
{
	struct counts *counts = context;

	for (size_t i = 0; i < len; i++)
		counts->of[data[i]]++;
}

static enum value_kind count_range(const struct module_call *call, struct byte_range range,
				   struct counts *ret)
{
	/* one entry serves all functions that count bytes */
	const struct counts *known = module_cache_get(call->facts, FUNCTION_math_count, range);

	if (known != NULL) {
		*ret = *known;
		return VALUE_INT;
	}
	*ret = (struct counts){0};
	enum value_kind reached = byte_each(call, range, count_bytes, ret);
	struct counts *kept = reached != VALUE_INT ? NULL :
		module_cache_put(call->facts, FUNCTION_math_count, range, sizeof *ret);
	if (kept != NULL)
		*kept = *ret;
	return reached;
}

/* Counts of the bytes that arguments number `first` and the next one say. */
static enum value_kind count_args(const struct module_call *call, unsigned first,
				  struct counts *ret)
{
	struct byte_range range;

	if (!byte_range(call, call->args[first].integer, call->args[first + 1].integer, &range))
		return VALUE_UNDEFINED;
	return count_range(call, range, ret);
}

static enum value_kind count_all(const struct module_call *call, struct counts *ret)
{
	return count_range(call, (struct byte_range){0, call->input->size}, ret);
}

static enum value_kind count_text(const struct module_call *call, struct counts *ret)
{
	struct str text = call->args[0].text;

	*ret = (struct counts){0};
	if (!call->host->charge(call->host, text.len))
		return VALUE_UNKNOWN;
	count_bytes(ret, (const uint8_t *)text.data, text.len);
	return VALUE_INT;
}

static uint64_t total(const struct counts *counts)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < 256; i++)
		sum += counts->of[i];
	return sum;
}

static struct value entropy(enum value_kind reached, const struct counts *counts)
{
	double sum = 0, all = (double)total(counts);

	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	for (unsigned i = 0; i < 256; i++) {
		double share = (double)counts->of[i] / all;

		if (counts->of[i] != 0)
			sum -= log2(share) * share;
	}
	return value_float(sum);
}

struct value call_math_entropy(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_args(call, 0, &counts);

	return entropy(reached, &counts);
}

struct value call_math_entropy_text(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_text(call, &counts);

	return entropy(reached, &counts);
}

/* Numbers that bytes stand for: those of a text have a sign. */
enum sign { UNSIGNED, SIGNED };

static double number_of(unsigned byte, enum sign sign)
{
	return sign == SIGNED ? (double)(int8_t)byte : (double)byte;
}

/* Mean distance from `from`, or just the mean where that is NULL. */
static struct value mean(enum value_kind reached, const struct counts *counts, enum sign sign,
			 const double *from)
{
	double sum = 0;

	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	for (unsigned i = 0; i < 256; i++) {
		double number = number_of(i, sign);

		if (from != NULL)
			number = fabs(number - *from);
		if (counts->of[i] != 0)
			sum += number * (double)counts->of[i];
	}
	return value_of_number(sum / (double)total(counts));
}

struct value call_math_mean(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_args(call, 0, &counts);

	return mean(reached, &counts, UNSIGNED, NULL);
}

struct value call_math_mean_text(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_text(call, &counts);

	return mean(reached, &counts, SIGNED, NULL);
}

struct value call_math_deviation(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_args(call, 0, &counts);

	return mean(reached, &counts, UNSIGNED, &call->args[2].real);
}

struct value call_math_deviation_text(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_text(call, &counts);

	return mean(reached, &counts, SIGNED, &call->args[1].real);
}

static struct value count_of(enum value_kind reached, const struct counts *counts, int64_t byte)
{
	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	if (byte < 0 || byte > 255)
		return VALUE_OF_UNDEFINED;
	return value_int((int64_t)counts->of[byte]);
}

struct value call_math_count(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_args(call, 1, &counts);

	return count_of(reached, &counts, call->args[0].integer);
}

struct value call_math_count_all(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_all(call, &counts);

	return count_of(reached, &counts, call->args[0].integer);
}

/* Of single precision, as in YARA. */
static struct value percentage(enum value_kind reached, const struct counts *counts, int64_t byte)
{
	struct value count = count_of(reached, counts, byte);

	if (count.kind != VALUE_INT)
		return count;
	return value_of_number((double)((float)count.integer / (float)total(counts)));
}

struct value call_math_percentage(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_args(call, 1, &counts);

	return percentage(reached, &counts, call->args[0].integer);
}

struct value call_math_percentage_all(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_all(call, &counts);

	return percentage(reached, &counts, call->args[0].integer);
}

static struct value mode(enum value_kind reached, const struct counts *counts)
{
	unsigned most = 0;

	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	for (unsigned i = 1; i < 256; i++) {
		if (counts->of[i] > counts->of[most])
			most = i;
	}
	return value_int(most);
}

struct value call_math_mode(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_args(call, 0, &counts);

	return mode(reached, &counts);
}

struct value call_math_mode_all(struct module_call *call)
{
	struct counts counts;
	enum value_kind reached = count_all(call, &counts);

	return mode(reached, &counts);
}

struct correlation {
	enum sign sign;
	double first, last, products, sum, squares;
	uint64_t len;
};

static void correlate(void *context, const uint8_t *data, size_t len)
{
	struct correlation *c = context;

	for (size_t i = 0; i < len; i++) {
		double number = number_of(data[i], c->sign);

		if (c->len == 0)
			c->first = number;
		c->products += c->last * number;
		c->sum += number;
		c->squares += number * number;
		c->last = number;
		c->len++;
	}
}

/* The byte before the first one is the last one. */
static struct value correlation(const struct correlation *c)
{
	double n = (double)c->len, square = c->sum * c->sum;
	double below = n * c->squares - square;

	if (below == 0)
		return value_float(-100000);
	return value_float((n * (c->products + c->last * c->first) - square) / below);
}

struct value call_math_correlation(struct module_call *call)
{
	struct correlation c = {.sign = UNSIGNED};
	struct byte_range range;

	if (!byte_range(call, call->args[0].integer, call->args[1].integer, &range))
		return VALUE_OF_UNDEFINED;
	enum value_kind reached = byte_each(call, range, correlate, &c);
	return reached == VALUE_INT ? correlation(&c) : (struct value){.kind = reached};
}

struct value call_math_correlation_text(struct module_call *call)
{
	struct correlation c = {.sign = SIGNED};
	struct str text = call->args[0].text;

	if (!call->host->charge(call->host, text.len))
		return VALUE_OF_UNKNOWN;
	correlate(&c, (const uint8_t *)text.data, text.len);
	return correlation(&c);
}

/* Six bytes are a point of a square; where it is in the circle around a corner, it counts. */
struct darts {
	enum sign sign;
	double point[2];
	unsigned filled; /* bytes of the point so far */
	uint64_t thrown, hit;
};

static void throw_darts(void *context, const uint8_t *data, size_t len)
{
	static const double radius = 256.0 * 256.0 * 256.0 - 1;
	struct darts *d = context;

	for (size_t i = 0; i < len; i++) {
		double *axis = &d->point[d->filled / 3];
		uint32_t number = data[i];

		/* a negative one wraps to a large number, as in YARA */
		if (d->sign == SIGNED)
			number = (uint32_t)(int8_t)data[i];
		*axis = *axis * 256 + number;
		if (++d->filled < 6)
			continue;
		d->thrown++;
		d->hit += d->point[0] * d->point[0] + d->point[1] * d->point[1] <= radius * radius;
		d->point[0] = d->point[1] = 0;
		d->filled = 0;
	}
}

static struct value error_of_pi(const struct darts *d)
{
	if (d->thrown == 0)
		return VALUE_OF_UNDEFINED;
	return value_float(fabs((4 * (double)d->hit / (double)d->thrown - M_PI) / M_PI));
}

struct value call_math_pi(struct module_call *call)
{
	struct darts d = {.sign = UNSIGNED};
	struct byte_range range;

	if (!byte_range(call, call->args[0].integer, call->args[1].integer, &range))
		return VALUE_OF_UNDEFINED;
	enum value_kind reached = byte_each(call, range, throw_darts, &d);
	return reached == VALUE_INT ? error_of_pi(&d) : (struct value){.kind = reached};
}

struct value call_math_pi_text(struct module_call *call)
{
	struct darts d = {.sign = SIGNED};
	struct str text = call->args[0].text;

	if (!call->host->charge(call->host, text.len))
		return VALUE_OF_UNKNOWN;
	throw_darts(&d, (const uint8_t *)text.data, text.len);
	return error_of_pi(&d);
}
