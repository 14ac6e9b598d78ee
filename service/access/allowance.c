/* allowance.c - how much one caller may ask for in a minute, over all loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/allowance.h"

#include "core/hash.h"

#include <stdatomic.h>
#include <string.h>

enum { SETS = 16384, WAYS = 4, SECOND_NS = 1000000000 };

static const int64_t minute_ns = 60 * (int64_t)SECOND_NS;

/* One caller's allowance is one number: the time at which it is full again. Two callers that race
   for a free place cost each other at most what they have used. */
struct place {
    _Atomic uint64_t owner;
    _Atomic int64_t full_ns;
};

struct allowances {
    struct hash_seed seed;
    struct place sets[SETS][WAYS];
};

struct allowances *allowances_make(struct arena *arena)
{
    struct allowances *allowances = arena_alloc(arena, sizeof *allowances);
    if (allowances != NULL)
        allowances->seed = hash_seed_make();
    return allowances;
}

static uint64_t owner_of(const struct allowances *allowances, const struct claim *claim)
{
    const uint64_t hash[2] = {hash_bytes(&allowances->seed, claim->purpose, strlen(claim->purpose)),
                              hash_bytes(&allowances->seed, claim->who, claim->size)};
    return hash_bytes(&allowances->seed, hash, sizeof hash) | 1;
}

/* The owner's place, else the one that has been full the longest, whose owner loses nothing unless
   every place of the set is in use. */
static struct place *place_of(struct allowances *allowances, uint64_t owner)
{
    struct place *set = allowances->sets[(owner >> 1) % SETS];
    struct place *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (atomic_load_explicit(&set[i].owner, memory_order_relaxed) == owner)
            return &set[i];
        if (atomic_load_explicit(&set[i].full_ns, memory_order_relaxed) <
            atomic_load_explicit(&oldest->full_ns, memory_order_relaxed))
            oldest = &set[i];
    }
    atomic_store_explicit(&oldest->owner, owner, memory_order_relaxed);
    atomic_store_explicit(&oldest->full_ns, 0, memory_order_relaxed);
    return oldest;
}

static int seconds_up(int64_t ns)
{
    return (int)((ns + SECOND_NS - 1) / SECOND_NS);
}

bool allowance_take(struct allowances *allowances, const struct claim *claim, int per_minute,
                    int64_t now_ns, struct quota *quota)
{
    if (per_minute == 0)
        return true;
    const int64_t each_ns = minute_ns / per_minute;
    struct place *place = place_of(allowances, owner_of(allowances, claim));
    int64_t full_ns = atomic_load_explicit(&place->full_ns, memory_order_relaxed);
    int64_t from_ns = 0;
    bool taken = false;
    do {
        from_ns = full_ns > now_ns ? full_ns : now_ns;
        taken = from_ns + each_ns - now_ns <= minute_ns;
    } while (taken &&
             !atomic_compare_exchange_weak_explicit(&place->full_ns, &full_ns, from_ns + each_ns,
                                                    memory_order_relaxed, memory_order_relaxed));
    const int64_t used_ns = from_ns - now_ns + (taken ? each_ns : 0);
    *quota = (struct quota){.limit = per_minute,
                            .remaining = (int)((minute_ns - used_ns) / each_ns),
                            .reset_s = seconds_up(used_ns),
                            .retry_s = taken ? 0 : seconds_up(used_ns + each_ns - minute_ns)};
    return taken;
}
