/* suite.c - what every unit test program has in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service/suite.h"

#include "core/text.h"

#include <stdlib.h>

enum { ARENA_BYTES = 16 << 20 };

int suite_run(const char *name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *all = tcase_create(name);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct arena *suite_arena(void)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    ck_assert_ptr_nonnull(arena);
    return arena;
}

struct exchange *suite_exchange(void)
{
    struct arena *arena = suite_arena();
    struct exchange *x = arena_alloc(arena, sizeof *x);
    ck_assert_ptr_nonnull(x);
    x->arena = arena;
    x->problem = problem_none(arena);
    return x;
}

void suite_exchange_free(struct exchange *x)
{
    arena_free(x->arena);
}

const char *suite_faults(const struct problem *problem)
{
    struct text list = text_open(problem->arena, 1 << 16);
    for (const struct fault *fault = problem->first_fault; fault != NULL; fault = fault->next)
        text_addf(&list, "%s%s %s", list.length > 0 ? "; " : "", fault->name, fault->rule);
    ck_assert(!list.full);
    return list.data;
}
