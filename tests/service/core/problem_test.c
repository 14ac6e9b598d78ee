/* problem_test.c - causes and faults. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/problem.h"

#include "service/suite.h"

#include <string.h>

START_TEST(the_first_cause_wins)
{
    struct arena *arena = suite_arena();
    struct problem problem = problem_none(arena);
    ck_assert(!problem_is_set(&problem));
    ck_assert(!problem_set(&problem, PROBLEM_NOT_FOUND, "Nothing at %s.", "x"));
    ck_assert(!problem_set(&problem, PROBLEM_INTERNAL, "later"));
    ck_assert(!problem_fault(&problem, FAULT_POINTER, "/a", "type", "later"));
    ck_assert(problem_is_set(&problem));
    ck_assert_int_eq(problem.kind, PROBLEM_NOT_FOUND);
    ck_assert_str_eq(problem.detail, "Nothing at x.");
    ck_assert_uint_eq(problem.fault_count, 0);
    arena_free(arena);
}
END_TEST

START_TEST(faults_gather_up_to_a_bound)
{
    struct arena *arena = suite_arena();
    struct problem problem = problem_none(arena);
    char name[] = "/a";
    ck_assert(!problem_fault(&problem, FAULT_POINTER, name, "type", "no %d", 1));
    name[1] = 'z';
    ck_assert_int_eq(problem.kind, PROBLEM_INVALID_VALUE);
    ck_assert_str_eq(problem.first_fault->name, "/a");
    ck_assert_str_eq(problem.first_fault->detail, "no 1");
    for (int i = 0; i < 500; i++)
        (void)problem_fault(&problem, FAULT_PARAMETER, "b", "unknown", "no");
    ck_assert_uint_eq(problem.fault_count, PROBLEM_FAULTS_MAX);
    arena_free(arena);
}
END_TEST

START_TEST(a_long_sentence_is_cut_not_overrun)
{
    struct arena *arena = suite_arena();
    struct problem problem = problem_none(arena);
    char words[2000];
    memset(words, 'a', sizeof words);
    words[sizeof words - 1] = '\0';
    (void)problem_set(&problem, PROBLEM_CONFLICT, "%s", words);
    ck_assert_uint_eq(strlen(problem.detail), PROBLEM_DETAIL_BYTES - 1);
    arena_free(arena);
}
END_TEST

START_TEST(every_kind_has_a_status_a_slug_and_a_title)
{
    for (int i = PROBLEM_NONE + 1; i < PROBLEM_KINDS; i++) {
        const enum problem_kind kind = (enum problem_kind)i;
        ck_assert_int_ge(problem_status(kind), 400);
        ck_assert_int_le(problem_status(kind), 504);
        ck_assert_uint_eq(strspn(problem_slug(kind), "abcdefghijklmnopqrstuvwxyz-"),
                          strlen(problem_slug(kind)));
        ck_assert_uint_gt(strlen(problem_title(kind)), 3);
        for (int j = PROBLEM_NONE + 1; j < i; j++)
            ck_assert_str_ne(problem_slug(kind), problem_slug((enum problem_kind)j));
    }
    ck_assert_str_eq(problem_where(FAULT_HEADER), "header");
}
END_TEST

SUITE("problem", the_first_cause_wins, faults_gather_up_to_a_bound,
      a_long_sentence_is_cut_not_overrun, every_kind_has_a_status_a_slug_and_a_title)
