/* verify_log.c - reads a whole log and computes everything it claims anew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/verify_log.h"

#include "ledger/base64.h"
#include "ledger/chain.h"
#include "ledger/leaf.h"
#include "work/progress.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum {
    WINDOW = 16, /* bundles that are fetched at once, each with its tile of hashes */
    HASH_TEXT_BYTES = 45,
    /* Every entry as long as it may be, and what is lost while texts grow; in truth they are short.
     */
    WINDOW_BYTES = WINDOW * 3 * SOURCE_BUNDLE_MAX
};

/* The hashes of a level that no tile above has taken in yet. */
struct edge {
    struct merkle_hash hashes[MERKLE_TILE_WIDTH];
    unsigned count;
    uint64_t tile; /* whose hashes they are */
};

struct walk {
    struct verify *verify;
    struct arena *window;
    const struct signed_checkpoint *target;
    const struct signed_checkpoint *old; /* NULL without --old */
    struct chains *chains;
    struct sought_report *sought;
    struct edge edges[MERKLE_LEVELS_MAX];
    uint64_t done;
};

/* ---------------------------------------------------------------- the tree */

/* The root over all leaves so far. */
static struct merkle_hash root_so_far(const struct walk *walk)
{
    struct merkle_hash row[MERKLE_TILE_WIDTH + 1];
    struct merkle_hash root = merkle_join(NULL, 0);
    bool is_found = false;
    for (size_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
        const struct edge *edge = &walk->edges[level];
        size_t count = edge->count;
        if (count == 0)
            continue;
        memcpy(row, edge->hashes, count * sizeof row[0]);
        /* What is smaller stands behind; a full row can only be the lowest one. */
        if (is_found)
            row[count++] = root;
        root = merkle_join(row, count);
        is_found = true;
    }
    return root;
}

/* Whether the log's tile holds the hashes that were computed. */
static enum verdict compare_tile(struct walk *walk, int level)
{
    struct verify *verify = walk->verify;
    const struct edge *edge = &walk->edges[level];
    struct source_tile tile = {.level = level, .index = edge->tile, .width = edge->count};
    char name[SOURCE_PATH_BYTES];
    source_tile_name(&tile, name);
    if (!log_source_tiles(verify->source, walk->window, &tile, 1, verify->reason,
                          sizeof verify->reason))
        return VERDICT_UNREAD;
    if (tile.bytes.length == edge->count * sizeof edge->hashes[0] &&
        memcmp(tile.bytes.data, edge->hashes, tile.bytes.length) == 0)
        return VERDICT_VERIFIED;
    return refute(verify, "%s is not what the entries below it give", name);
}

/* A level whose tile is full goes up as one hash. */
static enum verdict carry(struct walk *walk)
{
    enum verdict verdict = VERDICT_VERIFIED;
    for (int level = 0; verdict == VERDICT_VERIFIED && level + 1 < MERKLE_LEVELS_MAX &&
                        walk->edges[level].count == MERKLE_TILE_WIDTH;
         level++) {
        struct edge *edge = &walk->edges[level];
        struct edge *above = &walk->edges[level + 1];
        /* Those of level 0 were compared leaf by leaf. */
        if (level > 0)
            verdict = compare_tile(walk, level);
        above->hashes[above->count++] = merkle_join(edge->hashes, edge->count);
        edge->count = 0;
        edge->tile++;
    }
    return verdict;
}

/* The tiles at the right edge, above the leaves. */
static enum verdict compare_edge(struct walk *walk)
{
    enum verdict verdict = VERDICT_VERIFIED;
    for (int level = 1; level < MERKLE_LEVELS_MAX && verdict == VERDICT_VERIFIED; level++)
        if (walk->edges[level].count > 0)
            verdict = compare_tile(walk, level);
    return verdict;
}

/* ---------------------------------------------------------------- what leaves say */

/* A text of the leaf's public part; NULL when it has none of the name. */
static const char *public_text(const json_t *open, const char *name)
{
    return json_string_value(json_object_get(open, name));
}

/* "vkey" is trusted from here on if the key it was announced with is: its signature is over the new
   key, as the text of a signed note. */
static enum verdict take_key(struct walk *walk, const json_t *open)
{
    struct trust *trust = &walk->verify->trust;
    const char *vkey = public_text(open, "vkey");
    const char *by = public_text(open, "rotated_by");
    const char *signature = public_text(open, "signature");
    struct note *note = arena_alloc(walk->window, sizeof *note);
    struct text text = text_open(walk->window, NOTE_MAX);
    struct note_verifier key;
    struct note_verifier before;
    const char *reason = NULL;
    if (vkey == NULL || by == NULL || signature == NULL || note == NULL ||
        !note_verifier_parse(vkey, &key, &reason) || !note_verifier_parse(by, &before, &reason))
        return refute(walk->verify, "leaf %" PRIu64 " should announce a key, and does not",
                      walk->done);
    bool is_trusted = false;
    for (size_t i = 0; i < trust->count; i++)
        is_trusted =
            is_trusted ||
            (strcmp(trust->keys[i].name, before.name) == 0 && trust->keys[i].type == before.type &&
             memcmp(trust->keys[i].public_key, before.public_key, NOTE_PUBLIC_BYTES) == 0);
    /* Keys from before those that are trusted: nothing follows from them. */
    if (!is_trusted)
        return VERDICT_VERIFIED;
    text_addf(&text, "%s\n\n%s\n", vkey, signature);
    if (strcmp(key.name, walk->target->origin) != 0 || key.type != NOTE_ED25519 ||
        !note_parse(text.data, text.length, note, &reason) ||
        !note_is_signed_by(note, &before, NULL))
        return refute(walk->verify,
                      "leaf %" PRIu64 " announces a key without the signature of the one before",
                      walk->done);
    return trust_add_key(trust, &key) ? VERDICT_VERIFIED
                                      : refute(walk->verify, "the log has too many keys");
}

static enum verdict look_for_report(struct walk *walk, const json_t *open)
{
    const char *sha256 = public_text(open, "sha256");
    if (!walk->sought->is_found && sha256 != NULL && strcmp(sha256, walk->sought->sha256) == 0) {
        walk->sought->is_found = true;
        walk->sought->index = walk->done;
    }
    return VERDICT_VERIFIED;
}

/* The few kinds that say something to a verifier. */
static enum verdict heed(struct walk *walk, const struct leaf *leaf)
{
    const bool is_key = leaf_is(&leaf->kind, "log_key.rotated");
    const bool is_report = walk->sought != NULL && leaf_is(&leaf->kind, "report.issued");
    if (!is_key && !is_report)
        return VERDICT_VERIFIED;
    json_t *open = json_loadb(leaf->open.at, leaf->open.count, 0, NULL);
    const enum verdict verdict = is_key ? take_key(walk, open) : look_for_report(walk, open);
    json_decref(open);
    return verdict;
}

/* ---------------------------------------------------------------- leaf by leaf */

/* The kept checkpoint's tree must be the beginning of this one. */
static enum verdict compare_old(struct walk *walk)
{
    if (walk->old == NULL || walk->old->checkpoint.size != walk->done)
        return VERDICT_VERIFIED;
    const struct merkle_hash root = root_so_far(walk);
    if (merkle_is_equal(&root, &walk->old->checkpoint.root))
        return VERDICT_VERIFIED;
    return refute(
        walk->verify,
        "FORK: the log's first %" PRIu64
        " entries are not those of the kept checkpoint: what was recorded has been changed",
        walk->done);
}

static enum verdict take_leaf(struct walk *walk, const char *bytes, size_t count,
                              const struct merkle_hash *claimed, const char *bundle)
{
    struct verify *verify = walk->verify;
    struct edge *edge = &walk->edges[0];
    const struct merkle_hash hash = merkle_leaf(bytes, count);
    struct leaf leaf;
    const char *reason = NULL;
    if (!merkle_is_equal(&hash, claimed))
        return refute(verify,
                      "leaf %" PRIu64 " in %s does not have the hash that stands in its tile",
                      walk->done, bundle);
    if (!leaf_read(bytes, count, &leaf, &reason))
        return refute(verify, "leaf %" PRIu64 " in %s: %s", walk->done, bundle, reason);
    if (!leaf_is(&leaf.log, walk->target->origin))
        return refute(verify, "leaf %" PRIu64 " in %s is one of another log", walk->done, bundle);
    if (!chains_add(walk->chains, &leaf, &hash, &reason))
        return refute(verify, "leaf %" PRIu64 " in %s: %s", walk->done, bundle, reason);
    const enum verdict verdict = heed(walk, &leaf);
    edge->hashes[edge->count++] = hash;
    walk->done++;
    return verdict == VERDICT_VERIFIED ? compare_old(walk) : verdict;
}

static enum verdict take_bundle(struct walk *walk, const struct source_tile *bundle,
                                const struct source_tile *hashes)
{
    const unsigned char *at = (const unsigned char *)bundle->bytes.data;
    size_t left = bundle->bytes.length;
    char name[SOURCE_PATH_BYTES];
    char tile[SOURCE_PATH_BYTES];
    enum verdict verdict = VERDICT_VERIFIED;
    source_tile_name(bundle, name);
    source_tile_name(hashes, tile);
    if (hashes->bytes.length != hashes->width * sizeof(struct merkle_hash))
        return refute(walk->verify, "%s does not hold %u hashes", tile, hashes->width);
    for (unsigned i = 0; i < bundle->width && verdict == VERDICT_VERIFIED; i++) {
        struct merkle_hash claimed;
        const size_t count = left < 2 ? 0 : (size_t)at[0] << 8 | at[1];
        if (left < 2 + count)
            return refute(walk->verify, "%s ends before its entry %u does: leaf %" PRIu64, name, i,
                          walk->done);
        memcpy(claimed.bytes, hashes->bytes.data + i * sizeof claimed, sizeof claimed);
        verdict = take_leaf(walk, (const char *)at + 2, count, &claimed, name);
        at += 2 + count;
        left -= 2 + count;
    }
    if (verdict == VERDICT_VERIFIED && left > 0)
        return refute(walk->verify, "%s has %zu bytes behind its last entry", name, left);
    return verdict == VERDICT_VERIFIED ? carry(walk) : verdict;
}

/* The next bundles and their hashes, fetched together. */
static enum verdict take_window(struct walk *walk)
{
    struct verify *verify = walk->verify;
    struct source_tile tiles[2 * WINDOW];
    size_t count = 0;
    enum verdict verdict = VERDICT_VERIFIED;
    uint64_t left = walk->target->checkpoint.size - walk->done;
    arena_reset(walk->window);
    for (uint64_t index = walk->done / MERKLE_TILE_WIDTH;
         left > 0 && count < sizeof tiles / sizeof tiles[0]; index++) {
        const unsigned width = left < MERKLE_TILE_WIDTH ? (unsigned)left : MERKLE_TILE_WIDTH;
        tiles[count++] =
            (struct source_tile){.level = SOURCE_ENTRIES, .index = index, .width = width};
        tiles[count++] = (struct source_tile){.level = 0, .index = index, .width = width};
        left -= width;
    }
    if (!log_source_tiles(verify->source, walk->window, tiles, count, verify->reason,
                          sizeof verify->reason))
        return VERDICT_UNREAD;
    for (size_t i = 0; i < count && verdict == VERDICT_VERIFIED; i += 2)
        verdict = take_bundle(walk, &tiles[i], &tiles[i + 1]);
    return verdict;
}

/* ---------------------------------------------------------------- the whole */

static enum verdict compare_root(struct walk *walk)
{
    const struct merkle_hash root = root_so_far(walk);
    char computed[HASH_TEXT_BYTES];
    char signed_root[HASH_TEXT_BYTES];
    if (merkle_is_equal(&root, &walk->target->checkpoint.root))
        return VERDICT_VERIFIED;
    base64_print(root.bytes, MERKLE_HASH_BYTES, computed, sizeof computed);
    base64_print(walk->target->checkpoint.root.bytes, MERKLE_HASH_BYTES, signed_root,
                 sizeof signed_root);
    return refute(walk->verify, "the root of the %" PRIu64 " entries is %s, the checkpoint says %s",
                  walk->done, computed, signed_root);
}

static enum verdict walk_log(struct walk *walk)
{
    const uint64_t size = walk->target->checkpoint.size;
    struct progress progress = progress_begin("verify", "entries", (int64_t)size);
    enum verdict verdict = compare_old(walk);
    while (verdict == VERDICT_VERIFIED && walk->done < size) {
        verdict = take_window(walk);
        progress_show(&progress, (int64_t)walk->done);
    }
    progress_end(&progress);
    if (verdict == VERDICT_VERIFIED)
        verdict = compare_edge(walk);
    return verdict == VERDICT_VERIFIED ? compare_root(walk) : verdict;
}

/* What can be said before anything is fetched. */
static enum verdict check_old(struct verify *verify, const struct signed_checkpoint *target,
                              const struct signed_checkpoint *old)
{
    if (strcmp(old->origin, target->origin) != 0)
        return refute(verify, "the kept checkpoint is of the log %s, this one is %s", old->origin,
                      target->origin);
    if (old->checkpoint.size > target->checkpoint.size)
        return refute(verify,
                      "ROLLBACK: the kept checkpoint has %" PRIu64
                      " entries, the log's newest only %" PRIu64 ": what was recorded is gone",
                      old->checkpoint.size, target->checkpoint.size);
    return VERDICT_VERIFIED;
}

/* Signatures come last: keys may have been announced on the way. */
static enum verdict check_signatures(struct walk *walk)
{
    enum verdict verdict = verdict_signed(walk->verify, walk->target, "the checkpoint");
    if (verdict == VERDICT_VERIFIED && walk->old != NULL)
        verdict = verdict_signed(walk->verify, walk->old, "the kept checkpoint");
    return verdict == VERDICT_VERIFIED ? verdict_cosigned(walk->verify, walk->target) : verdict;
}

static enum verdict run(struct walk *walk)
{
    struct verify *verify = walk->verify;
    enum verdict verdict = VERDICT_VERIFIED;
    if (walk->old != NULL)
        verdict = check_old(verify, walk->target, walk->old);
    if (verdict == VERDICT_VERIFIED)
        verdict = walk_log(walk);
    if (verdict == VERDICT_VERIFIED)
        verdict = check_signatures(walk);
    if (verdict == VERDICT_VERIFIED &&
        !log_source_seal_mirror(verify->source, &verify->keys, walk->target->bytes,
                                walk->target->count, verify->reason, sizeof verify->reason))
        verdict = VERDICT_UNREAD;
    return verdict;
}

enum verdict verify_whole_log(struct verify *verify, struct sought_report *sought,
                              struct signed_checkpoint **checkpoint)
{
    struct signed_checkpoint *old = NULL;
    struct walk *walk = arena_alloc(verify->arena, sizeof *walk);
    enum verdict verdict = verdict_fetch(verify, checkpoint);
    if (verdict == VERDICT_VERIFIED && verify->old != NULL)
        verdict = verdict_read_file(verify, verify->old, &old);
    if (verdict != VERDICT_VERIFIED)
        return verdict;
    struct arena *window = arena_make(WINDOW_BYTES);
    struct chains *chains = chains_make();
    if (walk != NULL && window != NULL && chains != NULL) {
        walk->verify = verify;
        walk->window = window;
        walk->target = *checkpoint;
        walk->old = old;
        walk->chains = chains;
        walk->sought = sought;
        verdict = run(walk);
        if (verdict == VERDICT_VERIFIED)
            (void)printf("verified %" PRIu64 " entries about %zu things\n", walk->done,
                         chains_count(chains));
    } else {
        (void)refute(verify, "out of memory");
        verdict = VERDICT_UNREAD;
    }
    chains_free(chains);
    arena_free(window);
    return verdict;
}
