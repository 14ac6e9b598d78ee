/* report.h - the rows of a report as JSON, NDJSON or CSV, with everything a reader needs to trust
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/rows.h"
#include "core/text.h"
#include "transfer/footing.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A report that was run: what it is (reports/<slug>/manifest.json), how it was asked, and at which
   position of the ledger. Everything is borrowed. */
struct report {
    const json_t *manifest;
    const char *tree_size; /* decimal */
    const struct field *parameters;
    size_t parameter_count;
    const struct report_cell *cells; /* of report_cells(), for the forms in JSON */
    struct preface preface;          /* what it says beside its rows; members may be NULL */
    struct footing footing;          /* for forms that are to be shown: page, workbook, paper */
    bool bare;                       /* no notes: CSV for programs */
    bool bom;                        /* CSV begins with a byte order mark, for spreadsheets */
};

/* A member of the manifest, or of one of its columns, that is text; "" when there is none. */
const char *report_word(const json_t *object, const char *name);
/* How many columns the rows have, and the place of one of them; the number of columns when there is
   none of this name. */
size_t report_columns(const json_t *manifest);
size_t report_column(const json_t *manifest, const char *name);

/* How a column's cells are written in JSON. */
struct report_cell {
    const char *before; /* {"name": or ,"name": */
    size_t before_bytes;
    bool bare; /* a number, which stands as it is */
};
/* Of each column of the manifest; NULL when the arena is full. */
const struct report_cell *report_cells(struct arena *arena, const json_t *manifest);

/* Whether the result has the manifest's columns: only then can it be written. */
bool report_has_columns(const struct report *report, const struct rows *rows);

/* A form that is written row by row: what stands before the rows, one of them, and what stands
   behind them (NULL: nothing). All write the same cells in the order of the manifest's columns:
   text as it is, integers and exact decimals as PostgreSQL prints them, null as null or as an empty
   field. Whether the text was large enough is asked of it. */
struct report_form {
    void (*begin)(struct text *out, const struct report *report, const struct rows *rows);
    void (*row)(struct text *out, const struct report *report, const struct rows *rows, size_t row);
    void (*end)(struct text *out);
};

/* One JSON document, the members of the preface before the rows; decimals are strings. */
extern const struct report_form report_json;

/* A line with everything that the JSON document says before its rows, and how many rows follow;
   then each row as a line of its own, the very bytes of the document. */
extern const struct report_form report_ndjson;

/* RFC 4180 with CRLF and a header line. Before it, unless bare, "# " lines say what the report is,
   how it is computed, what it does not tell, and the note of the preface. A text cell that a
   spreadsheet would take for a formula gets an apostrophe in front. */
extern const struct report_form report_csv;

/* All of it; false when the result does not have the manifest's columns. */
bool report_write(struct text *out, const struct report_form *form, const struct report *report,
                  const struct rows *rows);
