/* daemon.h - the client side of a loop: accepts, reads requests, sends responses, sets deadlines.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/exchange.h"
#include "core/metrics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daemon;

/* How the walk is set in motion; a room never calls a higher one by name. */
struct daemon_hooks {
    /* The head has arrived. False: x->problem is set, and the body is not read. */
    exchange_fn head;
    /* The whole request has arrived. True: the response is ready. False: daemon_resume will be
       called when it is. */
    exchange_fn walk;
    /* The response was sent, or the client has gone; x is gone after this. */
    void (*finished)(struct exchange *x);
};

struct daemon_plan {
    const struct config *config;
    const struct daemon_hooks *hooks;
    struct metrics *metrics;
    struct directory *directory;   /* handed to every exchange */
    struct allowances *allowances; /* likewise */
    struct backlog *backlog;       /* likewise */
    struct press *press;           /* likewise */
    const struct schemas *schemas; /* likewise */
    void *owner;                   /* likewise */
    struct crowd *crowd;
    int epoll;
    int listener; /* taken over */
};

/* Starts to accept; NULL with a reason. */
__attribute__((warn_unused_result)) struct daemon *daemon_open(const struct daemon_plan *plan,
                                                               char *reason, size_t reason_bytes);
/* Lets libmicrohttpd do what there is to do; once per turn of the loop. */
void daemon_run(struct daemon *daemon);
/* How long the loop may sleep for the daemon's sake; -1 for as long as it likes. */
int daemon_sleep_ms(const struct daemon *daemon);
/* Cuts clients that are past their deadline. */
void daemon_tick(struct daemon *daemon, int64_t now_ms);
/* The response of a waiting exchange is ready. */
void daemon_resume(struct exchange *x);
/* Whether the client of a waiting exchange has closed its side of the connection. */
bool daemon_has_left(struct exchange *x);
/* Whether the client of a waiting exchange has closed its side: nobody will read the answer. */
bool daemon_is_gone(const struct exchange *x);
/* Stops to accept; connections are closed after their present request. */
void daemon_drain(struct daemon *daemon);
/* How many requests have begun to arrive and are not answered yet. */
size_t daemon_busy(const struct daemon *daemon);
/* How many clients are connected. */
size_t daemon_clients(const struct daemon *daemon);
/* Closes everything; no exchange may be waiting. NULL is fine. */
void daemon_close(struct daemon *daemon);
