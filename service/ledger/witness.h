/* witness.h - what a log asks a witness, and what the witness says to it (C2SP tlog-witness). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WITNESS_PROOF_MAX = 63,         /* hashes in one request */
    WITNESS_REQUEST_MAX = 64 * 1024 /* bytes of one */
};

/* The body of a POST to add-checkpoint. */
struct witness_request {
    uint64_t old; /* the size the witness is thought to have cosigned last */
    struct merkle_proof proof;
    const char *note; /* the signed checkpoint */
    size_t note_bytes;
};

/* Adds the body. */
void witness_request_print(struct text *out, const struct witness_request *request);
/* Takes a body apart; the note points into it. False with a sentence. */
__attribute__((warn_unused_result)) bool witness_request_parse(const char *bytes, size_t count,
                                                               struct witness_request *request,
                                                               const char **reason);

/* The last tree of a log that the witness has cosigned; of a log it never saw, the empty one. */
struct witness_state {
    uint64_t size;
    struct merkle_hash root;
};

/* What is to be done; the numbers are those of HTTP. */
enum witness_verdict {
    WITNESS_COSIGN = 200,
    WITNESS_MALFORMED = 400,
    WITNESS_UNSIGNED = 403, /* by no key that the witness knows for this log */
    WITNESS_UNKNOWN = 404,  /* the log is not one of the witness's */
    WITNESS_CONFLICT = 409, /* another size, or another tree of the same size, was cosigned last */
    WITNESS_INCONSISTENT = 422 /* the proof does not show that the tree extends the last one */
};

/* A request whose checkpoint was read and belongs to a log of the witness. */
struct witness_case {
    struct witness_request request;
    struct note note;
    struct checkpoint checkpoint;
    char origin[NOTE_NAME_MAX];
};

/* Reads a request and finds out whose it is: WITNESS_COSIGN so far, or why not. The keys are those
   the witness trusts, each named like its log; a log may have several. */
__attribute__((warn_unused_result)) enum witness_verdict
witness_read(const char *bytes, size_t count, const struct note_verifier *keys, size_t key_count,
             struct witness_case *asked, const char **reason);
/* Compares it with what was cosigned last of that log. */
__attribute__((warn_unused_result)) enum witness_verdict
witness_decide(const struct witness_case *asked, const struct witness_state *state,
               const char **reason);
