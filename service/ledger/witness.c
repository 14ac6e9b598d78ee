/* witness.c - what a log asks a witness, and what the witness says to it (C2SP tlog-witness). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/witness.h"

#include "core/number.h"
#include "ledger/base64.h"

#include <inttypes.h>
#include <string.h>

enum { HASH_TEXT_BYTES = 45, OLD_BYTES = 32 };

static bool refuse(const char **reason, const char *sentence)
{
    *reason = sentence;
    return false;
}

void witness_request_print(struct text *out, const struct witness_request *request)
{
    char line[HASH_TEXT_BYTES];
    text_addf(out, "old %" PRIu64 "\n", request->old);
    for (size_t i = 0; i < request->proof.count; i++) {
        base64_print(request->proof.hashes[i].bytes, MERKLE_HASH_BYTES, line, sizeof line);
        text_addf(out, "%s\n", line);
    }
    text_add_char(out, '\n');
    text_add_bytes(out, request->note, request->note_bytes);
}

/* "old N" */
static bool parse_old(const char *line, size_t length, uint64_t *old)
{
    char text[OLD_BYTES];
    int64_t number = 0;
    if (length >= sizeof text || memchr(line, '\0', length) != NULL)
        return false;
    memcpy(text, line, length);
    text[length] = '\0';
    if (strncmp(text, "old ", 4) != 0 || !number_parse(text + 4, 0, INT64_MAX, &number))
        return false;
    *old = (uint64_t)number;
    return true;
}

static bool parse_hash(const char *line, size_t length, struct merkle_proof *proof)
{
    size_t bytes = 0;
    return proof->count < WITNESS_PROOF_MAX &&
           base64_parse(line, length, proof->hashes[proof->count++].bytes, MERKLE_HASH_BYTES,
                        &bytes) &&
           bytes == MERKLE_HASH_BYTES;
}

bool witness_request_parse(const char *bytes, size_t count, struct witness_request *request,
                           const char **reason)
{
    const char *at = bytes;
    const char *const past = bytes + count;
    request->proof.count = 0;
    for (bool is_first = true; at < past; is_first = false) {
        const char *end = memchr(at, '\n', (size_t)(past - at));
        const size_t length = end == NULL ? 0 : (size_t)(end - at);
        if (end == NULL)
            break;
        if (is_first && !parse_old(at, length, &request->old))
            return refuse(reason, "the first line is not \"old\" and a size");
        if (!is_first && length == 0) {
            request->note = end + 1;
            request->note_bytes = (size_t)(past - request->note);
            return true;
        }
        if (!is_first && !parse_hash(at, length, &request->proof))
            return refuse(reason,
                          "a line that should be a hash in base64 is none, or there are over 63");
        at = end + 1;
    }
    return refuse(reason, "there is no empty line between proof and checkpoint");
}

enum witness_verdict witness_read(const char *bytes, size_t count, const struct note_verifier *keys,
                                  size_t key_count, struct witness_case *asked, const char **reason)
{
    bool is_known = false;
    if (!witness_request_parse(bytes, count, &asked->request, reason) ||
        !note_parse(asked->request.note, asked->request.note_bytes, &asked->note, reason) ||
        !checkpoint_parse(asked->note.text, asked->note.text_bytes, &asked->checkpoint, reason))
        return WITNESS_MALFORMED;
    memcpy(asked->origin, asked->checkpoint.origin, asked->checkpoint.origin_bytes);
    asked->origin[asked->checkpoint.origin_bytes] = '\0';
    for (size_t i = 0; i < key_count; i++) {
        if (strcmp(keys[i].name, asked->origin) != 0)
            continue;
        is_known = true;
        if (note_is_signed_by(&asked->note, &keys[i], NULL))
            return WITNESS_COSIGN;
    }
    *reason = is_known ? "the checkpoint is not signed by a key that is known of this log"
                       : "the log is not known here";
    return is_known ? WITNESS_UNSIGNED : WITNESS_UNKNOWN;
}

enum witness_verdict witness_decide(const struct witness_case *asked,
                                    const struct witness_state *state, const char **reason)
{
    const struct checkpoint *checkpoint = &asked->checkpoint;
    if (asked->request.old > checkpoint->size) {
        *reason = "the old size is above that of the checkpoint";
        return WITNESS_MALFORMED;
    }
    if (asked->request.old != state->size) {
        *reason = "another size was cosigned last";
        return WITNESS_CONFLICT;
    }
    if (checkpoint->size == state->size && !merkle_is_equal(&checkpoint->root, &state->root)) {
        *reason = "another tree of this size was cosigned";
        return WITNESS_CONFLICT;
    }
    if (!merkle_extends(&asked->request.proof, state->size, &state->root, checkpoint->size,
                        &checkpoint->root)) {
        *reason = "the proof does not show that the tree extends the one cosigned last";
        return WITNESS_INCONSISTENT;
    }
    return WITNESS_COSIGN;
}
