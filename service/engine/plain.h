/* plain.h - second forms of statements, planned once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/exchange.h"

#include <stdbool.h>
#include <stdint.h>

/* The lanes of lists and reports plan anew for the filters that are given, which costs more than
   what is mostly asked for. So there is a second form.

   Of a list: every parameter is absent for good, and without parameters PostgreSQL keeps its plan.
   That is the list that nobody filters.

   Of a report with a current.sql: the same rows, from rollups that hold the newest position, as a
   look-up that needs no plan for its filters. A parameter it does not name must be absent. Whether
   the rollups hold the position the report is bound to, report_enter knows; when they do not, the
   report is asked for again in its first form: see engine/connection. */

/* The plain form of a statement: its name and its text. */
struct plain {
    const char *name; /* NULL: there is none */
    const char *sql;
    uint64_t takes; /* mask of 1 << i: the parameters that may be there */
};

/* Fills in the plain form, or none for a statement that has none. False: the arena is full. */
__attribute__((warn_unused_result)) bool
plain_make(struct arena *arena, const struct statement *statement, struct plain *plain);
/* Whether the form is there and takes what the exchange gives. */
bool plain_fits(const struct plain *plain, const struct exchange *x);
/* How many parameters it is prepared and sent with: all of its statement's, or none. */
size_t plain_parameters(const struct plain *plain, const struct statement *statement);
