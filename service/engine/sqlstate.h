/* sqlstate.h - from a database error to a problem. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "engine/rules.h"

#include <libpq-fe.h>
#include <stdbool.h>

/* Whether the statement did what it should. */
bool sqlstate_is_success(const PGresult *result);
/* Whether this is an error of which the server has said nothing: libpq lost it, and what came of
   the statement is not known. */
bool sqlstate_is_silent(const PGresult *result);
/* Whether the same statement may well succeed when it is sent again. NULL is not. */
bool sqlstate_is_retryable(const PGresult *result);
/* Whether the statement was ended because it took too long. NULL was not. */
bool sqlstate_is_late(const PGresult *result);
/* Sets x->problem from a failed result; always false. */
bool sqlstate_problem(struct exchange *x, const PGresult *result, const struct rules *rules);
