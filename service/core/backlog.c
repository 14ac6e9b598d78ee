/* backlog.c - bytes that reports hold until they have been read, over all loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/backlog.h"

#include "core/exchange.h"

#include <stdatomic.h>

enum {
    COUNTED_BYTES = 65536, /* less is no more than a connection takes anyway */
    RETRY_S = 5
};

struct backlog {
    size_t most;
    atomic_size_t bytes;
};

/* What is held of one answer. */
struct holding {
    struct backlog *backlog;
    size_t bytes;
};

struct backlog *backlog_make(struct arena *arena, size_t most)
{
    struct backlog *backlog = arena_alloc(arena, sizeof *backlog);
    if (backlog != NULL)
        backlog->most = most;
    return backlog;
}

size_t backlog_bytes(const struct backlog *backlog)
{
    return atomic_load_explicit(&backlog->bytes, memory_order_relaxed);
}

static bool is_report(const struct exchange *x)
{
    return x->statement != NULL && x->statement->kind == STATEMENT_REPORT;
}

bool backlog_counts(const struct exchange *x, size_t bytes)
{
    return bytes >= COUNTED_BYTES && is_report(x);
}

static bool refuse(struct exchange *x)
{
    if (!problem_is_set(&x->problem))
        x->problem.retry_after_s = RETRY_S;
    return problem_set(
        &x->problem, PROBLEM_UNAVAILABLE,
        "Too much of large reports is still to be read by those who asked for them.");
}

static size_t left_of(const struct backlog *backlog, size_t held)
{
    return held < backlog->most ? backlog->most - held : 0;
}

bool backlog_admit(struct exchange *x)
{
    if (!is_report(x) || x->backlog->most == 0 || x->held > 0)
        return true;
    const size_t held = backlog_bytes(x->backlog);
    return held == 0 || left_of(x->backlog, held) >= COUNTED_BYTES || refuse(x);
}

bool backlog_take(struct exchange *x, size_t bytes)
{
    struct backlog *backlog = x->backlog;
    size_t held = backlog_bytes(backlog);
    do {
        const bool alone = held <= x->held;
        if (backlog->most > 0 && !alone && bytes > left_of(backlog, held))
            return refuse(x);
    } while (!atomic_compare_exchange_weak_explicit(&backlog->bytes, &held, held + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    x->held += bytes;
    return true;
}

void backlog_give(struct backlog *backlog, size_t bytes)
{
    if (bytes > 0)
        (void)atomic_fetch_sub_explicit(&backlog->bytes, bytes, memory_order_relaxed);
}

static void give_back(void *object)
{
    const struct holding *holding = object;
    backlog_give(holding->backlog, holding->bytes);
}

bool backlog_hold(struct exchange *x, size_t bytes)
{
    if (!backlog_counts(x, bytes))
        return true;
    struct holding *holding = arena_alloc(x->arena, sizeof *holding);
    if (holding != NULL && !backlog_take(x, bytes))
        return false;
    if (holding != NULL) {
        *holding = (struct holding){.backlog = x->backlog, .bytes = bytes};
        if (arena_defer(x->arena, give_back, holding))
            return true;
        x->held -= bytes;
    }
    return problem_set(&x->problem, PROBLEM_INTERNAL, "The answer does not fit in memory.");
}
