/* web_page.h - a report as a page to read and to print. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/digest.h"
#include "transfer/figures.h"
#include "transfer/report.h"

#include <stdbool.h>

/* What a browser may do with such a page: show it. */
extern const char web_page_policy[];

/* The page: question, charts, table with sums, method, limitations, and how to verify it; digest is
   that of the JSON document. Whether the text was large enough is asked of it. */
void web_page_write(struct text *out, const struct report *report, const struct figures *figures,
                    const char *digest);
/* The same from the rows, like its siblings in transfer/report.h. */
bool report_write_html(struct text *out, const struct report *report, const struct rows *rows);
