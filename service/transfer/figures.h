/* figures.h - what a page, a paper and a workbook show of a report beside its bare rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/report.h"
#include "transfer/tally.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    FIGURES_KEPT = 2000, /* rows that a page shows; its sums and charts are of all of them */
    CHARTS_MAX = 4,
    CHART_VALUES = 3,
    TOTALS_MAX = 32
};

enum chart_kind {
    CHART_BARS, /* sums of up to three columns for each value of another */
    CHART_FLOW, /* sums of one column along two or three others: from donor over group to pillar */
    CHART_HEAT  /* one column in a grid of two others */
};

/* Money of one currency: amounts of different currencies are in different panels. */
struct panel {
    struct panel *next;
    const char *currency; /* NULL: the report has none */
    struct tally tally;
};

/* A chart as the manifest asks for it: its "charts" are objects with a title, and
     kind "bars"  by, values [..]        kind "flow"  through [..], value
     kind "heat"  rows, columns, value   and where {column: [values]}, for some of the rows only. */
struct chart {
    enum chart_kind kind;
    const char *title;
    size_t keys[TALLY_KEYS]; /* columns */
    size_t key_count;
    size_t values[CHART_VALUES]; /* columns */
    size_t value_count;
    const json_t *where; /* NULL: every row */
    struct panel *panels;
};

struct figures {
    struct arena *arena;
    const json_t *manifest;
    size_t columns;
    size_t currency; /* its column; the number of columns when there is none */
    size_t row_count;
    const char ***rows; /* the first of them: rows[i] has a cell for each column */
    size_t kept;
    size_t keep;
    struct chart charts[CHARTS_MAX];
    size_t chart_count;
    size_t totals[TOTALS_MAX]; /* the columns that the manifest lets add up ("totals") */
    size_t total_count;
    struct tally sums; /* of these, by currency */
};

/* The figures of a report without rows; NULL when memory is short. The manifest is borrowed. */
__attribute__((warn_unused_result)) struct figures *figures_open(struct arena *arena,
                                                                 const json_t *manifest);
/* Keeps no rows, and of the charts only bars, which have few entries however many rows there are:
   for a form that passes rows on as they come. */
void figures_stream(struct figures *figures);
/* Takes one more row, a cell for each column, NULL for null; false when memory is short. */
__attribute__((warn_unused_result)) bool figures_take(struct figures *figures,
                                                      const char *const *cells);
/* The name of a column as people say it: "committed ict 220". */
const char *figures_label(const struct figures *figures, size_t column);
/* The column of the manifest. */
const json_t *figures_column(const struct figures *figures, size_t column);
/* Whether its cells are numbers. */
bool figures_is_number(const struct figures *figures, size_t column);
