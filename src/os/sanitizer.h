/*
 * Whether this is a build with AddressSanitizer, which reserves terabytes of
 * address space, makes system calls of its own and speaks on standard error.
 */
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED
#define SANITIZED 0
#endif
