/* merkle.h - the tree of RFC 6962 section 2.1 over the leaves of the log, read tile by tile. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MERKLE_HASH_BYTES = 32,  /* SHA-256 */
    MERKLE_TILE_HEIGHT = 8,  /* of the tree in one tile (C2SP tlog-tiles) */
    MERKLE_TILE_WIDTH = 256, /* hashes in a full tile */
    MERKLE_LEVELS_MAX = 8,   /* of tiles: 256^8 leaves are more than there will ever be */
    MERKLE_PROOF_MAX = 64    /* hashes in one proof */
};

struct merkle_hash {
    unsigned char bytes[MERKLE_HASH_BYTES];
};

/* Where a tree's hashes are read. A hash of level L is the root over 256^L leaves, level 0 holds
   the leaf hashes. */
struct merkle_source {
    /* Fills in count hashes of the level from the one at index first on; never more than a tile
       has, nor from two tiles. False when they cannot be had. */
    bool (*read)(void *owner, unsigned level, uint64_t first, size_t count,
                 struct merkle_hash *hashes);
    void *owner;
};

struct merkle_proof {
    struct merkle_hash hashes[MERKLE_PROOF_MAX];
    size_t count;
};

/* SHA-256 of 0x00 and the leaf. */
struct merkle_hash merkle_leaf(const void *leaf, size_t bytes);
/* SHA-256 of 0x01 and both hashes. */
struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right);
/* The root over 0 to MERKLE_TILE_WIDTH subtrees of equal size; over none it is SHA-256 of "". */
struct merkle_hash merkle_join(const struct merkle_hash *hashes, size_t count);
/* Whether both are the same. */
bool merkle_is_equal(const struct merkle_hash *one, const struct merkle_hash *other);

/* The root of the first size leaves. False when the source fails. */
__attribute__((warn_unused_result)) bool merkle_root(const struct merkle_source *source,
                                                     uint64_t size, struct merkle_hash *root);
/* PATH(index, D[size]) of RFC 6962 section 2.1.1: the hashes from the leaf's sibling up. False when
   index is not below size or the source fails. */
__attribute__((warn_unused_result)) bool merkle_inclusion(const struct merkle_source *source,
                                                          uint64_t index, uint64_t size,
                                                          struct merkle_proof *proof);
/* PROOF(old, D[size]) of RFC 6962 section 2.1.2; empty when old is 0 or size. False when old is
   above size or the source fails. */
__attribute__((warn_unused_result)) bool merkle_consistency(const struct merkle_source *source,
                                                            uint64_t old, uint64_t size,
                                                            struct merkle_proof *proof);
/* Whether the proof shows that the leaf at index belongs to the tree of this size and root. */
__attribute__((warn_unused_result)) bool merkle_includes(const struct merkle_proof *proof,
                                                         const struct merkle_hash *leaf,
                                                         uint64_t index, uint64_t size,
                                                         const struct merkle_hash *root);
/* Whether the proof shows that the tree of size and root begins with that of old and old_root. */
__attribute__((warn_unused_result)) bool
merkle_extends(const struct merkle_proof *proof, uint64_t old, const struct merkle_hash *old_root,
               uint64_t size, const struct merkle_hash *root);
