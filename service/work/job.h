/* job.h - what is done again and again in the database, for ever, beside the loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/log.h"

#include <libpq-fe.h>
#include <stdbool.h>

struct job {
    const char *name;
    const char *role; /* of the database */
    int wait_ms;      /* until the next look when there is nothing more to do */
    /* Called with each new connection, before any work; may be NULL. False: the connection is of no
       use, or this is not the time to work; it was logged. */
    bool (*begin)(void *owner, PGconn *db);
    /* Does some of what waits; sets more when there may be more at once. False: the connection is
       of no use any more. */
    bool (*work)(void *owner, PGconn *db, bool *more);
    void *owner;
};

/* Runs until SIGTERM or SIGINT, which must be blocked by the caller; reconnects by itself. False
   when the settings do not allow it to run at all. */
__attribute__((warn_unused_result)) bool job_run(const struct job *job,
                                                 const struct config *config);
/* Logs a line of the job. */
void job_log(const char *name, enum log_level level, const char *msg, const char *detail);
