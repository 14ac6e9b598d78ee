/* overdue.h - counts what is overdue, for /metrics. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/metrics.h"

#include <stddef.h>
#include <stdint.h>

/* Counting grows with all that is overdue, so it has a connection of its own, on which nobody
   waits, and rests fifty times as long as it took, at least five seconds and at most ten minutes; a
   minute after a failure. */
struct overdue;

/* Opens the connection as the loop turns; NULL with a reason on bad settings. One loop of a service
   counts for all. */
__attribute__((warn_unused_result)) struct overdue *overdue_open(const struct config *config,
                                                                 int epoll, struct metrics *metrics,
                                                                 char *reason, size_t reason_bytes);
/* Asks when it is time to; to be called every few dozen milliseconds. */
void overdue_tick(struct overdue *overdue, int64_t now_ms);
/* Closes the connection. NULL is fine. */
void overdue_close(struct overdue *overdue);
