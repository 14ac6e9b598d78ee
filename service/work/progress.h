/* progress.h - how far a long job is, for whoever watches it on a terminal. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *title;
    const char *unit; /* "activities"; NULL: only the percentage is shown */
    int64_t whole;
    int64_t began_ms;
    int64_t shown_ms;
    bool wanted;
};

/* Begins a job of so many steps; shows nothing when standard error is no terminal. */
struct progress progress_begin(const char *title, const char *unit, int64_t whole);
/* Shows how far it is, ten times a second at most. */
void progress_show(struct progress *progress, int64_t done);
/* Takes the bar away again. */
void progress_end(struct progress *progress);
