/* choice.h - the charts of a report whose columns depend on what was asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/report.h"

#include <jansson.h>

/* The manifest of such a report has, instead of "charts",
     "charts_of": {"dimensions": parameter, "measures": parameter, "measures_when_absent": [..]}
   The answer is a list of charts as a manifest has them, the same for the same parameters:
     one dimension     bars of it
     two               a heat map or, when one of them is the year, that by year and bars by year
     three and more    the flow through the first three of them that add up, and bars by year
   Only what adds up ("totals") is drawn over dimensions that are left out, and nothing is over
   those that are kept apart ("apart"). NULL when the manifest has none, or when memory is short;
   the caller owns it. */
__attribute__((warn_unused_result)) json_t *choice_charts(const struct report *report);
