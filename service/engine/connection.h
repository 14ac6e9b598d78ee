/* connection.h - one connection of a lane: prepares its statements, carries batches there and back.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/metrics.h"
#include "engine/kept.h"
#include "engine/lane.h"
#include "engine/link.h"
#include "engine/plain.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BATCH_MAX = 64, EXPECT_MAX = BATCH_MAX * 3 + 2 };

/* How an exchange comes back. The result, which may be NULL, is the lane's from then on. */
typedef void (*connection_end_fn)(void *lane, struct exchange *x, PGresult *result);

/* What the connections of one lane have in common; outlives them. */
struct connection_plan {
    const struct lane_kind *kind;
    const struct statement *statements;
    const struct plain *plain; /* of each statement */
    size_t statement_count;
    struct metrics_lane *metrics;
    struct kept *kept; /* of reports */
    int timeout_ms;
    void *lane;
    connection_end_fn finished;                    /* the server has said what came of it */
    connection_end_fn lost;                        /* the connection broke first */
    void (*again)(void *lane, struct exchange *x); /* a neighbour's error took it along */
};

enum expected { EXPECT_ENTER, EXPECT_POSITION, EXPECT_STATEMENT, EXPECT_SYNC };

/* Flights first to end - 1; only a Sync speaks of more than one. */
struct expect {
    enum expected what;
    size_t first;
    size_t end;
};

struct flight {
    struct exchange *x; /* NULL: landed */
    PGresult *result;
    bool plain;      /* it flies in its plain form */
    bool stale;      /* which is not of the position it is bound to */
    bool asks;       /* its statement waits for its position: the answer may be kept */
    int64_t sent_ms; /* when that statement was sent */
};

enum phase { PHASE_PREPARING, PHASE_IDLE, PHASE_FLYING };

struct connection {
    struct link link;
    const struct connection_plan *plan;
    enum phase phase; /* means something only while the link is up */
    bool terminator_due;
    size_t preparing;
    struct flight flights[BATCH_MAX];
    size_t flight_count;
    struct expect expects[EXPECT_MAX];
    size_t expect_head;
    size_t expect_count;
    int64_t heard_ms;
};

/* Prepares a connection that is made at its first tick. */
void connection_open(struct connection *c, const struct connection_plan *plan, int epoll,
                     const struct conninfo *info);
/* Connects when it is time to; gives up a server that does not answer. */
void connection_tick(struct connection *c, int64_t now_ms);
/* Whether it can take a batch now. */
bool connection_is_free(const struct connection *c);
/* Sends the exchanges that hang together by `next`, in one go: at most BATCH_MAX. */
void connection_send(struct connection *c, struct exchange *batch);
/* Whether it is made and its statements are prepared. */
bool connection_works(const struct connection *c);
/* How many exchanges it carries. */
size_t connection_flying(const struct connection *c);
/* Breaks it when it carries anything. */
void connection_abort(struct connection *c, const char *reason);
/* Closes it for good; it must carry nothing. */
void connection_close(struct connection *c);
