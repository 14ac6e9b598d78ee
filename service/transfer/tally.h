/* tally.h - sums of decimals by key: totals, and what charts draw. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/decimal.h"
#include "core/hash.h"

#include <stdbool.h>
#include <stddef.h>

enum { TALLY_KEYS = 3 };

/* One sum. It tells only what it knows of: cells that were null are counted instead. */
struct sum {
    struct decimal value;
    size_t missing;
    bool broken; /* a cell was no decimal, or the sum has too many digits: there is no sum */
};

struct tally_entry {
    const char *key[TALLY_KEYS]; /* NULL is a key too */
    size_t rows;                 /* that went into it, where somebody counts them */
    struct sum *sums;
};

/* Everything lives in the arena. Entries are in the order in which their keys came. */
struct tally {
    struct arena *arena;
    size_t keys;
    size_t values;
    struct tally_entry *entries;
    size_t count;
    size_t room;
    size_t *slots; /* by hash: the entry's number and one */
    size_t slot_count;
    struct hash_seed seed;
};

/* An empty tally with so many keys and values for each entry. */
struct tally tally_make(struct arena *arena, size_t keys, size_t values);
/* The entry with these keys, made when there is none; NULL when memory is short. */
struct tally_entry *tally_find(struct tally *tally, const char *const key[TALLY_KEYS]);
/* The entry with these keys; NULL when there is none. */
const struct tally_entry *tally_get(const struct tally *tally, const char *const key[TALLY_KEYS]);
/* Adds a cell, which may be NULL. */
void sum_add(struct sum *sum, const char *cell);
/* Adds another sum. */
void sum_join(struct sum *sum, const struct sum *more);
