/* job.h - what is done again and again in the database, for ever, beside the loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

#include <stdbool.h>

/* A statement that does some of what waits and returns how much it did: it is run until it returns
   0, and then whenever wait_ms have passed or there is news on the channel. */
struct job {
    const char *name;
    const char *role;    /* of the database */
    const char *channel; /* whose news makes it sooner; NULL for none */
    const char *sql;
    int wait_ms;
};

/* Gives committed ledger entries their leaf indexes. */
extern const struct job job_sequencer;
/* States the deadlines that have passed. Several may run: one of them works at a time. */
extern const struct job job_clock;

/* Runs until SIGTERM or SIGINT, which must be blocked by the caller; reconnects by itself. False
   when the settings do not allow it to run at all. */
__attribute__((warn_unused_result)) bool job_run(const struct job *job,
                                                 const struct config *config);
