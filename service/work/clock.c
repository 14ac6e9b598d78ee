/* clock.c - `aidledger clock`: states in the ledger the deadlines that have passed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/clock.h"

#include "core/log.h"
#include "engine/ask.h"

#include <string.h>

/* One deadline a turn, until there is none that has passed. */
static bool state_next(void *owner, PGconn *db, bool *more)
{
    char reason[512];
    PGresult *result = ask(db, "SELECT clock_turn()", 0, NULL);
    const bool good = ask_is_good(result, reason, sizeof reason);
    (void)owner;
    if (good)
        *more = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "0") != 0;
    else
        job_log("clock", LOG_WARN, "job_interrupted", reason);
    PQclear(result);
    return good;
}

const struct job job_clock = {
    .name = "clock", .role = "aidledger_writer", .wait_ms = 2000, .work = state_next};
