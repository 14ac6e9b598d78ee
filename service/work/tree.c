/* tree.c - the sealer's view of the tree: its right edge in memory, the rest in the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/tree.h"

#include "core/number.h"
#include "engine/ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_BYTES = 24 };

static bool fail(const struct tree *tree, const char *why)
{
    (void)snprintf(tree->reason, tree->reason_bytes, "%s", why);
    return false;
}

char *tree_bytea(struct arena *arena, const void *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *text = arena_alloc(arena, 2 * count + 3);
    if (text == NULL)
        return NULL;
    char *to = text;
    *to++ = '\\';
    *to++ = 'x';
    for (size_t i = 0; i < count; i++) {
        *to++ = digits[from[i] >> 4];
        *to++ = digits[from[i] & 15];
    }
    return text;
}

static uint64_t hashes_at(uint64_t size, unsigned level)
{
    return size >> (level * MERKLE_TILE_HEIGHT);
}

/* ---------------------------------------------------------------- reading */

static bool take_hashes(const PGresult *result, size_t count, struct merkle_hash *hashes)
{
    size_t bytes = 0;
    if (PQntuples(result) != 1 || PQgetisnull(result, 0, 0))
        return false;
    unsigned char *given = PQunescapeBytea((const unsigned char *)PQgetvalue(result, 0, 0), &bytes);
    const bool whole = given != NULL && bytes == count * sizeof *hashes;
    if (whole)
        memcpy(hashes, given, bytes);
    PQfreemem(given);
    return whole;
}

static bool ask_hashes(struct tree *tree, unsigned level, uint64_t first, size_t count,
                       struct merkle_hash *hashes)
{
    char words[3][NUMBER_BYTES];
    const char *const values[] = {words[0], words[1], words[2]};
    (void)snprintf(words[0], NUMBER_BYTES, "%u", level);
    (void)snprintf(words[1], NUMBER_BYTES, "%" PRIu64, first);
    (void)snprintf(words[2], NUMBER_BYTES, "%zu", count);
    PGresult *result = ask(tree->db, "SELECT ledger_hashes($1, $2, $3)", 3, values);
    bool good = ask_is_good(result, tree->reason, tree->reason_bytes);
    if (good && !take_hashes(result, count, hashes)) {
        (void)snprintf(tree->reason, tree->reason_bytes,
                       "the database lacks hashes of the tree: level %u, from %" PRIu64 ", %zu",
                       level, first, count);
        good = false;
    }
    PQclear(result);
    return good;
}

static bool read_hashes(void *owner, unsigned level, uint64_t first, size_t count,
                        struct merkle_hash *hashes)
{
    struct tree *tree = owner;
    const uint64_t there = hashes_at(tree->size, level);
    if (level >= MERKLE_LEVELS_MAX || first + count > there)
        return fail(tree, "hashes beyond the tree were asked for");
    if (first / MERKLE_TILE_WIDTH < there / MERKLE_TILE_WIDTH)
        return ask_hashes(tree, level, first, count, hashes);
    memcpy(hashes, &tree->edge[level][first % MERKLE_TILE_WIDTH], count * sizeof *hashes);
    return true;
}

struct merkle_source tree_source(struct tree *tree)
{
    return (struct merkle_source){.read = read_hashes, .owner = tree};
}

/* ---------------------------------------------------------------- loading */

static bool count_tiles(struct tree *tree, uint64_t *tiles)
{
    PGresult *result = ask(tree->db,
                           "SELECT coalesce(max(t.tile_index) + 1, 0) FROM ledger_tile AS t"
                           " WHERE t.level = 0",
                           0, NULL);
    int64_t count = 0;
    bool good = ask_is_good(result, tree->reason, tree->reason_bytes);
    if (good && !number_parse(PQgetvalue(result, 0, 0), 0, INT64_MAX, &count))
        good = fail(tree, "the database counts tiles in a way that is not understood");
    *tiles = (uint64_t)count;
    PQclear(result);
    return good;
}

bool tree_load(struct tree *tree, PGconn *db)
{
    uint64_t tiles = 0;
    tree->db = db;
    if (!count_tiles(tree, &tiles))
        return false;
    tree->size = tiles * MERKLE_TILE_WIDTH;
    for (unsigned level = 1; level < MERKLE_LEVELS_MAX; level++) {
        const uint64_t there = hashes_at(tree->size, level);
        const size_t over = (size_t)(there % MERKLE_TILE_WIDTH);
        if (over > 0 && !ask_hashes(tree, level, there - over, over, tree->edge[level]))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- growing */

static bool keep_tile(struct tree *tree, unsigned level, uint64_t index,
                      const struct merkle_hash *root)
{
    char words[2][NUMBER_BYTES];
    const char *const values[] = {
        words[0], words[1], tree_bytea(tree->arena, tree->edge[level], sizeof tree->edge[level]),
        tree_bytea(tree->arena, root, sizeof *root)};
    if (values[2] == NULL || values[3] == NULL)
        return fail(tree, "out of memory");
    (void)snprintf(words[0], NUMBER_BYTES, "%u", level);
    (void)snprintf(words[1], NUMBER_BYTES, "%" PRIu64, index);
    PGresult *result = ask(tree->db, "SELECT ledger_tile_add($1, $2, $3, $4)", 4, values);
    const bool good = ask_is_good(result, tree->reason, tree->reason_bytes);
    PQclear(result);
    return good;
}

static bool append_one(struct tree *tree, const struct merkle_hash *hash)
{
    struct merkle_hash up = *hash;
    tree->edge[0][tree->size % MERKLE_TILE_WIDTH] = up;
    tree->size++;
    for (unsigned level = 0; hashes_at(tree->size, level) % MERKLE_TILE_WIDTH == 0; level++) {
        const uint64_t index = hashes_at(tree->size, level + 1) - 1;
        if (level + 1 == MERKLE_LEVELS_MAX)
            return fail(tree, "the tree is full");
        up = merkle_join(tree->edge[level], MERKLE_TILE_WIDTH);
        if (!keep_tile(tree, level, index, &up))
            return false;
        tree->edge[level + 1][index % MERKLE_TILE_WIDTH] = up;
    }
    return true;
}

bool tree_append(struct tree *tree, const struct merkle_hash *hashes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!append_one(tree, &hashes[i]))
            return false;
    return true;
}
