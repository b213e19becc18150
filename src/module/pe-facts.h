/*
 * What the functions of the pe module share: facts of PE files, and how names
 * are compared.
 */
#pragma once

#include "module/module.h"

enum { PE_FLAG_DLL = 0x2000, PE_MAGIC_64 = 0x20b };

/* What YARA reads where a language has no number. */
#define PE_UNDEFINED_LANGUAGE UINT64_C(0xfffabadafabadaff)

/** See to it that the facts of `part` are there; false: *ret is what the function returns. */
bool pe_needs(struct module_call *call, enum fact_part part, struct value *ret);

char ascii_lower(char c);

/** Whether two texts are the same but for the case of ASCII letters. */
bool text_eq_nocase(struct str a, struct str b);
