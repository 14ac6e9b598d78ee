/* fetch.h - asks other servers over HTTP, several at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FETCHES_MAX = 32, /* at once */
    FETCH_TYPE_BYTES = 64,
    FETCH_ERROR_BYTES = 256
};

struct fetcher;

/* One question and its answer. */
struct fetch {
    const char *url;  /* http or https; others are not asked */
    const char *body; /* what is posted; NULL to get */
    size_t body_bytes;
    struct text *answer;           /* receives the body; its cap is the longest that is read */
    long status;                   /* of the answer; 0 when there is none, and error says why */
    char type[FETCH_TYPE_BYTES];   /* its Content-Type, "" when there is none */
    char error[FETCH_ERROR_BYTES]; /* a sentence */
};

/* NULL when the library does not start. */
__attribute__((warn_unused_result)) struct fetcher *fetcher_open(void);
/* Asks up to FETCHES_MAX at once and returns when all are answered, have failed, or the time is
   over. Connections stay open for the next time. A get follows redirections, never from https to
   http; a post does not. */
void fetcher_ask(struct fetcher *fetcher, struct fetch *fetches, size_t count, int64_t wait_ms);
/* Closes the connections; NULL is fine. */
void fetcher_close(struct fetcher *fetcher);
