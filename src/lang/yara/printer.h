/*
 * Writing a YARA source in the one style of "candor rules fmt".
 */
#pragma once

#include "base/buf.h"
#include "lang/yara/ast.h"

/**
 * Append the first file of `ast` with its comments, which yara_parse() read
 * without an error. What is written reads as the same tree, and is written
 * again as it is. See `to->bad` for what did not fit.
 */
void yara_print(struct buf *to, const struct ast *ast);
