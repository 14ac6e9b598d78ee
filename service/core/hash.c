/* hash.c - where a key goes in a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hash.h"

#include "core/random.h"

#include <string.h>

struct hash_seed hash_seed_make(void)
{
    struct hash_seed seed;
    random_fill(&seed, sizeof seed);
    return seed;
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

uint64_t hash_bytes(const struct hash_seed *seed, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    uint64_t hash = seed->word[0] ^ count;
    while (count > 0) {
        uint64_t word = 0;
        const size_t taken = count < sizeof word ? count : sizeof word;
        memcpy(&word, at, taken);
        hash = mix(hash ^ word) + seed->word[1];
        at += taken;
        count -= taken;
    }
    return mix(hash ^ seed->word[1]);
}
