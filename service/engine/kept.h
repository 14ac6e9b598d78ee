/* kept.h - answers of reports, kept for whoever asks for the same position again. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <libpq-fe.h>
#include <stddef.h>

/* What a report answers at one tree size never changes, and the page, the workbook and the paper of
   a report are made of the same rows: they are summed once. What was asked for longest ago goes
   first when room is needed. Belongs to one loop. */
struct kept;

/* Room for so many bytes of answers, of which none takes more than a 32nd; NULL without memory.
   Without room nothing is ever kept. */
__attribute__((warn_unused_result)) struct kept *kept_make(size_t room);
/* A copy of what this very caller, or one of the same rights, was answered at x->response.tree_size
   for the same statement and values; the caller's to clear. NULL: nothing is kept. */
PGresult *kept_find(struct kept *kept, const struct exchange *x);
/* Keeps a copy of the rows that x is answered with at x->response.tree_size, if there is room. */
void kept_add(struct kept *kept, const struct exchange *x, const PGresult *rows);
/* Forgets everything. NULL is fine. */
void kept_free(struct kept *kept);
