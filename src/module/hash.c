/*
 * hash: YARA 4.5, "hash" module.
 */
#include <zlib.h>

#include "base/num.h"
#include "digest/digest.h"
#include "module/cache.h"

enum { DIGEST_BYTES_MAX = 32, HEX_MAX = 2 * DIGEST_BYTES_MAX + 1 };

struct digest_run {
	struct digester *digester;
	enum status status;
};

static void add_digest(void *context, const uint8_t *data, size_t len)
{
	struct digest_run *run = context;

	if (run->status == OK)
		run->status = digester_add(run->digester, data, len);
}

/* Hex in the arena. */
static struct value hex_value(const struct module_call *call, enum digest_kind kind,
			      const uint8_t *digest)
{
	char hex[HEX_MAX];

	hex_encode(digest, digest_info(kind)->bytes, hex);
	struct str text = arena_str(call->arena, str_of(hex));
	return text.data != NULL ? value_text(text) : VALUE_OF_UNKNOWN;
}

static enum value_kind digest_range(const struct module_call *call, enum digest_kind kind,
				    struct byte_range range, uint8_t *ret)
{
	struct digest_run run = {0};
	enum value_kind reached = VALUE_UNKNOWN;

	if (digester_new(&run.digester) != OK)
		return VALUE_UNKNOWN;
	run.status = digester_begin(run.digester, 1u << kind);
	if (run.status == OK)
		reached = byte_each(call, range, add_digest, &run);
	if (run.status == OK && reached == VALUE_INT)
		run.status = digester_end(run.digester, kind, ret);
	digester_free(run.digester);
	return run.status == OK ? reached : VALUE_UNKNOWN;
}

static struct value of_range(const struct module_call *call, enum function_id id,
			     enum digest_kind kind)
{
	struct byte_range range;
	uint8_t digest[DIGEST_BYTES_MAX];

	if (!byte_range(call, call->args[0].integer, call->args[1].integer, &range))
		return VALUE_OF_UNDEFINED;
	const void *known = module_cache_get(call->facts, id, range);
	if (known != NULL)
		return hex_value(call, kind, known);
	enum value_kind reached = digest_range(call, kind, range, digest);
	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	void *kept = module_cache_put(call->facts, id, range, sizeof digest);
	if (kept != NULL)
		memcpy(kept, digest, sizeof digest);
	return hex_value(call, kind, digest);
}

static struct value of_text(const struct module_call *call, enum digest_kind kind)
{
	struct str text = call->args[0].text;
	uint8_t digest[DIGEST_BYTES_MAX];

	if (!call->host->charge(call->host, text.len) ||
	    digest_once(kind, text.data, text.len, digest) != OK)
		return VALUE_OF_UNKNOWN;
	return hex_value(call, kind, digest);
}

#define DIGEST_FUNCTIONS(name, kind) \
	struct value call_hash_##name(struct module_call *call) \
	{ \
		return of_range(call, FUNCTION_hash_##name, kind); \
	} \
	struct value call_hash_##name##_text(struct module_call *call) \
	{ \
		return of_text(call, kind); \
	}
DIGEST_FUNCTIONS(md5, DIGEST_MD5)
DIGEST_FUNCTIONS(sha1, DIGEST_SHA1)
DIGEST_FUNCTIONS(sha256, DIGEST_SHA256)

static void add_checksum(void *context, const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += data[i];
	*(uint32_t *)context += sum;
}

/* CRC-32 as zlib computes it, which takes it up where it stopped. */
static void add_crc(void *context, const uint8_t *data, size_t len)
{
	*(uint32_t *)context = (uint32_t)crc32_z(*(uint32_t *)context, data, len);
}

static struct value sum_of_range(const struct module_call *call, enum function_id id, byte_fn *add)
{
	struct byte_range range;
	uint32_t sum = 0;

	if (!byte_range(call, call->args[0].integer, call->args[1].integer, &range))
		return VALUE_OF_UNDEFINED;
	const uint32_t *known = module_cache_get(call->facts, id, range);
	if (known != NULL)
		return value_int(*known);
	enum value_kind reached = byte_each(call, range, add, &sum);
	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	uint32_t *kept = module_cache_put(call->facts, id, range, sizeof sum);
	if (kept != NULL)
		*kept = sum;
	return value_int(sum);
}

static struct value sum_of_text(const struct module_call *call, byte_fn *add)
{
	struct str text = call->args[0].text;
	uint32_t sum = 0;

	if (!call->host->charge(call->host, text.len))
		return VALUE_OF_UNKNOWN;
	if (text.len > 0)
		add(&sum, (const uint8_t *)text.data, text.len);
	return value_int(sum);
}

struct value call_hash_checksum32(struct module_call *call)
{
	return sum_of_range(call, FUNCTION_hash_checksum32, add_checksum);
}

struct value call_hash_checksum32_text(struct module_call *call)
{
	return sum_of_text(call, add_checksum);
}

struct value call_hash_crc32(struct module_call *call)
{
	return sum_of_range(call, FUNCTION_hash_crc32, add_crc);
}

struct value call_hash_crc32_text(struct module_call *call)
{
	return sum_of_text(call, add_crc);
}
