#include "codec/codec.h"

static const struct codec *const all[] = {
#define CODEC(name) &codec_##name,
#include "codec/codecs.def"
#undef CODEC
	NULL,
};

const struct codec *const *codec_all(void)
{
	return all;
}
