/* problem.h - why a request is refused, in words its caller may read (RFC 9457). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum problem_kind {
    PROBLEM_NONE,
#define PROBLEM(kind, slug, status, title) PROBLEM_##kind,
#include "core/problem.def"
#undef PROBLEM
    PROBLEM_KINDS
};

enum {
    PROBLEM_DETAIL_BYTES = 512, /* longest sentence, terminator included */
    PROBLEM_FAULTS_MAX = 100    /* a client that sends more faults learns of the first hundred */
};

/* What a fault's name is: a JSON Pointer into the body, a path or query parameter, a header. */
enum fault_where { FAULT_POINTER, FAULT_PARAMETER, FAULT_HEADER };

/* One entry of the "errors" of a problem document. */
struct fault {
    struct fault *next;
    enum fault_where where;
    const char *name;   /* "/amount/value", "limit", "If-Match" */
    const char *rule;   /* short and stable: "required", "type", "pattern", "unknown" */
    const char *detail; /* a sentence that says what to do */
};

/* The first cause wins: once kind is set, later causes change nothing. Only faults of an
   INVALID_VALUE problem accumulate. */
struct problem {
    enum problem_kind kind;
    int retry_after_s; /* 0: no Retry-After */
    char detail[PROBLEM_DETAIL_BYTES];
    struct arena *arena; /* where faults live */
    struct fault *first_fault;
    struct fault *last_fault;
    size_t fault_count;
};

/* No problem yet; faults will live in the arena. */
struct problem problem_none(struct arena *arena);
/* Records the cause unless there is one already. Always returns false, so that a step can end
   with `return problem_set(...)`. */
__attribute__((format(printf, 3, 4))) bool
problem_set(struct problem *problem, enum problem_kind kind, const char *format, ...);
/* Records an INVALID_VALUE fault and goes on: a caller hears of all faults at once. Always returns
   false. name and rule are copied. A problem of another kind set earlier wins. */
__attribute__((format(printf, 5, 6))) bool problem_fault(struct problem *problem,
                                                         enum fault_where where, const char *name,
                                                         const char *rule, const char *format, ...);
/* Whether a cause is recorded. */
bool problem_is_set(const struct problem *problem);
/* The HTTP status of the kind. */
int problem_status(enum problem_kind kind);
/* The last part of the problem's type URI. */
const char *problem_slug(enum problem_kind kind);
/* The title of the kind. */
const char *problem_title(enum problem_kind kind);
/* "pointer", "parameter" or "header". */
const char *problem_where(enum fault_where where);
