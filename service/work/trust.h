/* trust.h - the keys somebody trusts, from a command line or from files. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/note.h"

#include <stdbool.h>
#include <stddef.h>

enum { TRUST_KEYS_MAX = 64 };

struct trust {
    struct note_verifier keys[TRUST_KEYS_MAX];
    size_t count;
};

/* Adds a verifier key, or those in a file: one a line, empty lines and those after "#" left out.
   Only keys of the type are taken. False with a reason. */
__attribute__((warn_unused_result)) bool trust_add(struct trust *trust, const char *value,
                                                   enum note_type type, char *reason,
                                                   size_t reason_bytes);
/* Adds the keys of a text like that of a file; what names it in the reason. */
__attribute__((warn_unused_result)) bool trust_add_text(struct trust *trust, const char *text,
                                                        const char *what, enum note_type type,
                                                        char *reason, size_t reason_bytes);
/* Adds a key that was read already; nothing when it is there. False when there are too many. */
__attribute__((warn_unused_result)) bool trust_add_key(struct trust *trust,
                                                       const struct note_verifier *key);
