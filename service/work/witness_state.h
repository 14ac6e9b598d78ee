/* witness_state.h - what a witness has cosigned last, on its disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/witness.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads the state of a log from its file in the folder: the empty tree when there is none yet.
   False with a reason when there is one that cannot be read: then nothing may be cosigned. */
__attribute__((warn_unused_result)) bool witness_state_read(const char *folder, const char *origin,
                                                            struct arena *arena,
                                                            struct witness_state *state,
                                                            char *reason, size_t reason_bytes);
/* Keeps the signed checkpoint as the log's newest; it is on the disk when true is returned. */
__attribute__((warn_unused_result)) bool witness_state_write(const char *folder,
                                                             const struct witness_case *asked,
                                                             char *reason, size_t reason_bytes);
