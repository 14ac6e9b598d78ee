/* report_run.h - a report that is issued: it runs, and then its bytes are recorded. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

enum { REPORT_RUN_MAX = 16 << 20 /* bytes of a report that is kept; the database says the same */ };

/* A step of the walk. Where the statement has parameters of a report, the report that the body
   names is sent ahead of it, and hands over: "run", a JSON object of what was asked and what came
   of it, and "result", the very bytes. Any other exchange is left as it is. */
bool report_run_begin(struct exchange *x);
