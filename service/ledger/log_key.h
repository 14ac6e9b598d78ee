/* log_key.h - the keys that sign the log: their file, and memory that is kept apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"
#include "ledger/note.h"

#include <stdbool.h>
#include <stddef.h>

/* The file has one signer key a line (see note.h), from the oldest to the newest; after a space and
   "until 2027-02-23" the last day on which a key that was replaced still signs. Lines that begin
   with "#" say what it is. It belongs to the sealer alone: group and others may not even read it.
 */

enum {
    LOG_KEYS_MAX = 8, /* in one file: a key is replaced once in a while */
    LOG_KEY_DAY = 11  /* bytes of a day, its end included */
};

/* Locked, guarded memory without a copy elsewhere. */
struct log_keys;

/* Reads the keys that still sign on this day ("2026-11-25"). NULL with a sentence when the file
   cannot be read, may be read by others, or holds no such key. */
__attribute__((warn_unused_result)) struct log_keys *
log_keys_read(const char *path, const char *today, char *reason, size_t reason_bytes);
/* Wipes and frees; NULL is fine. */
void log_keys_free(struct log_keys *keys);
/* How many there are, at least one. */
size_t log_keys_count(const struct log_keys *keys);
/* The public part of one. */
const struct note_verifier *log_keys_verifier(const struct log_keys *keys, size_t index);
/* Adds the text and under it the signature of every key: a signed note. */
void log_keys_sign(const struct log_keys *keys, const char *text_signed, struct text *out);
/* Adds the signature line of the newest key alone. */
void log_keys_vouch(const struct log_keys *keys, const char *text_signed, struct text *out);

/* Makes the file with a first key of this name and mode 0400. False with a sentence, also when it
   is there already: a key is never overwritten. */
__attribute__((warn_unused_result)) bool log_key_init(const char *path, const char *name,
                                                      char vkey[NOTE_VKEY_MAX], char *reason,
                                                      size_t reason_bytes);
/* Makes a further key for a log whose keys are in the file, but does not add it yet: whoever calls
   announces it first. False when there is no name for it. */
__attribute__((warn_unused_result)) bool log_key_next(const struct log_keys *keys,
                                                      struct note_signer *next);
/* Adds the key to the file; those before it sign until the day given, then no more. The file is
   replaced as a whole. False with a sentence. */
__attribute__((warn_unused_result)) bool log_key_add(const char *path,
                                                     const struct note_signer *next,
                                                     const char *until, char *reason,
                                                     size_t reason_bytes);
