/* crowd.c - how many connections each address has, over all loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/crowd.h"

#include "core/hash.h"

#include <stdatomic.h>
#include <stdint.h>

/* A count-min sketch: an address counts in one place of each row, and the least of them is it. */
enum { ROWS = 3, PLACES = 4096, PLACE_BITS = 12 };

struct crowd {
    struct hash_seed seed;
    atomic_uint rows[ROWS][PLACES];
};

struct crowd *crowd_make(struct arena *arena)
{
    struct crowd *crowd = arena_alloc(arena, sizeof *crowd);
    if (crowd != NULL)
        crowd->seed = hash_seed_make();
    return crowd;
}

static uint64_t hash_of(const struct crowd *crowd, const struct address *address)
{
    const struct address network = address_network(address);
    return hash_bytes(&crowd->seed, network.bytes, sizeof network.bytes);
}

static size_t place(uint64_t hash, unsigned row)
{
    return (size_t)(hash >> (row * PLACE_BITS)) % PLACES;
}

unsigned crowd_count(const struct crowd *crowd, const struct address *address)
{
    const uint64_t hash = hash_of(crowd, address);
    unsigned least = UINT32_MAX;
    for (unsigned row = 0; row < ROWS; row++) {
        const unsigned count =
            atomic_load_explicit(&crowd->rows[row][place(hash, row)], memory_order_relaxed);
        least = count < least ? count : least;
    }
    return least;
}

void crowd_join(struct crowd *crowd, const struct address *address)
{
    const uint64_t hash = hash_of(crowd, address);
    for (unsigned row = 0; row < ROWS; row++)
        (void)atomic_fetch_add_explicit(&crowd->rows[row][place(hash, row)], 1,
                                        memory_order_relaxed);
}

void crowd_leave(struct crowd *crowd, const struct address *address)
{
    const uint64_t hash = hash_of(crowd, address);
    for (unsigned row = 0; row < ROWS; row++)
        (void)atomic_fetch_sub_explicit(&crowd->rows[row][place(hash, row)], 1,
                                        memory_order_relaxed);
}
