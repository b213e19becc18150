/*
 * Text of ClamAV's signature files. The first byte chooses the kind of file.
 */
#include "signature-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *name;
		bool by_line;
	} kinds[] = {
		{"a.ndb", true}, {"a.ldb", true}, {"a.hdb", true},  {"a.mdb", true},
		{"a.fp", true},  {"a.ldu", true}, {"a.ign2", true}, {"a.ftm", true},
		{"a.db", true},  {"a.cbc", false},
	};

	if (size == 0)
		return 0;
	size_t kind = data[0] % LEN(kinds);
	fuzz_source(kinds[kind].name, (struct str){(const char *)data + 1, size - 1},
		    kinds[kind].by_line);
	return 0;
}
