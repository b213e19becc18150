/*
 * Work that goes on beside: in a child with a low priority, which tells its
 * progress through shared memory and hardly delays its parent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct background;

/**
 * Start work(ctx, shared) in a copy of the process, with `size` zeroed bytes of
 * memory that both see (use atomics there). NULL when that cannot be: it is
 * never essential. The child ends with work(), with its parent, or in
 * background_stop().
 */
struct background *background_start(void (*work)(void *ctx, void *shared), void *ctx, size_t size);

void *background_shared(const struct background *b);

/** End it, done or not. NULL is allowed. */
void background_stop(struct background *b);
