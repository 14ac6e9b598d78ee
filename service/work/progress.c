/* progress.c - how far a long job is, for whoever watches it on a terminal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/progress.h"

#include "core/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { SHOW_EVERY_MS = 100, BAR_WIDTH = 30, RATE_AFTER_MS = 1000 };

struct progress progress_begin(const char *title, const char *unit, int64_t whole)
{
    const int64_t now_ms = clock_ms();
    return (struct progress){.title = title,
                             .unit = unit,
                             .whole = whole > 0 ? whole : 1,
                             .began_ms = now_ms,
                             .shown_ms = now_ms - SHOW_EVERY_MS,
                             .wanted = isatty(STDERR_FILENO) == 1};
}

static void show_rate(const struct progress *progress, int64_t done, int64_t spent_ms)
{
    const int64_t rest_s = (progress->whole - done) * spent_ms / done / 1000;
    (void)fprintf(stderr, " %lld of %lld %s, %lld a second, %lld:%02lld left", (long long)done,
                  (long long)progress->whole, progress->unit, (long long)(done * 1000 / spent_ms),
                  (long long)(rest_s / 60), (long long)(rest_s % 60));
}

void progress_show(struct progress *progress, int64_t done)
{
    static const char full[BAR_WIDTH + 1] = "##############################";
    static const char empty[BAR_WIDTH + 1] = "..............................";
    const int64_t now_ms = clock_ms();
    if (!progress->wanted || now_ms - progress->shown_ms < SHOW_EVERY_MS)
        return;
    progress->shown_ms = now_ms;
    if (done > progress->whole)
        done = progress->whole;
    const int filled = (int)(done * BAR_WIDTH / progress->whole);
    (void)fprintf(stderr, "\r%s [%.*s%.*s] %3d%%", progress->title, filled, full,
                  BAR_WIDTH - filled, empty, (int)(done * 100 / progress->whole));
    if (progress->unit != NULL && done > 0 && now_ms - progress->began_ms >= RATE_AFTER_MS)
        show_rate(progress, done, now_ms - progress->began_ms);
    /* What a longer line before has left to the right. */
    (void)fputs("\033[K", stderr);
    (void)fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->wanted)
        (void)fputs("\r\033[K", stderr);
    progress->wanted = false;
}
