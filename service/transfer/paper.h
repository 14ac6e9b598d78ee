/* paper.h - a report as a document to file: a tagged PDF on A4. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/figures.h"
#include "transfer/report.h"

#include <stdbool.h>

enum { PAPER_ROWS_MAX = 5000 };

/* Title and question, what it does not tell, charts, rows with sums, method, columns, and how to
   verify it; the digest is that of the JSON document, and the figures keep all rows. The same
   report is the same bytes. False when memory is short. */
__attribute__((warn_unused_result)) bool paper_write(struct text *out, const struct report *report,
                                                     const struct figures *figures,
                                                     const char *digest);
