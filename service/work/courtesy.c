/* courtesy.c - lower priority, and short stretches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/courtesy.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

enum {
    /* Beside one other process this leaves about a tenth of a core; the last place that nice(2)
       knows would leave a seventieth. */
    AFTER_OTHERS = 10,
    STRETCH_US = 200, /* so long it computes before it offers its core */
    WINDOW_US = 50000,
    /* Who offers gives up more than a turn: beside somebody who never waits, nothing would be left.
       With less than a sixth of the core in a window no more offers are made until one with a
       quarter. A tenth is what the offers alone take, of one that waits for its input. */
    CROWDED_BELOW = 6,
    FREE_FROM = 4,
    PAUSE_US = 5000 /* between looks while none are made */
};

static timer_t timer;
static bool crowded;
static int64_t window_us; /* when it began, and how long it had computed by then */
static int64_t computed_us;

static int64_t read_us(clockid_t clock)
{
    struct timespec time = {0};
    (void)clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void look_again(void)
{
    const struct itimerspec once = {
        .it_value = {.tv_nsec = (crowded ? PAUSE_US : STRETCH_US) * 1000L}};
    (void)timer_settime(timer, 0, &once, NULL);
}

/* Calls nothing that a signal handler may not. */
static void offer(int signal)
{
    (void)signal;
    const int kept = errno;
    const int64_t now_us = read_us(CLOCK_MONOTONIC);
    if (now_us - window_us >= WINDOW_US) {
        const int64_t now_computed_us = read_us(CLOCK_PROCESS_CPUTIME_ID);
        const int64_t part = crowded ? FREE_FROM : CROWDED_BELOW;
        crowded = (now_computed_us - computed_us) * part < now_us - window_us;
        window_us = now_us;
        computed_us = now_computed_us;
    }
    if (!crowded)
        (void)sched_yield();
    look_again();
    errno = kept;
}

void courtesy_begin(void)
{
    const struct sigaction action = {.sa_handler = offer, .sa_flags = SA_RESTART};
    (void)setpriority(PRIO_PROCESS, 0, AFTER_OTHERS);
    window_us = read_us(CLOCK_MONOTONIC);
    computed_us = read_us(CLOCK_PROCESS_CPUTIME_ID);
    /* Without a sigevent the signal is SIGALRM. */
    if (sigaction(SIGALRM, &action, NULL) == 0 && timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
        look_again();
}
