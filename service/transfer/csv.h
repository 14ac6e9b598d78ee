/* csv.h - a CSV body (RFC 4180) as the JSON that its statement reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/problem.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes an array with an object for each row: its members are named by the header line, its values
   are strings as they stand between the commas, and an empty cell has no member. False when the
   bytes are no CSV; a row with too many or too few cells is a fault of the problem and no more, so
   that it is told with whatever else is wrong. Whether the text was large enough is asked of it. */
bool csv_write_json(struct text *out, const char *bytes, size_t count, struct problem *problem);

/* The step of the walk: a body that came as CSV becomes JSON where the statement takes CSV, and is
   refused elsewhere. */
bool csv_read_body(struct exchange *x);
