/*
 * Numbers for people.
 */
#pragma once

#include "base/buf.h"

/** 1234567 as "1,234,567". */
void human_count(struct buf *to, uint64_t n);

/** Decimal units, three digits: "999 B", "1.23 kB", "45.6 MB". */
void human_bytes(struct buf *to, uint64_t bytes);

/** "0.004 s", "1.2 s", "3 min 5 s", "2 h 10 min". */
void human_time(struct buf *to, uint64_t ns);

/** n for each second of `ns`; 0 for no time. */
uint64_t human_rate(uint64_t n, uint64_t ns);
