/* witness_state.c - what a witness has cosigned last, on its disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/witness_state.h"

#include "core/file.h"
#include "ledger/merkle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, HEX_BYTES = 2 * MERKLE_HASH_BYTES + 1 };

/* An origin may be longer than a file's name, and holds slashes: its hash is neither. */
static bool name_file(const char *folder, const char *origin, char path[PATH_BYTES], char *reason,
                      size_t reason_bytes)
{
    const struct merkle_hash hash = merkle_leaf(origin, strlen(origin));
    char hex[HEX_BYTES];
    for (size_t i = 0; i < MERKLE_HASH_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", hash.bytes[i]);
    if (snprintf(path, PATH_BYTES, "%s/%s", folder, hex) < PATH_BYTES)
        return true;
    (void)snprintf(reason, reason_bytes, "the folder's name is too long");
    return false;
}

static bool parse_state(const struct text *text, const char *origin, struct note *note,
                        struct witness_state *state)
{
    struct checkpoint checkpoint;
    const char *reason = NULL;
    if (!note_parse(text->data, text->length, note, &reason) ||
        !checkpoint_parse(note->text, note->text_bytes, &checkpoint, &reason) ||
        strlen(origin) != checkpoint.origin_bytes ||
        memcmp(origin, checkpoint.origin, checkpoint.origin_bytes) != 0)
        return false;
    state->size = checkpoint.size;
    state->root = checkpoint.root;
    return true;
}

bool witness_state_read(const char *folder, const char *origin, struct arena *arena,
                        struct witness_state *state, char *reason, size_t reason_bytes)
{
    char path[PATH_BYTES];
    struct text text = text_open(arena, NOTE_MAX);
    struct note *note = arena_alloc(arena, sizeof *note);
    *state = (struct witness_state){.size = 0, .root = merkle_join(NULL, 0)};
    if (note == NULL) {
        (void)snprintf(reason, reason_bytes, "out of memory");
        return false;
    }
    if (!name_file(folder, origin, path, reason, reason_bytes))
        return false;
    errno = 0;
    if (!file_read(&text, path, reason, reason_bytes))
        return errno == ENOENT;
    if (parse_state(&text, origin, note, state))
        return true;
    (void)snprintf(reason, reason_bytes, "%s is not a checkpoint of %s", path, origin);
    return false;
}

bool witness_state_write(const char *folder, const struct witness_case *asked, char *reason,
                         size_t reason_bytes)
{
    char path[PATH_BYTES];
    return name_file(folder, asked->origin, path, reason, reason_bytes) &&
           file_replace(path, asked->request.note, asked->request.note_bytes, S_IRUSR | S_IWUSR,
                        reason, reason_bytes);
}
