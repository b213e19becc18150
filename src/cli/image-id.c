#include "cli/image-id.h"

#include "image/layout.h"
#include "os/file.h"

enum { DIGEST_BYTES = (IMAGE_ID_TEXT - 1) / 2 };

bool image_id(int fd, char ret[IMAGE_ID_TEXT])
{
	struct file_input file;
	uint8_t digest[DIGEST_BYTES];

	file_input_init(&file, fd, IMAGE_HEADER_BYTES);
	if (input_exact(&file.in, IMAGE_AT_DIGEST, digest, sizeof digest) != OK)
		return false;
	hex_encode(digest, sizeof digest, ret);
	return true;
}
