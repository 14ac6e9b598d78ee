/* verdict.h - what every check of `aidledger verify` has in common: keys, signatures, sentences. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/text.h"
#include "ledger/note.h"
#include "ledger/policy.h"
#include "work/log_source.h"
#include "work/trust.h"

#include <stdbool.h>
#include <stddef.h>

/* They are exit statuses. */
enum verdict {
    VERDICT_VERIFIED = 0,
    VERDICT_REFUTED = 1, /* it is not what it claims to be */
    VERDICT_USAGE = 2,
    VERDICT_UNREAD = 3 /* it could not be had, so nothing is said of it */
};

enum { VERDICT_REASON_BYTES = 1024 };

/* One run of the command. */
struct verify {
    struct arena *arena;
    struct trust trust; /* keys of the log */
    const struct policy *policy;
    struct log_source *source; /* NULL when everything is in files */
    const char *old;           /* paths; NULL when not given */
    const char *save;
    const char *proof;
    const char *leaf_hash; /* in hex */
    struct text keys;      /* those published with the log, when they were asked for */
    char reason[VERDICT_REASON_BYTES];
};

/* A signed checkpoint that was read. */
struct signed_checkpoint {
    const char *bytes;
    size_t count;
    struct note note;
    struct checkpoint checkpoint;
    char origin[NOTE_NAME_MAX];
};

/* Sets the reason: what is wrong. Returns VERDICT_REFUTED. */
__attribute__((format(printf, 2, 3))) enum verdict refute(struct verify *verify, const char *format,
                                                          ...);
/* Reads the lines of a signed checkpoint; what names it in the reason. Signatures are not looked
 * at.
 */
enum verdict verdict_read(struct verify *verify, const char *bytes, size_t count, const char *what,
                          struct signed_checkpoint *checkpoint);
/* Whether a trusted key of its log has signed it, and none of them wrongly. */
enum verdict verdict_signed(struct verify *verify, const struct signed_checkpoint *checkpoint,
                            const char *what);
/* Whether the witnesses of the policy have cosigned it: the quorum of them, and none wrongly. */
enum verdict verdict_cosigned(struct verify *verify, const struct signed_checkpoint *checkpoint);
/* Reads a file that holds a checkpoint. */
enum verdict verdict_read_file(struct verify *verify, const char *path,
                               struct signed_checkpoint **checkpoint);
/* Fetches the newest checkpoint of the source and reads it. */
enum verdict verdict_fetch(struct verify *verify, struct signed_checkpoint **checkpoint);
/* Says what was verified: the checkpoint, who signed it and who cosigned it. */
void verdict_tell(const struct verify *verify, const struct signed_checkpoint *checkpoint);
/* Keeps the checkpoint where --save says. */
enum verdict verdict_save(struct verify *verify, const struct signed_checkpoint *checkpoint);
