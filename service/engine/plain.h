/* plain.h - lists that nobody filters, planned once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/exchange.h"

#include <stdbool.h>

/* The list lanes plan anew for the filters that are given, which costs more than the list itself
   when none is: and that is what most clients ask for. So a list has a second form, in which every
   parameter is absent for good: without parameters PostgreSQL keeps its plan. */

/* The plain form of a statement: its name and its text, in the arena. */
struct plain {
    const char *name; /* NULL: there is none */
    const char *sql;
};

/* Fills in the plain form, or none for a statement that is no list or needs a parameter. False: the
   arena is full. */
__attribute__((warn_unused_result)) bool
plain_make(struct arena *arena, const struct statement *statement, struct plain *plain);
/* Whether the exchange gives no parameter. */
bool plain_fits(const struct exchange *x);
