/* watch.h - how a room hears from its file descriptors inside the loop's epoll. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct watch;

/* Called by the loop with the EPOLL* events that occurred. */
typedef void (*watch_fn)(struct watch *watch, uint32_t events);

/* Embedded in its owner and never freed before the loop ends: an event that was fetched together
   with the one that closed its descriptor may still arrive, and is harmless. */
struct watch {
    watch_fn ready;
    void *owner;
    int epoll;
    int fd;          /* -1: none */
    uint32_t events; /* as registered */
};

/* Watches fd for events, whatever was watched before. */
__attribute__((warn_unused_result)) bool watch_set(struct watch *watch, int fd, uint32_t events);
/* Forgets the descriptor; call before it is closed. */
void watch_clear(struct watch *watch);
/* The same for one that somebody else has closed already: its number may be another's by now. */
void watch_forget(struct watch *watch);
