/* wait.h - Prefer: wait: the answer to a write is held until what it states is sealed. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stddef.h>
#include <stdint.h>

struct loop;

/* Those of one loop that wait for the next checkpoint. */
struct waits {
    struct exchange *first;
    size_t count; /* held at present, those that are looking included */
    int64_t looked_ms;
};

/* Follows a write whose client waits: looks for the proof of its statement, and again after each
   checkpoint until it is there or the time is over. The answer then carries it as "proof". */
enum round wait_begin(struct exchange *x);
/* A checkpoint was published: all look again. */
void waits_wake(struct loop *loop);
/* Answers those whose time is over or whose client has gone; to be called a few times a second. */
void waits_tick(struct loop *loop, int64_t now_ms);
/* Answers all; for the beginning of a drain. */
void waits_end(struct loop *loop);
