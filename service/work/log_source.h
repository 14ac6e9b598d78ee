/* log_source.h - where a log is read: from a server or a folder, in the layout of C2SP tlog-tiles.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"
#include "ledger/merkle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SOURCE_PARTS_MAX = 32, /* asked for at once */
    SOURCE_PATH_BYTES = 128,
    SOURCE_BUNDLE_MAX = MERKLE_TILE_WIDTH * (2 + 65535) /* bytes of a bundle of entries */
};

/* Levels of tiles count from 0; this one is the entries themselves. */
enum { SOURCE_ENTRIES = -1 };

struct log_source;

/* A tile, or a bundle of entries, of a tree of some size; bytes are what was read. */
struct source_tile {
    int level;
    uint64_t index;
    unsigned width; /* how many of its hashes or entries are wanted, from the first on */
    struct text bytes;
};

/* A URL (of the log, or of the service that has it below /v1/ledger) or a folder. What is fetched
   is written to the mirror folder too, unless that is NULL. NULL with a reason. */
__attribute__((warn_unused_result)) struct log_source *
log_source_open(const char *from, const char *mirror, char *reason, size_t reason_bytes);
/* NULL is fine. */
void log_source_close(struct log_source *source);
/* What the source is called, for sentences. */
const char *log_source_name(const struct log_source *source);

/* Adds the newest checkpoint to the text. False with a reason. */
__attribute__((warn_unused_result)) bool log_source_checkpoint(struct log_source *source,
                                                               struct text *text, char *reason,
                                                               size_t reason_bytes);
/* Adds the verifier keys that are published with the log, one a line. False with a reason. */
__attribute__((warn_unused_result)) bool
log_source_keys(struct log_source *source, struct text *text, char *reason, size_t reason_bytes);
/* Reads tiles, all at once; each gets the bytes of its width, taken from a wider tile where the log
   has grown since. The texts are opened in the arena. False with a reason when one cannot be had.
 */
__attribute__((warn_unused_result)) bool log_source_tiles(struct log_source *source,
                                                          struct arena *arena,
                                                          struct source_tile *tiles, size_t count,
                                                          char *reason, size_t reason_bytes);
/* "tile/0/000.p/12" or "tile/entries/x001/234". */
void source_tile_name(const struct source_tile *tile, char path[SOURCE_PATH_BYTES]);
/* Writes to the mirror what makes it one: the keys and, last of all, the checkpoint. Nothing is
   done without a mirror. False with a reason. */
__attribute__((warn_unused_result)) bool log_source_seal_mirror(struct log_source *source,
                                                                const struct text *keys,
                                                                const char *note, size_t note_bytes,
                                                                char *reason, size_t reason_bytes);
