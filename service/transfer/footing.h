/* footing.h - what holds a report fast: where it stands in the log, and what was signed there. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/text.h"

#include <jansson.h>
#include <stdbool.h>

/* Of one tree size. Members are NULL where nothing is known; all live in one arena. */
struct footing {
    const char *size; /* decimal */
    const char *at;   /* of its newest statement; NULL also when the tree is empty */
    const char *root; /* hash, in base64 as in checkpoints; NULL: nothing is known at all */
    const char *checkpoint_size; /* of the first checkpoint that covers it; NULL: none does yet */
    const char *checkpoint;      /* the signed note, without cosignatures */
    const char *site; /* public address of the service, without a slash at its end; "": not told */
};

/* Reads what GET /v1/ledger/roots/{size} answers; false when it is something else, or memory is
   short. The site is left as it is. */
__attribute__((warn_unused_result)) bool footing_read(struct arena *arena, const json_t *json,
                                                      struct footing *footing);
/* {"footing":..,"site":..}: the line that stands before those of a report, for who makes a form of
   them apart. */
void footing_write_line(struct text *out, const struct footing *footing);
/* Whether the line is such a one; false with *broken when it should be and is not. */
__attribute__((warn_unused_result)) bool footing_read_line(struct arena *arena, const json_t *line,
                                                           struct footing *footing, bool *broken);
