/*
 * Status codes and positioned errors.
 *
 * A status says whether the work could be done. What was found in the data is
 * never a status: a detection is data in a result (scan/verdict.h).
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define LEN(array) (sizeof(array) / sizeof((array)[0]))

enum status {
	OK = 0,
	E_TRUNCATED,   /* the input ends before what it announces */
	E_MALFORMED,   /* the input contradicts its format */
	E_UNSUPPORTED, /* understood, but this version cannot do it */
	E_ENCRYPTED,   /* cannot be read without a key */
	E_LIMIT,       /* a budget or ceiling ended the work; not E_NOMEM */
	E_SYNTAX,      /* text that does not parse */
	E_NOMEM,       /* the machine has no more memory */
	E_IO,          /* the kernel refused or failed an operation */
	E_DENIED,      /* a permission is missing */
	E_INTERNAL,    /* a defect of this program */
};

/*
 * What went wrong and where. Starts as {0}; the first to notice writes it,
 * nobody on the way up overwrites it.
 */
struct error {
	enum status code;
	uint64_t at;        /* byte offset in the input */
	uint32_t line, col; /* from 1; 0 when the input is binary */
	char text[120];     /* impersonal, one line, no trailing dot */
};

/**
 * Describe a failure at byte offset `at`, unless `e` is NULL or holds one already.
 * Returns `code`, so that callers can write `return error_at(...)`.
 */
enum status error_at(struct error *e, enum status code, uint64_t at, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/** Like error_at() for text input: `line` and `col` count from 1. */
enum status error_text(struct error *e, enum status code, uint32_t line, uint32_t col,
		       const char *fmt, ...) PRINTF_LIKE(5, 6);

/**
 * Put what the failure is about in front of the text: "SUBJECT: what went wrong".
 * Of a long subject the end is kept. An error without a text gets the name of
 * `code`. Returns `code`.
 */
enum status error_about(struct error *e, enum status code, const char *subject);

/** The name of a status in lower case ("truncated"). Never NULL. */
const char *status_name(enum status code);
