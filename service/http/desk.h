/* desk.h - a small HTTP server beside the great one: one thread, short bodies, answers at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

struct desk;

/* Everything lives until the answer has gone. */
struct desk_request {
    const char *method;
    const char *path;
    const char *body; /* terminated, and may hold zeros */
    size_t body_bytes;
};

/* status is 500 and the body empty until they are set. */
struct desk_answer {
    unsigned status;
    const char *type; /* a constant */
    struct text body;
};

/* Answers one request; called in the desk's own thread, one after the other. */
typedef void (*desk_fn)(void *owner, const struct desk_request *request,
                        struct desk_answer *answer);

struct desk_plan {
    int listener;                /* taken over, even on failure */
    size_t body_max;             /* bytes of a request's body; longer ones get a 413 */
    unsigned clients_max;        /* connections at once */
    unsigned clients_of_address; /* of these from one address */
    unsigned silence_s;          /* after which a connection is closed */
    desk_fn answer;
    void *owner;
};

/* Starts to answer; NULL with a reason. */
__attribute__((warn_unused_result)) struct desk *desk_open(const struct desk_plan *plan,
                                                           char *reason, size_t reason_bytes);
/* Ends the thread and the connections; NULL is fine. */
void desk_close(struct desk *desk);
