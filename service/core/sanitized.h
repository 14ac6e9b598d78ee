/* sanitized.h - whether the program was built with a sanitizer that keeps shadow memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* gcc says so with macros, clang with features. */
#ifdef __has_feature
#define SANITIZED_FEATURE(name) __has_feature(name)
#else
#define SANITIZED_FEATURE(name) 0
#endif

/* Shadow memory is many times what the program asks for: no limit of memory holds there. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ ||                                 \
    SANITIZED_FEATURE(address_sanitizer) || SANITIZED_FEATURE(thread_sanitizer) ||                 \
    SANITIZED_FEATURE(memory_sanitizer)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif
