/* tally.c - sums of decimals by key: totals, and what charts draw. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/tally.h"

#include <string.h>

enum { ROOM_FIRST = 16, SLOTS_PER_ENTRY = 2 };

struct tally tally_make(struct arena *arena, size_t keys, size_t values)
{
    const struct tally tally = {
        .arena = arena, .keys = keys, .values = values, .seed = hash_seed_make()};
    return tally;
}

static uint64_t hash_of(const struct tally *tally, const char *const *key)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < tally->keys; i++) {
        hash = hash << 7 | hash >> 57;
        if (key[i] != NULL)
            hash ^= hash_bytes(&tally->seed, key[i], strlen(key[i]) + 1);
    }
    return hash;
}

static bool is_same(const struct tally *tally, const char *const *a, const char *const *b)
{
    for (size_t i = 0; i < tally->keys; i++)
        if ((a[i] == NULL) != (b[i] == NULL) || (a[i] != NULL && strcmp(a[i], b[i]) != 0))
            return false;
    return true;
}

/* The slot of the entry with this key, or the empty one where it belongs. */
static size_t *find_slot(const struct tally *tally, const char *const *key)
{
    size_t at = hash_of(tally, key) & (tally->slot_count - 1);
    while (tally->slots[at] != 0 && !is_same(tally, tally->entries[tally->slots[at] - 1].key, key))
        at = (at + 1) & (tally->slot_count - 1);
    return &tally->slots[at];
}

static bool grow(struct tally *tally)
{
    const size_t room = tally->room == 0 ? ROOM_FIRST : 2 * tally->room;
    struct tally_entry *entries = arena_alloc(tally->arena, room * sizeof *entries);
    size_t *slots = arena_alloc(tally->arena, SLOTS_PER_ENTRY * room * sizeof *slots);
    if (entries == NULL || slots == NULL)
        return false;
    if (tally->count > 0)
        memcpy(entries, tally->entries, tally->count * sizeof *entries);
    tally->entries = entries;
    tally->slots = slots;
    tally->room = room;
    tally->slot_count = SLOTS_PER_ENTRY * room;
    for (size_t i = 0; i < tally->count; i++)
        *find_slot(tally, entries[i].key) = i + 1;
    return true;
}

struct tally_entry *tally_find(struct tally *tally, const char *const key[TALLY_KEYS])
{
    if (tally->count == tally->room && !grow(tally))
        return NULL;
    size_t *slot = find_slot(tally, key);
    if (*slot != 0)
        return &tally->entries[*slot - 1];
    struct tally_entry made = {.sums =
                                   arena_alloc(tally->arena, tally->values * sizeof(struct sum))};
    if (made.sums == NULL)
        return NULL;
    for (size_t i = 0; i < tally->keys; i++) {
        made.key[i] = key[i] != NULL ? arena_copy(tally->arena, key[i]) : NULL;
        if (key[i] != NULL && made.key[i] == NULL)
            return NULL;
    }
    tally->entries[tally->count] = made;
    *slot = ++tally->count;
    return &tally->entries[tally->count - 1];
}

const struct tally_entry *tally_get(const struct tally *tally, const char *const key[TALLY_KEYS])
{
    const size_t slot = tally->count > 0 ? *find_slot(tally, key) : 0;
    return slot != 0 ? &tally->entries[slot - 1] : NULL;
}

void sum_add(struct sum *sum, const char *cell)
{
    struct decimal decimal;
    if (cell == NULL)
        sum->missing++;
    else if (!decimal_parse(cell, &decimal) || !decimal_add(&sum->value, &decimal))
        sum->broken = true;
}

void sum_join(struct sum *sum, const struct sum *more)
{
    sum->missing += more->missing;
    if (more->broken || !decimal_add(&sum->value, &more->value))
        sum->broken = true;
}
