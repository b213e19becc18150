/* The two halves of the generator of rules, see yara-rules.h. */
#pragma once

#include "base/error.h"
#include "yara-rules.h"

/** True once in `of` times. */
bool yara_chance(struct yara_maker *m, uint32_t of);

/** 0 .. below - 1. */
uint32_t yara_below(struct yara_maker *m, uint32_t below);

/** Append what stands behind "$_0 = ". */
void yara_make_string(struct yara_maker *m);
