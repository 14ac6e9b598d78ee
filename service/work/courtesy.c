/* courtesy.c - lower priority, and short stretches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/courtesy.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/time.h>

/* Beside one other process AFTER_OTHERS leaves about a tenth of a core, so that the work is done in
   its time all the same; the last place that nice(2) knows would leave a seventieth. */
enum { AFTER_OTHERS = 10, STRETCH_US = 200 };

static void offer(int signal)
{
    (void)signal;
    const int kept = errno;
    (void)sched_yield();
    errno = kept;
}

void courtesy_begin(void)
{
    const struct sigaction action = {.sa_handler = offer, .sa_flags = SA_RESTART};
    const struct timeval stretch = {.tv_usec = STRETCH_US};
    const struct itimerval timer = {.it_interval = stretch, .it_value = stretch};
    (void)setpriority(PRIO_PROCESS, 0, AFTER_OTHERS);
    if (sigaction(SIGALRM, &action, NULL) == 0)
        (void)setitimer(ITIMER_REAL, &timer, NULL);
}
