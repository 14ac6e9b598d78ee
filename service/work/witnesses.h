/* witnesses.h - asks the witnesses of a policy to cosign a checkpoint (C2SP tlog-witness). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WITNESSES_MAX = 32,        /* in one policy */
    COSIGNATURE_LINE_MAX = 512 /* bytes of a signature line, its end included */
};

struct witnesses;

/* What one witness has said of the checkpoint; verified. */
struct cosignature {
    char witness[NOTE_VKEY_MAX];     /* its verifier key */
    uint64_t signed_at;              /* seconds since 1970, by its clock */
    char line[COSIGNATURE_LINE_MAX]; /* "— name base64", without the line feed */
};

/* Reads the policy file: every `witness` of it that has a URL is asked. Of the witnesses' URLs and
   keys nothing is tried yet. NULL with a reason when the file cannot be read or is no policy. */
__attribute__((warn_unused_result)) struct witnesses *witnesses_open(const char *path, char *reason,
                                                                     size_t reason_bytes);
/* How many witnesses are asked. */
size_t witnesses_count(const struct witnesses *witnesses);
/* Asks all of them at once to cosign a signed checkpoint, and waits for them no longer than 2 s.
   The consistency proof each needs is read from source, which must hold the checkpoint's tree;
   where it fails, nobody is asked who needs one. A witness that knows of another size is asked once
   more with a proof from there. Who does not answer is left in peace for a while, longer each time,
   and the log says why. Returns how many have cosigned; only what verifies is among them. */
size_t witnesses_ask(struct witnesses *witnesses, const char *note, size_t note_bytes,
                     const struct merkle_source *source,
                     struct cosignature cosignatures[WITNESSES_MAX]);
/* Ends the connections and frees everything; NULL is fine. */
void witnesses_close(struct witnesses *witnesses);
