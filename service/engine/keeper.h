/* keeper.h - the loop's own connection: feeds the key directory and watches the ledger's queue. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"
#include "core/metrics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEEPER_FIELDS = 8 };

struct keeper;

/* Who takes the rows of key_directory(), all of them or none are committed; and who hears that a
   checkpoint may have been published. */
struct keeper_feed {
    void *directory;
    bool (*begin)(void *directory);
    bool (*add)(void *directory, const char *const fields[KEEPER_FIELDS]);
    void (*commit)(void *directory, int64_t asked_ms);
    void *loop;
    void (*sealed)(void *loop);
};

/* Opens the connection as the loop turns; NULL with a reason on bad settings. */
__attribute__((warn_unused_result)) struct keeper *
keeper_open(const struct config *config, int epoll, const struct keeper_feed *feed,
            struct metrics *metrics, char *reason, size_t reason_bytes);
/* Asks what is due; to be called every few dozen milliseconds. */
void keeper_tick(struct keeper *keeper, int64_t now_ms);
/* Closes the connection. NULL is fine. */
void keeper_close(struct keeper *keeper);
