/* alike.c - requests that ask for the very same at the same moment: one asks, all are answered. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/alike.h"

#include "core/backlog.h"
#include "core/heap.h"

#include <string.h>

#define NO_ROOM "The answer does not fit in memory."

enum { LOOK_MAX = 64 /* a long queue is not searched to its end */ };

/* ---------------------------------------------------------------- finding */

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_alike(const struct exchange *a, const struct exchange *b)
{
    if (a->statement != b->statement || a->principal.known || b->principal.known ||
        !same(a->as_of, b->as_of))
        return false;
    for (size_t i = 0; i < a->statement->parameter_count; i++)
        if (!same(a->values[i], b->values[i]))
            return false;
    return true;
}

struct exchange *alike_find(struct exchange *first, const struct exchange *x)
{
    if (x->statement->kind == STATEMENT_WRITE)
        return NULL;
    size_t seen = 0;
    for (struct exchange *other = first; other != NULL && seen < LOOK_MAX; other = other->next) {
        if (is_alike(other, x))
            return other;
        seen++;
    }
    return NULL;
}

void alike_join(struct exchange *asking, struct exchange *x)
{
    x->next = asking->joined;
    asking->joined = x;
}

struct exchange *alike_heir(struct exchange *x)
{
    struct exchange *heir = x->joined;
    x->joined = NULL;
    if (heir != NULL) {
        heir->joined = heir->next;
        heir->next = NULL;
    }
    return heir;
}

/* ---------------------------------------------------------------- sharing */

/* Outlives whoever of them is done first; they all belong to one loop. */
struct shared {
    PGresult *result;
    struct backlog *backlog;
    size_t bytes; /* of it, 0 where it does not count */
    size_t holders;
};

static void clear_result(void *result)
{
    PQclear(result);
}

static void let_go(void *object)
{
    struct shared *shared = object;
    if (--shared->holders > 0)
        return;
    PQclear(shared->result);
    backlog_give(shared->backlog, shared->bytes);
    heap_give(shared);
}

/* Of what it holds so many bytes are counted already; the release gives them back. */
static void hold(struct exchange *x, PGresult *result, arena_defer_fn release, void *object,
                 size_t bytes)
{
    x->result = result;
    if (result == NULL || arena_defer(x->arena, release, object))
        return;
    x->result = NULL;
    x->held -= bytes;
    (void)problem_set(&x->problem, PROBLEM_INTERNAL, NO_ROOM);
}

/* Each holds it before one of them can let go of it. */
static void hold_all(struct exchange *x, struct exchange *joined, struct shared *shared)
{
    for (const struct exchange *other = joined; other != NULL; other = other->next)
        shared->holders++;
    for (struct exchange *other = joined; other != NULL; other = other->next) {
        other->held += shared->bytes;
        hold(other, shared->result, let_go, shared, shared->bytes);
    }
    hold(x, shared->result, let_go, shared, shared->bytes);
}

static void copy(const char **to, const char *from, struct exchange *other)
{
    if (from == NULL)
        return;
    *to = arena_copy(other->arena, from);
    if (*to == NULL)
        (void)problem_set(&other->problem, PROBLEM_INTERNAL, NO_ROOM);
}

/* What x knows without a result: why there is none, which position a report is bound to, and what
   it says beside its rows. */
static void tell(const struct exchange *x, struct exchange *other)
{
    if (problem_is_set(&x->problem)) {
        if (!problem_is_set(&other->problem))
            other->problem.retry_after_s = x->problem.retry_after_s;
        (void)problem_set(&other->problem, x->problem.kind, "%s", x->problem.detail);
    }
    copy(&other->response.tree_size, x->response.tree_size, other);
    copy(&other->response.related, x->response.related, other);
    copy(&other->preface.members, x->preface.members, other);
    copy(&other->preface.note, x->preface.note, other);
}

static size_t counted_bytes(const struct exchange *x, const PGresult *result)
{
    const size_t bytes = result != NULL ? PQresultMemorySize(result) : 0;
    return backlog_counts(x, bytes) ? bytes : 0;
}

struct exchange *alike_share(struct exchange *x, PGresult *result)
{
    struct exchange *joined = x->joined;
    const size_t bytes = counted_bytes(x, result);
    x->joined = NULL;
    if (bytes > 0 && !backlog_take(x, bytes)) {
        PQclear(result);
        result = NULL;
    }
    for (struct exchange *other = joined; other != NULL; other = other->next)
        tell(x, other);
    if (result == NULL || (joined == NULL && bytes == 0)) {
        hold(x, result, clear_result, result, 0);
        return joined;
    }
    struct shared *shared = heap_take(sizeof *shared);
    if (shared != NULL) {
        *shared =
            (struct shared){.result = result, .backlog = x->backlog, .bytes = bytes, .holders = 1};
        hold_all(x, joined, shared);
        return joined;
    }
    backlog_give(x->backlog, bytes);
    x->held -= bytes;
    hold(x, result, clear_result, result, 0);
    for (struct exchange *other = joined; other != NULL; other = other->next)
        (void)problem_set(&other->problem, PROBLEM_INTERNAL, NO_ROOM);
    return joined;
}
