/* note_fuzz.c - what parses as a note, key, checkpoint, proof or tile is written again as it was.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/note.h"
#include "ledger/proof.h"
#include "ledger/tile.h"

#include "fuzz/fuzz.h"

#include <string.h>

static void try_keys(const char *text)
{
    struct note_verifier verifier;
    struct note_signer signer;
    const char *reason = NULL;
    char again[NOTE_VKEY_MAX];
    if (note_verifier_parse(text, &verifier, &reason)) {
        note_verifier_print(&verifier, again);
        MUST(strcmp(again, text) == 0 && note_is_name(verifier.name));
    }
    if (note_signer_parse(text, &signer, &reason)) {
        note_signer_print(&signer, again);
        MUST(strcmp(again, text) == 0);
    }
}

static void try_tile(const char *text)
{
    struct tile_name name;
    char again[TILE_PATH_MAX];
    if (!tile_name_parse(text, &name))
        return;
    tile_name_print(&name, again);
    MUST(strcmp(again, text) == 0);
}

static void try_checkpoint(const char *bytes, size_t count)
{
    struct checkpoint checkpoint;
    const char *reason = NULL;
    char origin[NOTE_NAME_MAX];
    char again[CHECKPOINT_MAX];
    if (!checkpoint_parse(bytes, count, &checkpoint, &reason)) {
        MUST(reason != NULL);
        return;
    }
    MUST(checkpoint.origin_bytes < sizeof origin);
    memcpy(origin, checkpoint.origin, checkpoint.origin_bytes);
    origin[checkpoint.origin_bytes] = '\0';
    checkpoint_print(origin, checkpoint.size, &checkpoint.root, again);
    MUST(strlen(again) == count && memcmp(again, bytes, count) == 0);
}

static void try_note(const char *bytes, size_t count)
{
    static struct note note;
    static const struct note_verifier nobody = {.name = "log.example/main", .type = NOTE_ED25519};
    const char *reason = NULL;
    uint64_t time = 0;
    if (!note_parse(bytes, count, &note, &reason)) {
        MUST(reason != NULL);
        return;
    }
    MUST(note.text == bytes && note.text_bytes > 0 && note.text_bytes < count);
    MUST(bytes[note.text_bytes - 1] == '\n' && bytes[note.text_bytes] == '\n');
    MUST(note.signature_count > 0 && note.signature_count <= NOTE_SIGNATURES_MAX);
    MUST(!note_is_signed_by(&note, &nobody, &time));
    try_checkpoint(note.text, note.text_bytes);
}

static void try_proof(struct arena *arena, const char *bytes, size_t count)
{
    struct proof proof;
    const char *reason = NULL;
    struct text again = text_open(arena, 1 << 20);
    if (!proof_parse(arena, bytes, count, &proof, &reason)) {
        MUST(reason != NULL);
        return;
    }
    proof_print(&again, &proof);
    MUST(again.length == count && memcmp(again.data, bytes, count) == 0);
    try_note(proof.checkpoint, proof.checkpoint_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    const char *text = fuzz_string(x->arena, data, size);
    try_keys(text);
    try_tile(text);
    try_checkpoint((const char *)data, size);
    try_note((const char *)data, size);
    try_proof(x->arena, (const char *)data, size);
    arena_free(x->arena);
    return 0;
}
