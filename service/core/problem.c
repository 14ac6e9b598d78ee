/* problem.c - why a request is refused, in words its caller may read (RFC 9457). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

struct kind {
    const char *slug;
    const char *title;
    int status;
};

static const struct kind kinds[PROBLEM_KINDS] = {
    [PROBLEM_NONE] = {"none", "No problem", 0},
#define PROBLEM(name, slug_, status_, title_) [PROBLEM_##name] = {slug_, title_, status_},
#include "core/problem.def"
#undef PROBLEM
};

struct problem problem_none(struct arena *arena)
{
    const struct problem problem = {.kind = PROBLEM_NONE, .arena = arena};
    return problem;
}

bool problem_set(struct problem *problem, enum problem_kind kind, const char *format, ...)
{
    assert(kind != PROBLEM_NONE && kind < PROBLEM_KINDS);
    if (problem->kind != PROBLEM_NONE)
        return false;
    problem->kind = kind;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem->detail, sizeof problem->detail, format, arguments);
    va_end(arguments);
    return false;
}

bool problem_fault(struct problem *problem, enum fault_where where, const char *name,
                   const char *rule, const char *format, ...)
{
    (void)problem_set(problem, PROBLEM_INVALID_VALUE,
                      "The request says something that cannot be accepted; see errors.");
    if (problem->kind != PROBLEM_INVALID_VALUE || problem->fault_count >= PROBLEM_FAULTS_MAX)
        return false;
    char detail[PROBLEM_DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    struct fault *fault = arena_alloc(problem->arena, sizeof *fault);
    if (fault == NULL)
        return false;
    fault->where = where;
    fault->name = arena_copy(problem->arena, name);
    fault->rule = arena_copy(problem->arena, rule);
    fault->detail = arena_copy(problem->arena, detail);
    if (fault->name == NULL || fault->rule == NULL || fault->detail == NULL)
        return false;
    if (problem->last_fault == NULL)
        problem->first_fault = fault;
    else
        problem->last_fault->next = fault;
    problem->last_fault = fault;
    problem->fault_count++;
    return false;
}

bool problem_is_set(const struct problem *problem)
{
    return problem->kind != PROBLEM_NONE;
}

int problem_status(enum problem_kind kind)
{
    return kinds[kind].status;
}

const char *problem_slug(enum problem_kind kind)
{
    return kinds[kind].slug;
}

const char *problem_title(enum problem_kind kind)
{
    return kinds[kind].title;
}

const char *problem_where(enum fault_where where)
{
    static const char *const names[] = {
        [FAULT_POINTER] = "pointer", [FAULT_PARAMETER] = "parameter", [FAULT_HEADER] = "header"};
    return names[where];
}
