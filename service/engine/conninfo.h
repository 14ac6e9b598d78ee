/* conninfo.h - the base connection string, made that of one lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"

#include <stddef.h>

enum { CONNINFO_WORDS_MAX = 64 };

/* Parallel arrays as PQconnectStartParams takes them, ended by NULL; lives in the arena. */
struct conninfo {
    const char *keywords[CONNINFO_WORDS_MAX + 1];
    const char *values[CONNINFO_WORDS_MAX + 1];
};

/* What a lane changes in the base string. */
struct conninfo_lane {
    const char *name; /* "write": application_name is aidledger-write */
    const char *role; /* database role; NULL keeps the base string's user */
    int timeout_ms;   /* statement_timeout, 0: none */
    bool read_only;
    const char *plans; /* plan_cache_mode */
};

/* NULL with a reason when the base string cannot be parsed. */
__attribute__((warn_unused_result)) const struct conninfo *
conninfo_make(struct arena *arena, const char *base, const struct conninfo_lane *lane, char *reason,
              size_t reason_bytes);
