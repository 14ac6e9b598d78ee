/* link.h - one database connection that comes back by itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/watch.h"
#include "engine/conninfo.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_UP };

struct link;
typedef void (*link_fn)(struct link *link);

/* What its owner wants to hear. */
struct link_events {
    link_fn up;       /* connected, non-blocking, nothing sent yet */
    link_fn readable; /* bytes were consumed: results may be waiting */
    link_fn down;     /* was up, is closed: whatever was under way is lost */
};

struct link {
    enum link_state state;
    PGconn *db;
    struct watch watch;
    const struct link_events *events;
    const struct conninfo *info;
    const char *name; /* of the lane, for the log */
    void *owner;
    int64_t retry_at_ms;
    int64_t give_up_ms; /* of the connection attempt */
    int backoff_ms;
    bool failed_before; /* a series of failures is logged once */
};

/* Prepares a link that connects at its first tick. */
void link_open(struct link *link, int epoll, const struct conninfo *info, const char *name,
               const struct link_events *events, void *owner);
/* Connects when it is time to, gives up an attempt that takes too long. */
void link_tick(struct link *link, int64_t now_ms);
/* Sends what libpq has buffered, now or as soon as the socket takes it. */
void link_flush(struct link *link);
/* Closes a connection that is of no use any more, tells the owner and tries again later. */
void link_fail(struct link *link, const char *reason);
/* The owner has seen the connection work: the next failure is retried at once. */
void link_settle(struct link *link);
/* Closes for good, without a word to the owner. */
void link_close(struct link *link);
