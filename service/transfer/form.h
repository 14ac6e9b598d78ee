/* form.h - forms of a report that are made from its lines, apart from whoever has the rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { FORM_REASON_BYTES = 256 };

/* What came of it; the exit status of "aidledger form", where 2 is for its usage. */
enum form_end {
    FORM_MADE = 0,
    FORM_FAILED = 1,
    FORM_TOO_LARGE = 3 /* for the memory it may take: to try again does not help */
};

/* What is asked for. */
struct form_order {
    const char *name;   /* "xlsx", "html" or "pdf" */
    int lines;          /* descriptor of the NDJSON */
    const char *file;   /* where the form goes; it must be one that can be sought in */
    const char *folder; /* for files that are needed on the way */
    /* The definition of a report: charts and totals are not in its lines. NULL when there is none.
     */
    json_t *(*define)(const char *slug);
};

/* Reads the lines to their end and writes the form, or there is a reason. Keeps one row in memory
   where the form can. */
__attribute__((warn_unused_result)) enum form_end form_make(const struct form_order *order,
                                                            char reason[FORM_REASON_BYTES]);
/* Whether there is a form of this name. */
bool form_is_known(const char *name);
