/* told.h - what a report says in words, the same on a page, on paper and in a workbook. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/figures.h"
#include "transfer/report.h"

#include <jansson.h>
#include <stddef.h>

/* Adds somebody's words so that whatever direction they have, or say they have, ends with them:
   what stands around them is not turned. Letters of ASCII stay as they are, others stand in an
   isolate (UAX #9) that nothing in them can leave. They are added whole, or not at all when the
   text is full. A cell needs none: it is a paragraph of its own. */
void told_add_isolated(struct text *out, const char *words);
/* The same as a string; "" when memory is short. */
const char *told_isolated(struct arena *arena, const char *words);
/* "Asked for: donor XI-DEMO-DONOR, year 2021." */
const char *told_parameters(struct arena *arena, const struct report *report);
/* "/v1/reports/portfolio?as_of=12&year=2021", with &format= unless it is NULL: the very report, at
   its position. */
const char *told_address(struct arena *arena, const struct report *report, const char *format);
/* "/verify#report=portfolio&sha256=1f..&as_of=12&year=2021": the page that verifies the report;
   what is after the "#" stays with who follows it. The digest is that of the JSON. NULL when it is
   too long. */
const char *told_verify(struct arena *arena, const struct report *report, const char *digest);
/* "The first 500 of 1,234 rows; CSV, NDJSON and XLSX hold all." NULL when all are shown. */
const char *told_rest(struct arena *arena, const struct figures *figures, size_t shown);
/* How a number reads: "1,234.50"; text that is none as it is. */
const char *told_number(struct arena *arena, const char *number);
/* How a cell reads. Years are no amounts: "2,026" would be read as one. */
const char *told_cell(struct arena *arena, const struct figures *figures, size_t column,
                      const char *cell);
/* How a line of totals begins: "Total, USD". */
const char *told_total(struct arena *arena, const char *key);
/* What the sums of a report are not, in sentences that are constants; returns how many. */
enum { TOLD_SUM_NOTES = 2 };
size_t told_sums(const struct figures *figures, const char *notes[TOLD_SUM_NOTES]);
/* The panels of a chart that are drawn, those of the most rows: of each chart some, of one alone
   more. Returns how many. `rest` becomes a sentence when others would show something too, or NULL.
 */
enum { TOLD_PANELS = 4 };
size_t told_panels(const struct figures *figures, const struct chart *chart,
                   const struct panel *drawn[TOLD_PANELS], const char **rest);
/* What stands beside the rows (struct preface), read; NULL when there is nothing, or no memory:
   then the arena is short. It lives as long as the arena. */
const json_t *told_preface(struct arena *arena, const struct report *report);
