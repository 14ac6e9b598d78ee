/* prove.c - what was issued gets its proof, with the first checkpoint that covers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/prove.h"

#include "core/arena.h"
#include "core/number.h"
#include "core/text.h"
#include "engine/ask.h"
#include "ledger/note.h"
#include "ledger/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LEAF_MAX = 1 << 16,
    PROOF_MAX = 2 * LEAF_MAX + NOTE_MAX, /* leaf in base64, path, checkpoint */
    ARENA_BYTES = 16 * PROOF_MAX,        /* for a proof and the ways of growing to it */
    NUMBER_BYTES = 24
};

static bool fail(const struct prover *prover, const char *why)
{
    (void)snprintf(prover->reason, prover->reason_bytes, "%s", why);
    return false;
}

static bool keep(const struct prover *prover, const char *run, const char *proof)
{
    const char *const values[] = {run, proof};
    PGresult *result = ask(prover->db, "SELECT report_run_prove($1, $2)", 2, values);
    const bool good = ask_is_good(result, prover->reason, prover->reason_bytes);
    PQclear(result);
    return good;
}

static bool print(const struct prover *prover, struct text *out, struct proof *proof)
{
    if (!merkle_inclusion(prover->source, proof->index, prover->size, &proof->path))
        return false;
    proof_print(out, proof);
    return !out->full || fail(prover, "a proof does not fit in memory");
}

/* One row: report_run_id, leaf_index, leaf. */
static bool prove(const struct prover *prover, struct arena *arena, const PGresult *rows, int row)
{
    int64_t index = 0;
    size_t bytes = 0;
    unsigned char *leaf = PQunescapeBytea((const unsigned char *)PQgetvalue(rows, row, 2), &bytes);
    struct text out = text_open(arena, PROOF_MAX);
    struct proof proof = {.extra = leaf,
                          .extra_bytes = bytes,
                          .checkpoint = prover->note,
                          .checkpoint_bytes = strlen(prover->note)};
    bool good = leaf != NULL || fail(prover, "out of memory");
    if (good && !number_parse(PQgetvalue(rows, row, 1), 0, INT64_MAX, &index))
        good = fail(prover, "the database counts leaves in a way that is not understood");
    proof.index = (uint64_t)index;
    good = good && print(prover, &out, &proof) && keep(prover, PQgetvalue(rows, row, 0), out.data);
    PQfreemem(leaf);
    return good;
}

/* True with how many there were: none, and the work is done. */
static bool prove_some(const struct prover *prover, struct arena *arena, int *count)
{
    char size[NUMBER_BYTES];
    const char *const values[] = {size};
    (void)snprintf(size, sizeof size, "%" PRIu64, prover->size);
    PGresult *rows = ask(prover->db, "SELECT * FROM report_runs_to_prove($1)", 1, values);
    bool good = ask_is_good(rows, prover->reason, prover->reason_bytes);
    *count = good ? PQntuples(rows) : 0;
    for (int row = 0; good && row < *count; row++) {
        arena_reset(arena);
        good = prove(prover, arena, rows, row);
    }
    PQclear(rows);
    return good;
}

bool prove_report_runs(const struct prover *prover)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    int count = 0;
    bool good = arena != NULL || fail(prover, "out of memory");
    do
        good = good && prove_some(prover, arena, &count);
    while (good && count > 0);
    arena_free(arena);
    return good;
}
