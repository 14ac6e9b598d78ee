/* fuzz.h - what every fuzz target has in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/exchange.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What must hold for every input. In this build abort() is a finding. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

/* Called by libFuzzer for each input; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as a string in the arena, cut at its first zero. */
static inline char *fuzz_string(struct arena *arena, const uint8_t *data, size_t size)
{
    char *text = arena_copy_bytes(arena, data, size);
    MUST(text != NULL);
    return text;
}

/* An exchange in an arena of its own. */
static inline struct exchange *fuzz_exchange(void)
{
    struct arena *arena = arena_make((size_t)32 << 20);
    MUST(arena != NULL);
    struct exchange *x = arena_alloc(arena, sizeof *x);
    MUST(x != NULL);
    x->arena = arena;
    x->problem = problem_none(arena);
    return x;
}
