/* prove.h - what was issued gets its proof, with the first checkpoint that covers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/merkle.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A tree that is being published. Everything is borrowed. */
struct prover {
    PGconn *db; /* of the sealer */
    const struct merkle_source *source;
    uint64_t size;
    const char *note; /* its signed checkpoint */
    char *reason;     /* where a sentence goes when something fails */
    size_t reason_bytes;
};

/* Makes and keeps the proof of every report run in the tree that has none yet, in the database's
   present transaction: that of the checkpoint itself, so that no run is ever without its proof once
   a checkpoint covers it. False with a sentence. */
__attribute__((warn_unused_result)) bool prove_report_runs(const struct prover *prover);
