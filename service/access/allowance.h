/* allowance.h - how much one caller may ask for in a minute, over all loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/quota.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shared by every loop; nobody waits for anybody. */
struct allowances;

/* In the arena; NULL when it is full. */
__attribute__((warn_unused_result)) struct allowances *allowances_make(struct arena *arena);

/* Whose allowance, for what: the same bytes have one for each purpose. */
struct claim {
    const char *purpose;
    const void *who;
    size_t size;
};

/* Takes one from an allowance: per_minute at most at once, and refilled evenly (the generic cell
   rate algorithm, ITU-T I.371). False: there is none left, and nothing was taken. Either way quota
   says what is left and when. per_minute 0: no limit, and quota is left alone. */
__attribute__((warn_unused_result)) bool allowance_take(struct allowances *allowances,
                                                        const struct claim *claim, int per_minute,
                                                        int64_t now_ns, struct quota *quota);
