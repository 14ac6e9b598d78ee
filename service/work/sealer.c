/* sealer.c - what the sealer's beginning and its turns share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/sealer.h"

#include "core/log.h"
#include "engine/ask.h"
#include "work/job.h"

#include <stdio.h>
#include <string.h>

bool sealer_fail(struct sealer *sealer, const char *why)
{
    (void)snprintf(sealer->reason, sizeof sealer->reason, "%s", why);
    return false;
}

/* Something that a person has to look at: nothing is signed until it is put right. */
bool sealer_refuse(struct sealer *sealer)
{
    const bool again = strcmp(sealer->told, sealer->reason) == 0;
    job_log("sealer", again ? LOG_DEBUG : LOG_ERROR, "seal_refused", sealer->reason);
    (void)snprintf(sealer->told, sizeof sealer->told, "%s", sealer->reason);
    return false;
}

/* Something that passes. */
bool sealer_interrupt(const struct sealer *sealer)
{
    job_log("sealer", LOG_WARN, "job_interrupted", sealer->reason);
    return false;
}

/* One statement with its values; NULL with the reason set. */
PGresult *sealer_question(struct sealer *sealer, PGconn *db, const char *sql, int count,
                          const char *const *values)
{
    PGresult *result = ask(db, sql, count, values);
    if (ask_is_good(result, sealer->reason, sizeof sealer->reason))
        return result;
    PQclear(result);
    return NULL;
}

bool sealer_tell(struct sealer *sealer, PGconn *db, const char *sql, int count,
                 const char *const *values)
{
    PGresult *result = sealer_question(sealer, db, sql, count, values);
    PQclear(result);
    return result != NULL;
}

static bool hash_row(struct sealer *sealer, const PGresult *rows, int row, struct merkle_hash *hash)
{
    size_t leaf_bytes = 0;
    size_t known_bytes = 0;
    unsigned char *leaf =
        PQunescapeBytea((const unsigned char *)PQgetvalue(rows, row, 1), &leaf_bytes);
    unsigned char *known =
        PQunescapeBytea((const unsigned char *)PQgetvalue(rows, row, 2), &known_bytes);
    bool same = false;
    if (leaf != NULL && known != NULL) {
        *hash = merkle_leaf(leaf, leaf_bytes);
        same = known_bytes == sizeof *hash && memcmp(known, hash, sizeof *hash) == 0;
    }
    PQfreemem(leaf);
    PQfreemem(known);
    if (!same)
        (void)snprintf(sealer->reason, sizeof sealer->reason,
                       "entry %s was altered after it was committed: its bytes do not have the "
                       "hash that its writer was told",
                       PQgetvalue(rows, row, 0));
    return same;
}

/* False with a reason when a row's bytes are not those that were committed. */
bool sealer_hash_rows(struct sealer *sealer, PGresult *rows, struct batch *batch)
{
    batch->rows = rows;
    batch->count = (size_t)PQntuples(rows);
    batch->hashes = arena_alloc(sealer->arena, batch->count * sizeof *batch->hashes + 1);
    if (batch->hashes == NULL)
        return sealer_fail(sealer, "out of memory");
    for (size_t i = 0; i < batch->count; i++)
        if (!hash_row(sealer, rows, (int)i, &batch->hashes[i]))
            return false;
    return true;
}
