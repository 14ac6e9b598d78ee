/* proof.c - a proof that one leaf is in the log, in a file of its own (c2sp.org/tlog-proof@v1). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/proof.h"

#include "core/number.h"
#include "ledger/base64.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINE_HASH_BYTES = 45 /* of a hash in base64, and the end */ };

static const char first_line[] = "c2sp.org/tlog-proof@v1\n";

/* What is not read yet. */
struct input {
    const char *at;
    size_t left;
};

void proof_print(struct text *out, const struct proof *proof)
{
    char line[LINE_HASH_BYTES];
    text_add(out, first_line);
    if (proof->extra != NULL) {
        const size_t bytes = base64_room(proof->extra_bytes);
        char *extra = arena_alloc(out->arena, bytes);
        if (extra == NULL) {
            out->full = true;
            return;
        }
        base64_print(proof->extra, proof->extra_bytes, extra, bytes);
        text_add(out, "extra ");
        text_add(out, extra);
        text_add_char(out, '\n');
    }
    text_addf(out, "index %" PRIu64 "\n", proof->index);
    for (size_t i = 0; i < proof->path.count; i++) {
        base64_print(proof->path.hashes[i].bytes, MERKLE_HASH_BYTES, line, sizeof line);
        text_addf(out, "%s\n", line);
    }
    text_add_char(out, '\n');
    text_add_bytes(out, proof->checkpoint, proof->checkpoint_bytes);
}

static bool refuse(const char **reason, const char *sentence)
{
    *reason = sentence;
    return false;
}

/* The next line without its end; false when no line feed is left. */
static bool next_line(struct input *in, struct input *line)
{
    const char *end = in->left == 0 ? NULL : memchr(in->at, '\n', in->left);
    if (end == NULL)
        return false;
    *line = (struct input){in->at, (size_t)(end - in->at)};
    in->at = end + 1;
    in->left -= line->left + 1;
    return true;
}

/* Takes a word off the line's beginning. */
static bool skip(struct input *line, const char *word)
{
    const size_t length = strlen(word);
    if (line->left < length || memcmp(line->at, word, length) != 0)
        return false;
    line->at += length;
    line->left -= length;
    return true;
}

static bool read_extra(struct arena *arena, const struct input *line, struct proof *proof)
{
    unsigned char *extra = arena_alloc(arena, line->left / 4 * 3 + 1);
    proof->extra = extra;
    return extra != NULL &&
           base64_parse(line->at, line->left, extra, line->left / 4 * 3, &proof->extra_bytes);
}

static bool read_index(const struct input *line, struct proof *proof)
{
    char digits[32];
    int64_t index = 0;
    if (line->left >= sizeof digits || memchr(line->at, '\0', line->left) != NULL)
        return false;
    memcpy(digits, line->at, line->left);
    digits[line->left] = '\0';
    if (!number_parse(digits, 0, INT64_MAX, &index))
        return false;
    proof->index = (uint64_t)index;
    return true;
}

static bool read_hash(const struct input *line, struct merkle_proof *path)
{
    size_t bytes = 0;
    return path->count < MERKLE_PROOF_MAX &&
           base64_parse(line->at, line->left, path->hashes[path->count++].bytes, MERKLE_HASH_BYTES,
                        &bytes) &&
           bytes == MERKLE_HASH_BYTES;
}

/* The lines up to the empty one. */
static bool read_path(struct input *in, struct merkle_proof *path, const char **reason)
{
    struct input line = {NULL, 0};
    while (next_line(in, &line)) {
        if (line.left == 0)
            return true;
        if (!read_hash(&line, path))
            return refuse(reason, "a line that should be a hash is none, or there are too many");
    }
    return refuse(reason, "it ends too early");
}

bool proof_parse(struct arena *arena, const char *bytes, size_t count, struct proof *proof,
                 const char **reason)
{
    struct input in = {bytes, count};
    struct input line = {NULL, 0};
    *proof = (struct proof){.extra = NULL};
    if (!skip(&in, first_line))
        return refuse(reason, "it does not begin with the line c2sp.org/tlog-proof@v1");
    bool is_line = next_line(&in, &line);
    if (is_line && skip(&line, "extra ")) {
        if (!read_extra(arena, &line, proof))
            return refuse(reason, "what follows \"extra\" is not base64");
        is_line = next_line(&in, &line);
    }
    if (!is_line || !skip(&line, "index ") || !read_index(&line, proof))
        return refuse(reason, "there is no line \"index\" with a number");
    if (!read_path(&in, &proof->path, reason))
        return false;
    if (in.left == 0)
        return refuse(reason, "it has no checkpoint");
    proof->checkpoint = in.at;
    proof->checkpoint_bytes = in.left;
    return true;
}
