/* merkle.c - the tree of RFC 6962 section 2.1 over the leaves of the log, read tile by tile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/merkle.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* The leaves from one index up to, not including, another: a node of the tree. */
struct range {
    uint64_t first;
    uint64_t end;
};

struct ranges {
    struct range list[MERKLE_PROOF_MAX];
    size_t count;
};

/* ---------------------------------------------------------------- hashes */

struct merkle_hash merkle_leaf(const void *leaf, size_t bytes)
{
    static const unsigned char prefix = 0x00;
    struct merkle_hash hash;
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, &prefix, 1);
    (void)crypto_hash_sha256_update(&state, leaf, bytes);
    (void)crypto_hash_sha256_final(&state, hash.bytes);
    return hash;
}

struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right)
{
    unsigned char bytes[1 + 2 * MERKLE_HASH_BYTES] = {0x01};
    struct merkle_hash hash;
    memcpy(bytes + 1, left->bytes, MERKLE_HASH_BYTES);
    memcpy(bytes + 1 + MERKLE_HASH_BYTES, right->bytes, MERKLE_HASH_BYTES);
    (void)crypto_hash_sha256(hash.bytes, bytes, sizeof bytes);
    return hash;
}

/* Pairs of a row make the next row, and one that is left over moves up as it is: the same tree that
   the RFC makes from the top, by splitting at the largest power of two. */
struct merkle_hash merkle_join(const struct merkle_hash *hashes, size_t count)
{
    struct merkle_hash row[MERKLE_TILE_WIDTH];
    assert(count <= MERKLE_TILE_WIDTH);
    if (count == 0) {
        (void)crypto_hash_sha256(row[0].bytes, NULL, 0);
        return row[0];
    }
    memcpy(row, hashes, count * sizeof *hashes);
    for (size_t width = count; width > 1; width = (width + 1) / 2) {
        for (size_t i = 0; i < width / 2; i++)
            row[i] = merkle_node(&row[2 * i], &row[2 * i + 1]);
        if (width % 2 == 1)
            row[width / 2] = row[width - 1];
    }
    return row[0];
}

bool merkle_is_equal(const struct merkle_hash *one, const struct merkle_hash *other)
{
    return memcmp(one->bytes, other->bytes, MERKLE_HASH_BYTES) == 0;
}

/* ---------------------------------------------------------------- reading the tree */

/* First leaf of the tile of this level that holds the last leaf before end. */
static uint64_t tile_start(unsigned level, uint64_t end)
{
    const unsigned bits = MERKLE_TILE_HEIGHT * (level + 1);
    return bits >= 64 ? 0 : (end - 1) >> bits << bits;
}

/* The root over a node's leaves. From the right edge upwards, each level gives the hashes its last
   tile has in the range, and what was found below them stands behind them as one more: it is
   smaller than they are, so the tree over all of them is the same. One read for each level at most.
 */
static bool range_root(const struct merkle_source *source, struct range range,
                       struct merkle_hash *root)
{
    struct merkle_hash hashes[MERKLE_TILE_WIDTH];
    bool is_found = false;
    for (unsigned level = 0; range.first < range.end; level++) {
        const uint64_t tile = tile_start(level, range.end);
        const uint64_t first = tile > range.first ? tile : range.first;
        size_t count = (size_t)((range.end - first) >> (MERKLE_TILE_HEIGHT * level));
        /* A full tile is one hash further up. */
        if (count == MERKLE_TILE_WIDTH)
            continue;
        assert(level < MERKLE_LEVELS_MAX && count < MERKLE_TILE_WIDTH);
        if (!source->read(source->owner, level, first >> (MERKLE_TILE_HEIGHT * level), count,
                          hashes))
            return false;
        if (is_found)
            hashes[count++] = *root;
        *root = merkle_join(hashes, count);
        is_found = true;
        range.end = first;
    }
    return true;
}

/* What was found from the root down is the proof from the leaf up. */
static bool read_proof(const struct merkle_source *source, const struct ranges *ranges,
                       struct merkle_proof *proof)
{
    proof->count = 0;
    for (size_t i = ranges->count; i-- > 0; proof->count++)
        if (!range_root(source, ranges->list[i], &proof->hashes[proof->count]))
            return false;
    return true;
}

/* How many leaves the left child of a node has: the largest power of two below them all. */
static uint64_t left_size(struct range node)
{
    uint64_t left = 1;
    while (left < node.end - node.first - left)
        left *= 2;
    return left;
}

/* Goes from a node to the child with the leaf, and notes down the other child. */
static void descend(struct range *node, uint64_t index, struct ranges *others)
{
    const uint64_t middle = node->first + left_size(*node);
    const bool is_left = index < middle;
    const struct range left = {node->first, middle};
    const struct range right = {middle, node->end};
    others->list[others->count++] = is_left ? right : left;
    *node = is_left ? left : right;
}

bool merkle_root(const struct merkle_source *source, uint64_t size, struct merkle_hash *root)
{
    *root = merkle_join(NULL, 0);
    return size <= INT64_MAX && range_root(source, (struct range){0, size}, root);
}

bool merkle_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                      struct merkle_proof *proof)
{
    struct range node = {0, size};
    struct ranges siblings = {.count = 0};
    proof->count = 0;
    if (index >= size || size > INT64_MAX)
        return false;
    while (node.end - node.first > 1)
        descend(&node, index, &siblings);
    return read_proof(source, &siblings, proof);
}

bool merkle_consistency(const struct merkle_source *source, uint64_t old, uint64_t size,
                        struct merkle_proof *proof)
{
    struct range node = {0, size};
    struct ranges parts = {.count = 0};
    proof->count = 0;
    if (old > size || size > INT64_MAX)
        return false;
    if (old == 0 || old == size)
        return true;
    while (node.end != old)
        descend(&node, old - 1, &parts);
    /* The old tree itself is known to whoever asks. */
    if (node.first > 0)
        parts.list[parts.count++] = node;
    return read_proof(source, &parts, proof);
}

/* ---------------------------------------------------------------- checking what was read */

/* RFC 9162 section 2.1.3.2. */
bool merkle_includes(const struct merkle_proof *proof, const struct merkle_hash *leaf,
                     uint64_t index, uint64_t size, const struct merkle_hash *root)
{
    struct merkle_hash hash = *leaf;
    if (index >= size)
        return false;
    uint64_t last = size - 1;
    for (size_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return false;
        if (index % 2 == 1 || index == last) {
            hash = merkle_node(&proof->hashes[i], &hash);
            for (; index % 2 == 0 && index > 0; index /= 2)
                last /= 2;
        } else {
            hash = merkle_node(&hash, &proof->hashes[i]);
        }
        index /= 2;
        last /= 2;
    }
    return last == 0 && merkle_is_equal(&hash, root);
}

/* RFC 9162 section 2.1.4.2: from the node where both trees part, one hash is led up to either root.
 */
static bool leads_to_both(const struct merkle_proof *proof, size_t next, struct merkle_hash start,
                          struct range last, const struct merkle_hash *old_root,
                          const struct merkle_hash *root)
{
    struct merkle_hash old_hash = start;
    struct merkle_hash hash = start;
    for (size_t i = next; i < proof->count; i++) {
        if (last.end == 0)
            return false;
        if (last.first % 2 == 1 || last.first == last.end) {
            old_hash = merkle_node(&proof->hashes[i], &old_hash);
            hash = merkle_node(&proof->hashes[i], &hash);
            for (; last.first % 2 == 0 && last.first > 0; last.first /= 2)
                last.end /= 2;
        } else {
            hash = merkle_node(&hash, &proof->hashes[i]);
        }
        last.first /= 2;
        last.end /= 2;
    }
    return last.end == 0 && merkle_is_equal(&old_hash, old_root) && merkle_is_equal(&hash, root);
}

bool merkle_extends(const struct merkle_proof *proof, uint64_t old,
                    const struct merkle_hash *old_root, uint64_t size,
                    const struct merkle_hash *root)
{
    const struct merkle_hash none = merkle_join(NULL, 0);
    if (old > size)
        return false;
    if (old == size)
        return proof->count == 0 && merkle_is_equal(old_root, root);
    if (old == 0)
        return proof->count == 0 && merkle_is_equal(old_root, &none);
    /* The last leaf of either tree, as far up as the old one is a right child. */
    struct range last = {old - 1, size - 1};
    for (; last.first % 2 == 1; last.first /= 2)
        last.end /= 2;
    /* An old tree without an edge is itself the node where they part. */
    if (last.first == 0)
        return leads_to_both(proof, 0, *old_root, last, old_root, root);
    return proof->count > 0 && leads_to_both(proof, 1, proof->hashes[0], last, old_root, root);
}
