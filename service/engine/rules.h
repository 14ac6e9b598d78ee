/* rules.h - what a client is told when a constraint refuses: the constraint's own COMMENT. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* "/amount/value: An amount is positive." taken apart; pointer is "" when the comment has none. */
struct rule {
    const char *constraint;
    const char *pointer;
    const char *sentence;
};

/* Ordered by constraint name, read once at start. */
struct rules {
    const struct rule *rows;
    size_t count;
};

/* The rule of that name, NULL when it has no comment. */
const struct rule *rules_find(const struct rules *rules, const char *constraint);
