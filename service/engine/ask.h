/* ask.h - questions to the database by those who have nothing else to do than wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine/conninfo.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/* Start-up and the processes beside the loop; never the loop itself. */

/* Connects as the lane; NULL with a reason when the server cannot be reached or refuses. */
__attribute__((warn_unused_result)) PGconn *
ask_connect(const char *base, const struct conninfo_lane *lane, char *reason, size_t reason_bytes);
/* Runs one statement with text parameters. Never NULL but when memory is out; the caller looks at
   its status and clears it. */
__attribute__((warn_unused_result)) PGresult *ask(PGconn *db, const char *sql, int count,
                                                  const char *const *values);
/* Prepares and describes a statement: the result's parameters are those of the statement. */
__attribute__((warn_unused_result)) PGresult *ask_description(PGconn *db, const char *sql);
/* Whether the result is a good one; if not, reason says why. */
__attribute__((warn_unused_result)) bool ask_is_good(const PGresult *result, char *reason,
                                                     size_t reason_bytes);
