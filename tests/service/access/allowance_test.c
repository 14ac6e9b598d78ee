/* allowance_test.c - so many in a minute, refilled evenly, to each their own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/allowance.h"

#include "service/suite.h"

#include <stdio.h>
#include <string.h>

static const int64_t second_ns = 1000000000;
static const int64_t begin_ns = 12345 * INT64_C(1000000000);

static struct allowances *make(struct arena **arena)
{
    *arena = suite_arena();
    struct allowances *allowances = allowances_make(*arena);
    ck_assert_ptr_nonnull(allowances);
    return allowances;
}

static bool take(struct allowances *allowances, const char *who, int64_t at_ns, struct quota *quota)
{
    const struct claim claim = {"test", who, strlen(who)};
    return allowance_take(allowances, &claim, 6, at_ns, quota);
}

static void expect(const struct quota *quota, int remaining, int reset_s, int retry_s)
{
    ck_assert_int_eq(quota->limit, 6);
    ck_assert_int_eq(quota->remaining, remaining);
    ck_assert_int_eq(quota->reset_s, reset_s);
    ck_assert_int_eq(quota->retry_s, retry_s);
}

START_TEST(six_a_minute_are_six_at_once_and_one_every_ten_seconds)
{
    struct arena *arena;
    struct allowances *allowances = make(&arena);
    struct quota quota;
    for (int i = 1; i <= 6; i++) {
        ck_assert(take(allowances, "a", begin_ns, &quota));
        expect(&quota, 6 - i, i * 10, 0);
    }
    ck_assert(!take(allowances, "a", begin_ns, &quota));
    expect(&quota, 0, 60, 10);
    ck_assert(!take(allowances, "a", begin_ns + 9 * second_ns, &quota));
    expect(&quota, 0, 51, 1);
    ck_assert(take(allowances, "a", begin_ns + 10 * second_ns, &quota));
    expect(&quota, 0, 60, 0);
    ck_assert(!take(allowances, "a", begin_ns + 10 * second_ns, &quota));
    ck_assert(take(allowances, "a", begin_ns + 1000 * second_ns, &quota));
    expect(&quota, 5, 10, 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_is_refused_is_not_counted)
{
    struct arena *arena;
    struct allowances *allowances = make(&arena);
    struct quota quota;
    for (int i = 0; i < 1000; i++)
        ck_assert(take(allowances, "a", begin_ns, &quota) == (i < 6));
    ck_assert(take(allowances, "a", begin_ns + 10 * second_ns, &quota));
    arena_free(arena);
}
END_TEST

START_TEST(to_each_their_own)
{
    struct arena *arena;
    struct allowances *allowances = make(&arena);
    struct quota quota;
    for (int i = 0; i < 6; i++)
        ck_assert(take(allowances, "a", begin_ns, &quota));
    ck_assert(!take(allowances, "a", begin_ns, &quota));
    ck_assert(take(allowances, "b", begin_ns, &quota));
    const struct claim other = {"other", "a", 1};
    ck_assert(allowance_take(allowances, &other, 6, begin_ns, &quota));
    expect(&quota, 5, 10, 0);
    arena_free(arena);
}
END_TEST

/* One who has used up everything stays refused while many others come and go. */
START_TEST(a_crowd_does_not_wash_anybody_clean)
{
    struct arena *arena;
    struct allowances *allowances = make(&arena);
    struct quota quota;
    for (int i = 0; i < 6; i++)
        ck_assert(take(allowances, "a", begin_ns, &quota));
    for (int i = 0; i < 20000; i++) {
        char who[16];
        (void)snprintf(who, sizeof who, "%d", i);
        ck_assert(take(allowances, who, begin_ns, &quota));
    }
    ck_assert(!take(allowances, "a", begin_ns, &quota));
    arena_free(arena);
}
END_TEST

START_TEST(no_limit_is_no_limit)
{
    struct arena *arena;
    struct allowances *allowances = make(&arena);
    struct quota quota = {0};
    const struct claim claim = {"test", "a", 1};
    for (int i = 0; i < 1000; i++)
        ck_assert(allowance_take(allowances, &claim, 0, begin_ns, &quota));
    ck_assert_int_eq(quota.limit, 0);
    arena_free(arena);
}
END_TEST

SUITE("allowance", six_a_minute_are_six_at_once_and_one_every_ten_seconds,
      what_is_refused_is_not_counted, to_each_their_own, a_crowd_does_not_wash_anybody_clean,
      no_limit_is_no_limit)
