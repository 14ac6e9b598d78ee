/* result.h - from the rows of a statement to a response. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "engine/rules.h"

#include <stdbool.h>

/* Reads x->result into x->response by column name: status, body, etag, location, next, tree_size.
   No row: our bug from a write, 404 from what reads, nothing special from a report. Where x->render
   is set, the rows go there as they are. */
bool result_apply(struct exchange *x, const struct rules *rules);
