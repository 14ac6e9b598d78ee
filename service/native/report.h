/* report.h - reports: the catalogue of them, their definitions, and rows turned into documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/rows.h"

#include <stdbool.h>

/* GET /v1/reports: what reports there are. */
bool report_list(struct exchange *x);
/* GET /v1/reports/{slug}/definition: the manifest and the very query that runs. */
bool report_definition(struct exchange *x);
/* The rows of the report whose statement has run, in the negotiated representation. */
bool report_render(struct exchange *x, const struct rows *rows);
