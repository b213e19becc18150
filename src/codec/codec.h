/*
 * Decompression, one signature for all: an input, a place in it, a sink.
 *
 * One codec is one file here and one row in codecs.def. A codec knows a
 * compressed stream and nothing of the container around it. It holds constant
 * memory whatever the stream says, and hands out what it decoded before it
 * looks at more of the input, so that damage costs only what lies behind it.
 */
#pragma once

#include "base/input.h"

/*
 * Where decoded bytes go. Both calls may return E_LIMIT: no more is wanted.
 * Then, and on every other failure of a call, decode() returns that status at once.
 */
struct codec_sink {
	enum status (*write)(struct codec_sink *out, const void *data, size_t len);
	/* `len` more bytes of the input were looked at; a stream can be long and yield nothing. */
	enum status (*progress)(struct codec_sink *out, size_t len);
};

struct codec {
	const char *name;
	/*
	 * Decode the stream that starts at `at` of `in`. *ret_end is the offset
	 * behind it, set when the whole stream was decoded. E_TRUNCATED when the
	 * input ends inside the stream, E_MALFORMED when it is none; what was
	 * decoded until then has been written.
	 */
	enum status (*decode)(struct input *in, uint64_t at, struct codec_sink *out,
			      uint64_t *ret_end, struct error *e);
};

#define CODEC(name) extern const struct codec codec_##name;
#include "codec/codecs.def"
#undef CODEC

/** All rows, ended by NULL. */
const struct codec *const *codec_all(void);
