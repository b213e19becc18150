/*
 * .NET: ECMA-335, partition II. An assembly is a PE whose directory 14 leads
 * to the CLI header (II.25.3.3), which leads to the metadata root (II.24.2.1):
 *
 *	PE … CLI header:  size 72 (4) | runtime (4) | metadata: address, size (8)
 *	                  | flags (4) | entry point (4) | resources: address, size (8) | …
 *	metadata root:    "BSJB" | versions (4) | 0 (4) | length of the version (4)
 *	                  | version, padded | flags (2) | streams (2)
 *	each stream:      offset from the root (4) | size (4) | name, padded to 4
 *
 * #~ has the tables (dotnet-tables.c), #Strings names, #Blob signatures and
 * constants, #US literals as UTF-16, #GUID numbers of 16 bytes.
 */
#include <stdio.h>

#include "format/dotnet.h"
#include "format/parts.h"

enum { CLI_BYTES = 72, CLI_METADATA = 8, CLI_RESOURCES = 24 };
enum { ROOT_BYTES = 16, ROOT_MAGIC = 0x424a5342, VERSION_MAX = 255 };
enum { STREAM_BYTES = 8, STREAM_NAME = 32 };
enum { CHARACTERISTIC_DLL = 0x2000, CLI_DIRECTORY = 14 };
enum { GUID_BYTES = 16, GUIDS_MAX = 16 };

/* The CLI header: where the metadata and the resources are. */
static bool read_cli(struct dotnet *d)
{
	struct reader r;
	int64_t at = dotnet_offset(d, d->directory);

	if (at < 0 || !dotnet_read(d, d->window, (uint64_t)at, CLI_BYTES, &r) ||
	    get_u32le(r.data) != CLI_BYTES)
		return false;
	uint32_t metadata = get_u32le(r.data + CLI_METADATA);
	uint32_t resources = get_u32le(r.data + CLI_RESOURCES);
	int64_t root = dotnet_offset(d, metadata);
	if (root < 0)
		return false;
	d->root = (uint64_t)root;
	d->resources = dotnet_offset(d, resources);
	return true;
}

static bool read_root(struct dotnet *d)
{
	struct reader r;

	if (!dotnet_read(d, d->window, d->root, ROOT_BYTES, &r) || get_u32le(r.data) != ROOT_MAGIC)
		return false;
	d->version_len = get_u32le(r.data + 12);
	return d->version_len != 0 && d->version_len <= VERSION_MAX && d->version_len % 4 == 0 &&
	       range_fits(d->root + ROOT_BYTES, d->version_len, d->in->size);
}

/* Whether Windows starts the runtime for it, as far as YARA looks. */
static bool is_started(struct dotnet *d)
{
	struct reader r;

	if (d->is_64)
		return d->directories >= CLI_DIRECTORY;
	if ((d->characteristics & CHARACTERISTIC_DLL) != 0)
		return true;
	/* a program of 32 bits begins with a jump through the import table */
	int64_t at = dotnet_offset(d, d->entry);
	return at >= 0 && dotnet_read(d, d->window, (uint64_t)at, 2, &r) && r.data[0] == 0xff &&
	       r.data[1] == 0x25;
}

/* The stream header at `at`; *ret_name is good until the next read. */
static bool read_stream(struct dotnet *d, uint64_t at, struct dotnet_stream *ret,
			struct str *ret_name)
{
	struct reader r;

	if (!dotnet_read(d, d->window, at, STREAM_BYTES + STREAM_NAME, &r))
		return false;
	ret->is_there = true;
	ret->at = d->root + reader_u32le(&r);
	ret->size = reader_u32le(&r);
	*ret_name = (struct str){(const char *)r.data + STREAM_BYTES, STREAM_NAME};
	ret_name->len = str_find(*ret_name, '\0');
	return ret_name->len < STREAM_NAME;
}

/* Of streams with the same name the first counts, of #GUID the last. */
static void keep_stream(struct dotnet *d, const struct dotnet_stream *s, struct str name)
{
	const struct {
		struct str name;
		struct dotnet_stream *to;
		bool is_last;
	} kinds[] = {
		{STR("#~"), &d->tables, false},	 {STR("#-"), &d->tables, false},
		{STR("#GUID"), &d->guid, true},	 {STR("#Strings"), &d->strings, false},
		{STR("#Blob"), &d->blob, false}, {STR("#US"), &d->user_strings, false},
	};

	for (size_t i = 0; i < LEN(kinds); i++) {
		if (str_starts(name, kinds[i].name) && (kinds[i].is_last || !kinds[i].to->is_there))
			*kinds[i].to = *s;
	}
}

/* Find the streams and state them if `is_stated`. */
static void read_streams(struct dotnet *d, bool is_stated)
{
	uint64_t at = d->root + ROOT_BYTES + d->version_len + 2;
	struct reader r;
	unsigned i = 0;

	if (!dotnet_read(d, d->window, at, 2, &r))
		return;
	unsigned count = r.data[0]; /* YARA takes one byte of the two */
	for (at += 2; i < count; i++) {
		struct dotnet_stream s;
		struct str name;

		if (!read_stream(d, at, &s, &name))
			break;
		keep_stream(d, &s, name);
		at += STREAM_BYTES + name.len + 4 - name.len % 4;
		if (!is_stated)
			continue;
		dotnet_add(d, GROUP_DOTNET_STREAM);
		dotnet_text(d, FACT_DOTNET_STREAM_NAME, name);
		dotnet_int(d, FACT_DOTNET_STREAM_OFFSET, (int64_t)s.at);
		dotnet_int(d, FACT_DOTNET_STREAM_SIZE, s.size);
	}
	d->is_damaged |= i < count;
	if (is_stated)
		dotnet_int(d, FACT_DOTNET_STREAM_COUNT, i);
}

static void state_version(struct dotnet *d)
{
	struct reader r;

	if (!dotnet_read(d, d->window, d->root + ROOT_BYTES, d->version_len, &r))
		return;
	struct str version = {(const char *)r.data, d->version_len};
	size_t len = str_find(version, '\0');
	if (len < version.len)
		dotnet_text(d, FACT_DOTNET_VERSION, str_first(version, len));
}

static void state_guids(struct dotnet *d)
{
	uint32_t left = d->guid.size, count = 0;
	struct reader r;

	for (; count < GUIDS_MAX && left >= GUID_BYTES; count++, left -= GUID_BYTES) {
		char text[40];

		if (!dotnet_read(d, d->window, d->guid.at + count * GUID_BYTES, GUID_BYTES, &r))
			break;
		int len = snprintf(text, sizeof text, "%08x-%04x-%04x-%02x%02x-", get_u32le(r.data),
				   get_u16le(r.data + 4), get_u16le(r.data + 6), r.data[8],
				   r.data[9]);
		hex_encode(r.data + 10, 6, text + len);
		dotnet_add(d, GROUP_DOTNET_GUID);
		dotnet_text(d, FACT_DOTNET_GUID_TEXT, str_of(text));
	}
	dotnet_int(d, FACT_DOTNET_GUID_COUNT, count);
}

/* The literals in #US; a byte that says something of their characters ends each. */
static void state_user_strings(struct dotnet *d)
{
	uint64_t at = d->user_strings.at, end = at + d->user_strings.size;
	struct dotnet_blob blob;
	struct reader r;
	uint32_t count = 0;

	if (d->user_strings.size == 0 || !range_fits(at, d->user_strings.size, d->in->size) ||
	    !dotnet_read(d, d->blobs, at, 1, &r) || r.data[0] != 0)
		return;
	for (at++; at < end && dotnet_blob_at(d, at, &blob);) {
		/* the last byte is left out, and read as an empty literal after this one */
		uint32_t len = blob.len > 0 ? blob.len - 1 : 0;

		at = blob.at + len;
		if (len == 0)
			continue;
		dotnet_add(d, GROUP_DOTNET_USER_STRING);
		dotnet_bytes(d, FACT_DOTNET_USER_STRING_TEXT, blob.at, len);
		count++;
	}
	dotnet_int(d, FACT_DOTNET_USER_STRING_COUNT, count);
}

/* Find everything up to the tables. `ret_is_pe` is set; false when it is no assembly. */
static bool open(struct dotnet *d, bool is_stated, bool *ret_is_pe)
{
	*ret_is_pe = dotnet_read_pe(d);
	if (!*ret_is_pe || !read_cli(d) || !read_root(d) || !is_started(d))
		return false;
	if (is_stated)
		state_version(d);
	read_streams(d, is_stated);
	if (d->tables.is_there && d->strings.is_there && d->blob.is_there)
		dotnet_find_tables(d);
	d->is_damaged |= !d->is_whole;
	return true;
}

static struct dotnet *dotnet_new(struct input *in, struct fact_set *set, struct error *e)
{
	struct dotnet *d = arena_new_object(set->arena, struct dotnet);

	if (d == NULL)
		return NULL;
	d->in = in;
	d->facts = set;
	d->e = e;
	d->window = window_new(set->arena, in);
	d->names = window_new(set->arena, in);
	d->blobs = window_new(set->arena, in);
	return d->window == NULL || d->names == NULL || d->blobs == NULL ? NULL : d;
}

static enum status outcome(struct dotnet *d)
{
	if (d->status != OK || !d->is_damaged)
		return d->status;
	return error_at(d->e, E_MALFORMED, min_u64(d->root, d->in->size), "metadata is damaged");
}

enum status facts_dotnet(struct input *in, struct fact_set *set, struct error *e)
{
	struct dotnet *d = dotnet_new(in, set, e);
	bool is_pe;

	if (d == NULL)
		return error_at(e, E_LIMIT, 0, "too many facts");
	bool is_assembly = open(d, true, &is_pe);
	if (is_pe)
		dotnet_int(d, FACT_DOTNET_IS, is_assembly);
	if (!is_assembly)
		return d->status != OK ? d->status
				       : error_at(e, E_UNSUPPORTED, 0, "not an assembly");
	if (d->guid.is_there)
		state_guids(d);
	dotnet_state_tables(d);
	if (d->user_strings.is_there)
		state_user_strings(d);
	return outcome(d);
}

enum status facts_dotnet_classes(struct input *in, struct fact_set *set, struct error *e)
{
	struct dotnet *d = dotnet_new(in, set, e);
	bool is_pe;

	if (d == NULL)
		return error_at(e, E_LIMIT, 0, "too many facts");
	if (!open(d, false, &is_pe))
		return d->status != OK ? d->status
				       : error_at(e, E_UNSUPPORTED, 0, "not an assembly");
	if (d->is_whole)
		dotnet_state_classes(d);
	return outcome(d);
}
