/* kept.h - answers of reports, kept for whoever asks for the same position again. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a report answers at one tree size never changes, and the page, the workbook and the paper of
   a report are made of the same rows: they are summed once. What was asked for longest ago goes
   first when room is needed.
   An answer that took more than `prompt_ms` was slow. Whoever asks for the newest position is given
   the last slow one for a while, though the log has gone on: without more ado for KEPT_STANDS times
   as long as it took, but no longer than KEPT_STANDS_MS; while it is made anew for three times as
   long. Belongs to one loop. Times are of clock_ms(). */
struct kept;

enum { KEPT_STANDS = 20, KEPT_STANDS_MS = 3600000 };

/* Room for so many bytes of answers, of which none takes more than a 32nd, a slow one no more than
   a quarter; NULL without memory. Without room nothing is ever kept. With prompt_ms 0 nothing is
   slow.
 */
__attribute__((warn_unused_result)) struct kept *kept_make(size_t room, int prompt_ms);
/* A copy of what this very caller, or one of the same rights, was answered at x->response.tree_size
   for the same statement and values; the caller's to clear. NULL: nothing is kept. */
PGresult *kept_find(struct kept *kept, const struct exchange *x, int64_t now_ms);
/* Whether there is a last slow answer to what x asks of the newest position that still stands; not
   when x wants no answer that is older than its question. */
bool kept_stands(struct kept *kept, const struct exchange *x, int64_t now_ms);
/* A copy of that answer; the caller's to clear. It is told in x->response and x->preface which
   position it is of, for how long that has not been the newest one at most, and what the report
   says beside its rows. *renew comes as whether it could be made anew now, and goes as whether it
   is time to; then it is not said again for a while. NULL: none stands, or there is no memory. */
PGresult *kept_standing(struct kept *kept, struct exchange *x, int64_t now_ms, bool *renew);
/* Keeps a copy of the rows that x is answered with at x->response.tree_size, if there is room. They
   were asked for at began_ms, soon after their position was read, and were there at ended_ms. */
void kept_add(struct kept *kept, const struct exchange *x, const PGresult *rows, int64_t began_ms,
              int64_t ended_ms);
/* Forgets everything. NULL is fine. */
void kept_free(struct kept *kept);
