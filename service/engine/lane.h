/* lane.h - the lanes of a loop: database connections of one role, and who waits for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/exchange.h"
#include "engine/rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lanes;

/* Called once for each exchange that lanes_submit took: x->result holds what the statement came
   back with, or x->problem why it did not. */
typedef void (*lanes_landed_fn)(struct exchange *x);

/* What the lanes of one loop are made of; borrowed for as long as they are open. */
struct lanes_plan {
    const struct config *config;
    int epoll;
    const struct statement *statements;
    size_t statement_count;
    struct metrics *metrics;
    lanes_landed_fn landed;
};

/* A point read is planned once. What filters by many parameters that are mostly absent is planned
   for those that are there: lists, explanations, and reports but for what each begins with and
   their plain forms. */
#define ONE_PLAN  "force_generic_plan"
#define NEW_PLANS "force_custom_plan"

/* A lane as a table row: which role, which statements, how they travel. */
struct lane_kind {
    const char *name;
    const char *role;
    enum statement_lane serves;
    bool enters;    /* says who is asking before each statement, which then has a Sync of its own */
    bool anonymous; /* serves callers without a key, and only them */
    bool writes;    /* a lost connection leaves the outcome in doubt */
    const char *plans; /* plan_cache_mode; NULL: the role's own */
    size_t batch_max;
    bool patient; /* takes over what the lane of the same statements had no time for */
};

enum { LANE_KINDS = 9 };
extern const struct lane_kind lane_kinds[LANE_KINDS];
/* Says who is asking: parameters are principal, organisation, country, roles, key, request,
   idempotency key, If-Match and route. */
extern const char lane_enter_sql[];

/* Whether the lane prepares the statement. */
bool lane_serves(const struct lane_kind *kind, const struct statement *statement);
/* statement_timeout of the lane. */
int lane_timeout_ms(const struct lane_kind *kind, const struct config *config);
/* How long a request may wait for one of its connections. */
int lane_wait_ms(const struct lane_kind *kind, const struct config *config);
/* How many connections a loop opens for the lane. */
size_t lane_connections(const struct lane_kind *kind, const struct config *config);

/* Opens every lane; connections are made as the loop turns. NULL with a reason on bad settings. */
__attribute__((warn_unused_result)) struct lanes *lanes_open(const struct lanes_plan *plan,
                                                             char *reason, size_t reason_bytes);
/* Queues x->statement with x->values on the lane that fits it and its caller. False: x->problem is
   set, and nobody will land. */
__attribute__((warn_unused_result)) bool lanes_submit(struct lanes *lanes, struct exchange *x);
/* Sends what waits to connections that are free; the loop calls it once per turn, so that what
   arrived in one turn travels together. */
void lanes_pump(struct lanes *lanes);
/* Reconnects, retries, gives up; to be called every few dozen milliseconds. */
void lanes_tick(struct lanes *lanes, int64_t now_ms);
/* When lanes_tick has something to do next; INT64_MAX for nothing in particular. */
int64_t lanes_due_ms(const struct lanes *lanes);
/* Whether every lane has a connection that works. */
bool lanes_ready(const struct lanes *lanes);
/* How many exchanges wait or fly. */
size_t lanes_busy(const struct lanes *lanes);
/* Lands everything that waits or flies with what can be said of it; for the end of a drain. */
void lanes_abort(struct lanes *lanes);
/* Closes every connection; nothing may be waiting or flying. NULL is fine. */
void lanes_close(struct lanes *lanes);
