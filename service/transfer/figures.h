/* figures.h - what a page, a paper and a workbook show of a report beside its bare rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/report.h"
#include "transfer/tally.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    FIGURES_KEPT = 2000,  /* rows that a page shows; its sums and charts are of all of them */
    FIGURES_MANY = 20000, /* figures of one chart that is streamed: with more it is left out */
    CHARTS_MAX = 6,
    CHART_VALUES = 4,
    APART_MAX = 2,
    TOTALS_MAX = 32
};

enum chart_kind {
    CHART_BARS, /* up to four columns for each value of another */
    CHART_FLOW, /* sums of one column along two or three others: from donor over group to pillar */
    CHART_HEAT  /* one column in a grid of two others */
};

/* What may be added up at all: amounts of different currencies are in different panels, and so is
   what the manifest keeps apart. The panel of the most rows is the first. */
struct panel {
    struct panel *next;
    const char *currency;         /* NULL: the report has none */
    const char *apart[APART_MAX]; /* of each column that the chart keeps apart; NULL is a value */
    size_t rows;
    struct tally tally;
};

/* A chart as the manifest asks for it: its "charts" are objects with a title, and
     kind "bars"  by, values [..]        kind "flow"  through [..], value
     kind "heat"  rows, columns, value   and where {column: [values]}, for some of the rows only: a
   value may be null. "note" is a sentence for below the title, "unit" stands for that of its first
   column. The cells of a heat map are shaded
   by "whole", what would be all of it; else percents of 100, and everything else of the largest
   one, or with shade "columns" of the largest in its column, where columns count different things.
   A chart adds up only columns that the manifest's "totals" names. Of any other a figure is one
   cell of one row: where two rows meet, there is none. A flow is of such a column, or it is left
   out. */
struct chart {
    enum chart_kind kind;
    const char *title;
    const char *note;
    size_t keys[TALLY_KEYS]; /* columns */
    size_t key_count;
    size_t values[CHART_VALUES]; /* columns */
    size_t value_count;
    size_t apart[APART_MAX]; /* columns that the manifest keeps apart and that are no keys here */
    size_t apart_count;
    const json_t *where; /* NULL: every row */
    const char *unit;
    const char *whole; /* "" for none */
    bool by_column;
    bool adds; /* figures of different keys add up */
    bool many; /* there were too many figures */
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
    size_t most;               /* figures of a chart; 0 for any number */
    size_t totals[TOTALS_MAX]; /* the columns that the manifest lets add up ("totals") */
    size_t total_count;
    const json_t *summed;    /* of which rows ("totals_where"); NULL: of all */
    size_t apart[APART_MAX]; /* and those across whose values nothing adds up ("apart") */
    size_t apart_count;
    struct tally sums; /* of the totals, by currency and what is kept apart */
};

/* The figures of a report without rows; NULL when memory is short. The report is borrowed. */
__attribute__((warn_unused_result)) struct figures *figures_open(struct arena *arena,
                                                                 const struct report *report);
/* Keeps the first so many rows instead; false when memory is short. */
__attribute__((warn_unused_result)) bool figures_keep(struct figures *figures, size_t rows);
/* Keeps no rows, and no chart that turns out to have very many figures: for a form that passes rows
   on as they come. */
void figures_stream(struct figures *figures);
/* Takes one more row, a cell for each column, NULL for null; false when memory is short. */
__attribute__((warn_unused_result)) bool figures_take(struct figures *figures,
                                                      const char *const *cells);
/* The name of a column as people say it: "committed ict 220". */
const char *figures_label(const struct figures *figures, size_t column);
/* The column of the manifest. */
const json_t *figures_column(const struct figures *figures, size_t column);
/* The sum of a column in a line of totals; NULL when the column is not added up. */
const struct sum *figures_sum(const struct figures *figures, const struct tally_entry *entry,
                              size_t column);
/* What a line of totals is of, in the column of its currency or of what is kept apart; NULL. */
const char *figures_key(const struct figures *figures, const struct tally_entry *entry,
                        size_t column);
/* Whether its cells are numbers. */
bool figures_is_number(const struct figures *figures, size_t column);
/* Whether its cells may be added up. */
bool figures_adds(const struct figures *figures, size_t column);
