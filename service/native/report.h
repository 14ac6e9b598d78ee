/* report.h - reports: the catalogue of them, their definitions, and rows turned into documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/rows.h"
#include "core/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* GET /v1/reports: what reports there are. */
bool report_list(struct exchange *x);
/* GET /v1/reports/{slug}/definition: the manifest and the very query that runs. */
bool report_definition(struct exchange *x);
/* The rows of the report whose statement has run, in the negotiated representation. */
bool report_render(struct exchange *x, const struct rows *rows);

/* What a report is made of: its manifest, with the sentences that only the query knows, and its
   rows, without them. */
struct report_told {
    const json_t *manifest;
    struct rows rows;
};
/* The same as report_render, in one piece, and says of what. */
bool report_render_told(struct exchange *x, const struct rows *rows, struct report_told *told);
/* The query of the report of this name; NULL when there is none. */
const struct statement *report_find(struct exchange *x, const char *slug);
/* What the report whose values are bound was asked for, in the order of its definition. */
size_t report_parameters(const struct exchange *x, struct field parameters[PARAMETERS_MAX]);
/* An empty text in memory of its own, for what may be larger than an exchange. */
bool report_open(struct exchange *x, struct text *out);
