/*
 * Lists of digests.
 */
#include "signature-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct source_text unnamed = {STR("a"), text};

	(void)front_for(&unnamed);
	fuzz_source("a.sha256", text, true);
	return 0;
}
