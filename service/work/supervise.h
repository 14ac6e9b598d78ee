/* supervise.h - keeps the processes beside the loop alive. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* One child, this very program under another subcommand. */
struct supervisor {
    const char *command;
    pid_t child; /* 0: none runs */
    int64_t started_ms;
    int64_t start_at_ms;
    int backoff_ms;
};

/* A supervisor whose child is started at its first tick. */
struct supervisor supervise_make(const char *command);
/* Starts the child when it does not run and it is time to. */
void supervise_tick(struct supervisor *supervisor, int64_t now_ms);
/* Ends the child and waits for it. */
void supervise_stop(struct supervisor *supervisor);
