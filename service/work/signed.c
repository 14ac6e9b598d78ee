/* signed.c - the size and root that were signed last, kept in a file outside the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/signed.h"

#include "core/file.h"
#include "ledger/note.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool refuse(const struct signed_state *state, const char *why, char *reason,
                   size_t reason_bytes)
{
    (void)snprintf(reason, reason_bytes, "the signed state %s %s", state->path, why);
    return false;
}

/* The origin as a file's name. */
static bool name_file(const char *folder, const char *origin, struct signed_state *state)
{
    const int length = snprintf(state->path, sizeof state->path, "%s/%s.signed", folder, origin);
    if (length < 0 || (size_t)length >= sizeof state->path)
        return false;
    for (char *at = state->path + strlen(folder) + 1; *at != '\0'; at++)
        if (*at == '/')
            *at = '_';
    return true;
}

static bool take(struct signed_state *state, const char *origin, const char *text, size_t bytes,
                 const char **why)
{
    struct checkpoint checkpoint;
    if (!checkpoint_parse(text, bytes, &checkpoint, why))
        return false;
    if (checkpoint.origin_bytes != strlen(origin) ||
        memcmp(checkpoint.origin, origin, checkpoint.origin_bytes) != 0) {
        *why = "is of another log";
        return false;
    }
    state->known = true;
    state->size = checkpoint.size;
    state->root = checkpoint.root;
    return true;
}

bool signed_read(const char *folder, const char *origin, struct signed_state *state, char *reason,
                 size_t reason_bytes)
{
    char text[CHECKPOINT_MAX];
    const char *why = "cannot be read whole";
    *state = (struct signed_state){.known = false};
    if (!name_file(folder, origin, state))
        return refuse(state, "has too long a name", reason, reason_bytes);
    FILE *file = fopen(state->path, "re");
    if (file == NULL && errno == ENOENT)
        return true;
    if (file == NULL)
        return refuse(state, strerrordesc_np(errno), reason, reason_bytes);
    const size_t bytes = fread(text, 1, sizeof text, file);
    const bool whole = !ferror(file) && bytes < sizeof text;
    (void)fclose(file);
    return (whole && take(state, origin, text, bytes, &why)) ||
           refuse(state, why, reason, reason_bytes);
}

bool signed_write(struct signed_state *state, const char *origin, uint64_t size,
                  const struct merkle_hash *root, char *reason, size_t reason_bytes)
{
    char text[CHECKPOINT_MAX];
    checkpoint_print(origin, size, root, text);
    if (!file_replace(state->path, text, strlen(text), S_IRUSR | S_IWUSR, reason, reason_bytes))
        return false;
    state->known = true;
    state->size = size;
    state->root = *root;
    return true;
}
