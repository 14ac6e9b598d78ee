/* hash.h - where a key goes in a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Random, so that nobody outside can choose keys that fall together. */
struct hash_seed {
    uint64_t word[2];
};

/* A fresh seed. */
struct hash_seed hash_seed_make(void);
/* Every bit of it depends on every bit of the bytes and the seed. Not for secrets. */
uint64_t hash_bytes(const struct hash_seed *seed, const void *bytes, size_t count);
