/* suite.h - what every unit test program has in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/exchange.h"

#include <check.h>
#include <stddef.h>

/* Runs the tests as one suite; the exit status of main. */
int suite_run(const char *name, const TTest *const *tests, size_t count);

#define SUITE(name, ...)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return suite_run(name, tests, sizeof tests / sizeof tests[0]);                             \
    }

/* An arena that is never too small for a test, and fails the test when memory is out. */
struct arena *suite_arena(void);
/* An exchange in an arena of its own, with nothing wrong yet. */
struct exchange *suite_exchange(void);
/* Frees the exchange and its arena. */
void suite_exchange_free(struct exchange *x);
/* Every fault as "name rule", sorted by coming, separated by "; "; in the problem's arena. */
const char *suite_faults(const struct problem *problem);
