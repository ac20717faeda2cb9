/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_SANITIZED_H
#define VW_TESTS_UNIT_SANITIZED_H

/* SANITIZED: is this a build with AddressSanitizer? Said by the compiler, as GCC and as clang do. */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#endif
