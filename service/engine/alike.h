/* alike.h - requests that ask for the very same at the same moment: one asks, all are answered. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <libpq-fe.h>
#include <stdbool.h>

/* Nothing is kept for later: who joins does so before the statement is sent, so that what it reads
   is at least as new as the moment it was asked. */

/* The one among those that wait, from `first` on by `next`, that asks for the very same as x: the
   same statement with the same values, neither with a key. NULL when there is none near. */
__attribute__((warn_unused_result)) struct exchange *alike_find(struct exchange *first,
                                                                const struct exchange *x);
/* Has x answered with what `asking` comes back with. */
void alike_join(struct exchange *asking, struct exchange *x);
/* Makes the first of those who joined x ask in its stead, the others with it; NULL when nobody
   did. */
__attribute__((warn_unused_result)) struct exchange *alike_heir(struct exchange *x);
/* Takes over the result, which may be NULL, for x and those who joined it, to be cleared when the
   last of their arenas is reset; they find it in x->result, or a problem where it did not fit, into
   the backlog too. A large report counts there once, for all of them.
   Returns those who joined, by `next`, each with the problem of x if it has one. */
__attribute__((warn_unused_result)) struct exchange *alike_share(struct exchange *x,
                                                                 PGresult *result);
