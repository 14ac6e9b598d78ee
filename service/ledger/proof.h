/* proof.h - a proof that one leaf is in the log, in a file of its own (c2sp.org/tlog-proof@v1). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"
#include "ledger/merkle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proof {
    const void *extra; /* what the proof is about, in our files the leaf itself; NULL for none */
    size_t extra_bytes;
    uint64_t index;
    struct merkle_proof path;
    const char *checkpoint; /* the signed note, verbatim */
    size_t checkpoint_bytes;
};

/* Adds the file. */
void proof_print(struct text *out, const struct proof *proof);
/* Reads one; extra and checkpoint live in the arena or in the bytes. False with a sentence. */
__attribute__((warn_unused_result)) bool proof_parse(struct arena *arena, const char *bytes,
                                                     size_t count, struct proof *proof,
                                                     const char **reason);
