/* loop.h - one event loop and everything it owns. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/metrics.h"
#include "core/statement.h"
#include "core/watch.h"
#include "engine/keeper.h"
#include "engine/lane.h"
#include "engine/overdue.h"
#include "engine/rules.h"
#include "flow/wait.h"
#include "http/daemon.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allowances;
struct backlog;
struct crowd;
struct directory;
struct schemas;

/* The same for every loop; what may change there is safe to change from all of them. */
struct loop_plan {
    const struct config *config;
    struct allowances *allowances;
    struct crowd *crowd;
    struct backlog *backlog;
    const struct rules *rules;
    const struct schemas *schemas;
    const struct statement *statements;
    size_t statement_count;
};

/* Loops share no lock, so a second one is a second thread and nothing else. */
struct loop {
    struct loop_plan plan;
    struct metrics *metrics;
    struct directory *directory;
    struct daemon *daemon;
    struct lanes *lanes;
    struct press *press;
    struct keeper *keeper;
    struct overdue *overdue; /* the first loop's; NULL in others */
    struct waits waits;
    struct watch stop;
    int epoll;
    int64_t ticked_ms;
    int64_t drain_began_ms; /* 0: not draining */
};

/* Opens everything; takes the listener over. False with a reason, and nothing is left open. */
__attribute__((warn_unused_result)) bool loop_open(struct loop *loop, const struct loop_plan *plan,
                                                   struct metrics *metrics, int listener,
                                                   char *reason, size_t reason_bytes);
/* Turns until it was stopped and everything that was accepted is answered. */
void loop_run(struct loop *loop);
/* Asks the loop to stop; from any thread. */
void loop_stop(struct loop *loop);
/* Closes everything. */
void loop_close(struct loop *loop);
