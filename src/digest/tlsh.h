/*
 * TLSH, a locality-sensitive digest: Oliver, Cheng, Chen, "TLSH - A Locality
 * Sensitive Hash" (2013), with 128 buckets, a checksum of one byte and the
 * version "T1". Inputs that resemble each other have digests that do.
 */
#pragma once

#include "base/str.h"

enum { TLSH_TEXT_BYTES = 2 + 2 * 35 + 1 };

/**
 * Write the digest of `data`, "T1" and 70 upper-case hex digits and a NUL. False
 * when the data has no digest: less than 50 bytes, or too little variety.
 */
bool tlsh_once(struct str data, char *to);
