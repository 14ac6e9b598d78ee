/* tree.h - the sealer's view of the tree: its right edge in memory, the rest in the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "ledger/merkle.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree {
    PGconn *db;
    struct arena *arena; /* for questions; what is in it lasts until the caller resets it */
    uint64_t size;
    /* edge[L] holds the hashes of level L that no full tile has yet, from the left: as many as
       size / 256^L leaves over after division by 256. */
    struct merkle_hash edge[MERKLE_LEVELS_MAX][MERKLE_TILE_WIDTH];
    char *reason; /* where a sentence goes when something fails */
    size_t reason_bytes;
};

/* Reads the right edge up to the last full tile of leaves: as far as the tree is certain. False
   with a sentence when the database does not answer, or lacks hashes that it must have. */
__attribute__((warn_unused_result)) bool tree_load(struct tree *tree, PGconn *db);
/* Adds leaf hashes, and in the database's present transaction the tiles that become full. False
   with a sentence. */
__attribute__((warn_unused_result)) bool
tree_append(struct tree *tree, const struct merkle_hash *hashes, size_t count);
/* All of the tree, for roots and proofs. */
struct merkle_source tree_source(struct tree *tree);
/* Bytes as PostgreSQL reads them in text: "\x0a..."; NULL when the arena is full. */
char *tree_bytea(struct arena *arena, const void *bytes, size_t count);
