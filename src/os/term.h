/*
 * Terminals and the standard descriptors.
 */
#pragma once

#include <stdbool.h>

#include "base/str.h"

/**
 * Make sure that descriptors 0 to 2 are open, so that a file that is opened
 * later never becomes the place where messages go. False when that fails.
 */
bool term_standard_descriptors(void);

/** Whether `fd` is a terminal that understands cursor movement. */
bool term_is_live(int fd);

/** Whether colour may be used on `fd`: a live terminal, and no NO_COLOR (no-color.org). */
bool term_has_colour(int fd);

/** Whether `fd` is a pipe or socket that nobody reads any more. */
bool term_reader_gone(int fd);

/** Columns of the terminal now; 80 when it does not say. */
unsigned term_columns(int fd);

/** Columns that `s` takes; each invalid byte and each unprintable character counts as one. */
size_t term_width(struct str s);

/** The longest end of `s` (from a character's start) that takes at most `columns`. */
struct str term_tail(struct str s, size_t columns);
