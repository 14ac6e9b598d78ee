/* press.h - large forms of reports, made by processes beside the loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/exchange.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A child is `aidledger form NAME`: it has no database, no key and no socket, only the lines of the
   report on its input and a file without a name for its output. The loop writes lines as the child
   takes them and sends the file when it has ended well; so no turn of the loop is longer because of
   it, and the rows are never in memory twice. */
struct press;

/* What is to be made. It lives in the arena of the exchange. */
struct press_job {
    struct press_job *next;
    struct exchange *x;
    const char *form;
    /* Adds the next few lines to the text, which is empty; false when these were the last ones. */
    bool (*feed)(struct press_job *job, struct text *lines);
    void *feeder;
    struct text lines; /* what the child has not taken yet, from `taken` on */
    size_t taken;
    bool fed;
    int64_t until_ms;
};

/* What is called when a job has ended: the response or the problem is in the exchange. */
typedef void (*press_done_fn)(struct exchange *x);

/* NULL when memory is short. */
__attribute__((warn_unused_result)) struct press *press_open(const struct config *config, int epoll,
                                                             press_done_fn done);
/* Takes the job on, and the exchange with it; false when it sets a problem instead. */
__attribute__((warn_unused_result)) bool press_take(struct press *press, struct press_job *job);
/* Ends what takes too long, and what nobody waits for any more. */
void press_tick(struct press *press, int64_t now_ms);
/* Ends every job; their exchanges are told. */
void press_abort(struct press *press);
/* No job may be left. NULL is fine. */
void press_close(struct press *press);
