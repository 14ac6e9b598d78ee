/* proof.c - proofs that a leaf is in the log, and that the log only ever grew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/proof.h"

#include "core/log.h"
#include "core/number.h"
#include "core/text.h"
#include "ledger/base64.h"
#include "ledger/canonical.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "ledger/proof.h"

#include <string.h>

enum {
    /* The leaf grows by a third in base64, a hash has 45 characters with its line feed. */
    PROOF_BYTES = CANONICAL_LEAF_MAX * 4 / 3 + MERKLE_PROOF_MAX * 45 + NOTE_MAX + 256,
    CONSISTENCY_BYTES = MERKLE_PROOF_MAX * 48 + 256,
    ROOT_BYTES = 2 * NOTE_MAX + 512,
    HASH_TEXT_BYTES = 45, /* in base64, and the end */
    RETRY_AFTER_S = 1
};

struct cell {
    const char *bytes; /* NULL: null, or no such column */
    size_t size;
};

static struct cell cell_of(const struct rows *rows, const char *column)
{
    for (size_t i = 0; i < rows->columns; i++)
        if (strcmp(rows->name(rows->source, i), column) == 0)
            return (struct cell){rows->cell(rows->source, 0, i), rows->size(rows->source, 0, i)};
    return (struct cell){NULL, 0};
}

static bool read_number(struct cell cell, uint64_t *number)
{
    int64_t read = 0;
    if (cell.bytes == NULL || !number_parse(cell.bytes, 0, INT64_MAX, &read))
        return false;
    *number = (uint64_t)read;
    return true;
}

/* ---------------------------------------------------------------- pieces of the tree */

static uint64_t big_endian(const unsigned char *bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* The hashes asked for from whichever piece has them all. */
static bool read_hashes(void *owner, unsigned level, uint64_t first, size_t count,
                        struct merkle_hash *hashes)
{
    const struct cell *pieces = owner;
    const size_t head = 24;
    size_t at = 0;
    while (pieces->bytes != NULL && pieces->size - at >= head) {
        const unsigned char *piece = (const unsigned char *)pieces->bytes + at;
        const uint64_t begins = big_endian(piece + 8);
        const uint64_t holds = big_endian(piece + 16);
        at += head;
        if (holds > (pieces->size - at) / MERKLE_HASH_BYTES)
            return false;
        if (big_endian(piece) == level && first >= begins && first - begins <= holds &&
            count <= holds - (first - begins)) {
            memcpy(hashes, piece + head + (first - begins) * MERKLE_HASH_BYTES,
                   count * MERKLE_HASH_BYTES);
            return true;
        }
        at += holds * MERKLE_HASH_BYTES;
    }
    return false;
}

static bool refuse_tree(struct exchange *x)
{
    struct log_line line;
    log_begin(&line, LOG_ERROR, "tree_incomplete");
    log_text(&line, "request", x->id);
    log_end(&line);
    return problem_set(&x->problem, PROBLEM_INTERNAL,
                       "Something went wrong on our side. It has been logged.");
}

static bool answer(struct exchange *x, const struct text *body)
{
    if (body->full)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The proof does not fit in memory.");
    x->response.status = 200;
    x->response.body = body->data;
    x->response.body_bytes = body->length;
    return true;
}

/* ---------------------------------------------------------------- of one leaf */

bool proof_render(struct exchange *x, const struct rows *rows)
{
    const struct cell leaf = cell_of(rows, "leaf");
    const struct cell checkpoint = cell_of(rows, "checkpoint");
    struct cell pieces = cell_of(rows, "pieces");
    struct proof proof = {.extra = leaf.bytes,
                          .extra_bytes = leaf.size,
                          .checkpoint = checkpoint.bytes,
                          .checkpoint_bytes = checkpoint.size};
    uint64_t size = 0;
    if (!read_number(cell_of(rows, "leaf_index"), &proof.index) ||
        !read_number(cell_of(rows, "tree_size"), &size) || proof.index >= size) {
        x->problem.retry_after_s = RETRY_AFTER_S;
        return problem_set(&x->problem, PROBLEM_NOT_FOUND,
                           "The statement is recorded, but no published checkpoint covers it yet. "
                           "Ask again in a moment.");
    }
    const struct merkle_source source = {.read = read_hashes, .owner = &pieces};
    if (!merkle_inclusion(&source, proof.index, size, &proof.path))
        return refuse_tree(x);
    struct text body = text_open(x->arena, PROOF_BYTES);
    proof_print(&body, &proof);
    return answer(x, &body);
}

/* ---------------------------------------------------------------- of two sizes */

static void add_hash(struct text *body, const struct merkle_hash *hash)
{
    char text[HASH_TEXT_BYTES];
    base64_print(hash->bytes, MERKLE_HASH_BYTES, text, sizeof text);
    text_add(body, text);
}

static void add_json(struct text *body, const struct merkle_proof *proof, uint64_t old,
                     uint64_t size)
{
    text_addf(body, "{\"old\":%llu,\"new\":%llu,\"hashes\":[", (unsigned long long)old,
              (unsigned long long)size);
    for (size_t i = 0; i < proof->count; i++) {
        text_add(body, i > 0 ? ",\"" : "\"");
        add_hash(body, &proof->hashes[i]);
        text_add_char(body, '"');
    }
    text_add(body, "]}");
}

static void add_lines(struct text *body, const struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count; i++) {
        add_hash(body, &proof->hashes[i]);
        text_add_char(body, '\n');
    }
}

bool consistency_render(struct exchange *x, const struct rows *rows)
{
    struct cell pieces = cell_of(rows, "pieces");
    struct merkle_proof proof = {.count = 0};
    uint64_t old = 0;
    uint64_t size = 0;
    const struct merkle_source source = {.read = read_hashes, .owner = &pieces};
    if (!read_number(cell_of(rows, "old"), &old) || !read_number(cell_of(rows, "new"), &size) ||
        !merkle_consistency(&source, old, size, &proof))
        return refuse_tree(x);
    struct text body = text_open(x->arena, CONSISTENCY_BYTES);
    if (x->format == FORMAT_TEXT)
        add_lines(&body, &proof);
    else
        add_json(&body, &proof, old, size);
    return answer(x, &body);
}

/* ---------------------------------------------------------------- of one size */

static void add_checkpoint(struct exchange *x, struct text *body, const struct rows *rows)
{
    const struct cell size = cell_of(rows, "checkpoint_size");
    const struct cell note = cell_of(rows, "checkpoint");
    const char *copy =
        note.bytes != NULL ? arena_copy_bytes(x->arena, note.bytes, note.size) : NULL;
    if (size.bytes == NULL || copy == NULL) {
        text_add(body, ",\"checkpoint\":null}");
        return;
    }
    text_addf(body, ",\"checkpoint\":{\"size\":%s,\"note\":", size.bytes);
    text_add_json(body, copy);
    text_add(body, "}}");
}

bool root_render(struct exchange *x, const struct rows *rows)
{
    const struct cell at = cell_of(rows, "at");
    struct cell pieces = cell_of(rows, "pieces");
    struct merkle_hash root;
    uint64_t size = 0;
    const struct merkle_source source = {.read = read_hashes, .owner = &pieces};
    if (!read_number(cell_of(rows, "size"), &size) || !merkle_root(&source, size, &root))
        return refuse_tree(x);
    struct text body = text_open(x->arena, ROOT_BYTES);
    text_addf(&body, "{\"size\":%llu,\"at\":", (unsigned long long)size);
    if (at.bytes != NULL)
        text_add_json(&body, at.bytes);
    else
        text_add(&body, "null");
    text_add(&body, ",\"root\":\"");
    add_hash(&body, &root);
    text_add_char(&body, '"');
    add_checkpoint(x, &body, rows);
    return answer(x, &body);
}
