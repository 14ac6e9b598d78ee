/* backlog_test.c - how much may wait to be read, and that it is given back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/backlog.h"

#include "service/suite.h"

#include <pthread.h>

enum { KIB = 1024, TAKERS = 4, TURNS = 2000 };

static const struct statement report = {.name = "report_x", .kind = STATEMENT_REPORT};
static const struct statement list = {.name = "list_x", .kind = STATEMENT_LIST};

static struct exchange *holding(struct backlog *backlog)
{
    struct exchange *x = suite_exchange();
    x->statement = &report;
    x->backlog = backlog;
    return x;
}

START_TEST(what_is_small_never_counts)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 1);
    struct exchange *first = holding(backlog);
    struct exchange *x = holding(backlog);
    ck_assert(backlog_hold(first, 64 * KIB));
    ck_assert(backlog_hold(x, 64 * KIB - 1));
    ck_assert_uint_eq(backlog_bytes(backlog), 64 * KIB);
    suite_exchange_free(x);
    suite_exchange_free(first);
    arena_free(arena);
}
END_TEST

START_TEST(nothing_counts_but_reports)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 1);
    struct exchange *first = holding(backlog);
    struct exchange *x = holding(backlog);
    ck_assert(backlog_hold(first, 64 * KIB));
    x->statement = &list;
    ck_assert(backlog_admit(x));
    ck_assert(backlog_hold(x, 1 << 30));
    x->statement = NULL;
    ck_assert(backlog_admit(x));
    ck_assert(backlog_hold(x, 1 << 30));
    ck_assert_uint_eq(backlog_bytes(backlog), 64 * KIB);
    suite_exchange_free(x);
    suite_exchange_free(first);
    arena_free(arena);
}
END_TEST

START_TEST(no_report_is_begun_while_nothing_that_counts_would_fit)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 200 * KIB);
    struct exchange *first = holding(backlog);
    struct exchange *x = holding(backlog);
    struct exchange *other = holding(backlog);
    ck_assert(backlog_admit(x));
    ck_assert(backlog_hold(first, 136 * KIB));
    ck_assert(backlog_admit(x));
    ck_assert(backlog_hold(x, 64 * KIB));
    ck_assert(backlog_admit(x)); /* its next round */
    ck_assert(!backlog_admit(other));
    ck_assert_int_eq(other->problem.kind, PROBLEM_UNAVAILABLE);
    ck_assert_int_gt(other->problem.retry_after_s, 0);
    suite_exchange_free(x);
    suite_exchange_free(first);
    suite_exchange_free(other);
    other = holding(backlog_make(arena, 1));
    ck_assert(backlog_admit(other));
    other->backlog = backlog_make(arena, 0);
    ck_assert(backlog_hold(other, 1 << 20));
    other->held = 0;
    ck_assert(backlog_admit(other));
    suite_exchange_free(other);
    arena_free(arena);
}
END_TEST

START_TEST(a_problem_that_came_first_keeps_its_own_time)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 1);
    struct exchange *first = holding(backlog);
    struct exchange *x = holding(backlog);
    ck_assert(backlog_hold(first, 64 * KIB));
    (void)problem_set(&x->problem, PROBLEM_NOT_FOUND, "None.");
    ck_assert(!backlog_hold(x, 64 * KIB));
    ck_assert_int_eq(x->problem.retry_after_s, 0);
    suite_exchange_free(x);
    suite_exchange_free(first);
    arena_free(arena);
}
END_TEST

START_TEST(beyond_the_most_it_is_refused_until_room_is_given_back)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 200 * KIB);
    struct exchange *a = holding(backlog);
    struct exchange *b = holding(backlog);
    struct exchange *c = holding(backlog);
    ck_assert(backlog_hold(a, 100 * KIB));
    ck_assert(backlog_hold(b, 100 * KIB));
    ck_assert(!backlog_hold(c, 64 * KIB));
    ck_assert_int_eq(c->problem.kind, PROBLEM_UNAVAILABLE);
    ck_assert_int_gt(c->problem.retry_after_s, 0);
    ck_assert_uint_eq(backlog_bytes(backlog), 200 * KIB);
    arena_reset(a->arena);
    suite_exchange_free(c);
    c = holding(backlog);
    ck_assert(backlog_hold(c, 64 * KIB));
    suite_exchange_free(c);
    suite_exchange_free(b);
    arena_free(a->arena);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    arena_free(arena);
}
END_TEST

START_TEST(one_alone_is_held_however_large_and_any_number_when_there_is_no_most)
{
    struct arena *arena = suite_arena();
    struct backlog *small = backlog_make(arena, 64 * KIB);
    struct backlog *any = backlog_make(arena, 0);
    struct exchange *x = holding(small);
    struct exchange *other = holding(small);
    ck_assert(backlog_hold(x, 1 << 30));
    ck_assert(!backlog_hold(other, 64 * KIB));
    /* Its document, beside its rows. */
    ck_assert(backlog_hold(x, 1 << 30));
    suite_exchange_free(other);
    suite_exchange_free(x);
    x = holding(any);
    ck_assert(backlog_hold(x, 1 << 30));
    ck_assert(backlog_hold(x, 1 << 30));
    suite_exchange_free(x);
    ck_assert_uint_eq(backlog_bytes(any), 0);
    arena_free(arena);
}
END_TEST

static void *take_and_give(void *of_backlog)
{
    struct backlog *backlog = of_backlog;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        struct arena *arena = arena_make(4 * KIB);
        struct exchange *x = arena_alloc(arena, sizeof *x);
        *x = (struct exchange){.statement = &report,
                               .arena = arena,
                               .backlog = backlog,
                               .problem = problem_none(arena)};
        ck_assert_int_eq(backlog_hold(x, 100 * KIB), !problem_is_set(&x->problem));
        ck_assert_uint_le(backlog_bytes(backlog), 200 * KIB);
        arena_free(arena);
    }
    return NULL;
}

START_TEST(loops_take_and_give_at_the_same_time)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 200 * KIB);
    pthread_t takers[TAKERS];
    for (size_t i = 0; i < TAKERS; i++)
        ck_assert_int_eq(pthread_create(&takers[i], NULL, take_and_give, backlog), 0);
    for (size_t i = 0; i < TAKERS; i++)
        ck_assert_int_eq(pthread_join(takers[i], NULL), 0);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    arena_free(arena);
}
END_TEST

SUITE("backlog", what_is_small_never_counts, nothing_counts_but_reports,
      no_report_is_begun_while_nothing_that_counts_would_fit,
      a_problem_that_came_first_keeps_its_own_time,
      beyond_the_most_it_is_refused_until_room_is_given_back,
      one_alone_is_held_however_large_and_any_number_when_there_is_no_most,
      loops_take_and_give_at_the_same_time)
