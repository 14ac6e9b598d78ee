/* sealer.h - the sealer at work: what its beginning and its turns share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/config.h"
#include "ledger/log_key.h"
#include "work/signed.h"
#include "work/tree.h"
#include "work/witnesses.h"

#include <libpq-fe.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum { SEALER_REASON_BYTES = 512 };

struct sealer {
    const struct config *config;
    bool adopt;
    char folder[PATH_MAX]; /* of the signed state */
    struct arena *arena;   /* of one turn */
    struct log_keys *keys;
    struct stat key_file; /* as the keys were read from it */
    char day[LOG_KEY_DAY];
    char origin[NOTE_NAME_MAX];
    struct tree tree;
    struct signed_state state;
    uint64_t published;
    bool published_once;
    int64_t published_ms;
    struct witnesses *witnesses; /* NULL for none */
    struct cosignature cosignatures[WITNESSES_MAX];
    char reason[SEALER_REASON_BYTES];
    char told[SEALER_REASON_BYTES]; /* the last refusal: said once, not with every try */
};

/* Rows that are to become leaves: entries' hashes as recorded, and their bytes. */
struct batch {
    PGresult *rows; /* entry, leaf, leaf_hash */
    size_t count;
    struct merkle_hash *hashes;
};

/* Keeps the sentence as the reason. False. */
bool sealer_fail(struct sealer *sealer, const char *why);
/* Logs the reason as one that a person has to look at: nothing is signed until it is put right. The
   same reason is told once. False. */
bool sealer_refuse(struct sealer *sealer);
/* Logs the reason as one that passes. False. */
bool sealer_interrupt(const struct sealer *sealer);
/* One statement with its values, for the caller to clear; NULL with the reason set. */
PGresult *sealer_question(struct sealer *sealer, PGconn *db, const char *sql, int count,
                          const char *const *values);
/* The same where there is nothing to learn but that it was done. */
bool sealer_tell(struct sealer *sealer, PGconn *db, const char *sql, int count,
                 const char *const *values);
/* Hashes the rows' leaves from their bytes, into the sealer's arena; the rows stay the caller's.
   False with a reason when the bytes of one are not those that were committed. */
bool sealer_hash_rows(struct sealer *sealer, PGresult *rows, struct batch *batch);

/* Reads the keys anew and publishes their public parts. False with a reason. */
bool sealer_read_keys(struct sealer *sealer, PGconn *db);
/* Whether the file and the day are those that the keys were read from. */
bool sealer_keys_are_current(const struct sealer *sealer);
/* With each new connection: whether this is the only sealer, and the tree in the database extends
   what was signed. What it says no to was logged. Owner is the sealer. */
bool sealer_begin(void *owner, PGconn *db);
