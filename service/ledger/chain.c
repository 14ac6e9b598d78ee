/* chain.c - whether the statements about each thing follow each other without gap or fork. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/chain.h"

#include "core/arena.h"
#include "core/hash.h"

#include <string.h>

enum { FIRST_SLOTS = 1024 };

/* The newest statement about an aggregate; version 0: nothing is here. */
struct head {
    unsigned char aggregate[LEAF_UUID_BYTES];
    struct merkle_hash hash;
    uint32_t version;
};

struct chains {
    struct arena *own;
    struct arena *table; /* holds the slots alone, so that they can be given up when they grow */
    struct head *slots;
    size_t slot_count; /* a power of two */
    size_t count;
    struct hash_seed seed;
};

static struct head *find(const struct chains *chains, const unsigned char *aggregate)
{
    size_t at = (size_t)hash_bytes(&chains->seed, aggregate, LEAF_UUID_BYTES);
    for (;; at++) {
        struct head *head = &chains->slots[at & (chains->slot_count - 1)];
        if (head->version == 0 || memcmp(head->aggregate, aggregate, LEAF_UUID_BYTES) == 0)
            return head;
    }
}

/* Twice the room, or the first. */
static bool grow(struct chains *chains)
{
    const struct chains before = *chains;
    const size_t slots = before.slot_count == 0 ? FIRST_SLOTS : 2 * before.slot_count;
    struct arena *table = arena_make(slots * sizeof(struct head) + 64);
    struct head *fresh = table == NULL ? NULL : arena_alloc(table, slots * sizeof *fresh);
    if (fresh == NULL) {
        arena_free(table);
        return false;
    }
    chains->table = table;
    chains->slots = fresh;
    chains->slot_count = slots;
    for (size_t i = 0; i < before.slot_count; i++)
        if (before.slots[i].version > 0)
            *find(chains, before.slots[i].aggregate) = before.slots[i];
    arena_free(before.table);
    return true;
}

struct chains *chains_make(void)
{
    struct arena *own = arena_make(sizeof(struct chains) + 64);
    struct chains *chains = own == NULL ? NULL : arena_alloc(own, sizeof *chains);
    if (chains != NULL) {
        chains->own = own;
        chains->seed = hash_seed_make();
    }
    if (chains != NULL && grow(chains))
        return chains;
    arena_free(own);
    return NULL;
}

void chains_free(struct chains *chains)
{
    if (chains == NULL)
        return;
    arena_free(chains->table);
    arena_free(chains->own);
}

size_t chains_count(const struct chains *chains)
{
    return chains->count;
}

bool chains_add(struct chains *chains, const struct leaf *leaf, const struct merkle_hash *hash,
                const char **reason)
{
    if (2 * chains->count >= chains->slot_count && !grow(chains)) {
        *reason = "there is no memory for the aggregates of so long a log";
        return false;
    }
    struct head *head = find(chains, leaf->aggregate);
    if (leaf->version != head->version + 1) {
        *reason = leaf->version <= head->version
                      ? "its version is one that its aggregate already had"
                      : "versions of its aggregate are missing before it";
        return false;
    }
    if (leaf->has_prev != (head->version > 0) ||
        (leaf->has_prev && !merkle_is_equal(&leaf->prev, &head->hash))) {
        *reason = "its \"prev\" is not the hash of the leaf before about the same aggregate";
        return false;
    }
    if (head->version == 0)
        chains->count++;
    memcpy(head->aggregate, leaf->aggregate, LEAF_UUID_BYTES);
    head->hash = *hash;
    head->version = leaf->version;
    return true;
}
