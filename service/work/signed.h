/* signed.h - the size and root that were signed last, kept in a file outside the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/merkle.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A database that was restored, or a standby that lagged, has fewer leaves than were signed, or
   others: only what is kept elsewhere can tell. */
struct signed_state {
    char path[PATH_MAX];
    bool known; /* something was signed before */
    uint64_t size;
    struct merkle_hash root;
};

/* Reads the state of this log from the folder: its file is named after the origin. No file there
   means that nothing was signed. False with a sentence when it cannot be read or is of another
   log. */
__attribute__((warn_unused_result)) bool signed_read(const char *folder, const char *origin,
                                                     struct signed_state *state, char *reason,
                                                     size_t reason_bytes);
/* Keeps the state that is about to be signed; true once a power cut cannot undo it. */
__attribute__((warn_unused_result)) bool signed_write(struct signed_state *state,
                                                      const char *origin, uint64_t size,
                                                      const struct merkle_hash *root, char *reason,
                                                      size_t reason_bytes);
