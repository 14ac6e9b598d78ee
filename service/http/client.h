/* client.h - one client connection: what is being waited for, and for how long. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/address.h"
#include "core/arena.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum client_phase {
    CLIENT_HEAD,    /* the head of the next request is due as a whole, dribbled or not */
    CLIENT_BODY,    /* the body is due at a minimum rate */
    CLIENT_WAITING, /* the service takes the time */
    CLIENT_ANSWER   /* the answer is to be read at a minimum rate */
};

/* Its arena serves its requests one after the other. */
struct client {
    struct client *next; /* in the free list */
    struct arena *arena;
    struct address address; /* of the peer: a proxy's, where there is one */
    enum client_phase phase;
    int fd;            /* -1: free, or cut already */
    int64_t since_ms;  /* the phase, or the present stretch of it */
    uint64_t received; /* bytes of the body */
    uint64_t before;   /* bytes that had moved when the stretch began */
    bool counted;      /* in the crowd */
    bool still_sends;  /* was answered before it had sent everything */
};

/* The client goes on to this phase now. */
void client_enter(struct client *client, enum client_phase phase);
/* Whether it has been too slow: the head after head_timeout_s, body and answer when a stretch of
   slow_stretch_s has moved less than slowest_bytes_per_s. To be asked a few times a second. */
bool client_is_late(struct client *client, const struct config *config, int64_t now_ms);
