/* courtesy_test.c - who gives way is not left with nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/courtesy.h"

#include "service/suite.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WALL_MS = 1500, LEAST_MS = 15, LESS = 3 };

static int64_t read_ms(clockid_t clock)
{
    struct timespec time = {0};
    (void)clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Of the processors there are, only one from here on; children too. */
static void take_one_processor(void)
{
    cpu_set_t all;
    cpu_set_t one;
    CPU_ZERO(&one);
    ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
}

static pid_t start_one_who_never_waits(void)
{
    const pid_t child = fork();
    ck_assert_int_ne(child, -1);
    if (child != 0)
        return child;
    for (volatile int turns = 0;;)
        turns = !turns;
}

START_TEST(beside_one_who_never_waits_it_keeps_its_share)
{
    take_one_processor();
    const pid_t other = start_one_who_never_waits();
    courtesy_begin();
    const int64_t begun_ms = read_ms(CLOCK_MONOTONIC);
    const int64_t computed_ms = read_ms(CLOCK_PROCESS_CPUTIME_ID);
    while (read_ms(CLOCK_MONOTONIC) - begun_ms < WALL_MS)
        ;
    const int64_t share_ms = read_ms(CLOCK_PROCESS_CPUTIME_ID) - computed_ms;
    (void)kill(other, SIGKILL);
    (void)waitpid(other, NULL, 0);
    ck_assert_int_gt(share_ms, LEAST_MS);
    /* And no more than somebody who goes after others. */
    ck_assert_int_lt(share_ms, WALL_MS / LESS);
}
END_TEST

SUITE("courtesy", beside_one_who_never_waits_it_keeps_its_share)
