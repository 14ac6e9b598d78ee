/* overdue.c - counts what is overdue, for /metrics. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/overdue.h"

#include "core/arena.h"
#include "core/clock.h"
#include "engine/link.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVERY_MS = 5000,
    AFTER_FAILURE_MS = 60000,
    REST_MAX_MS = 600000,
    SHARE = 50, /* the counting rests so many times as long as it took */
    ANSWER_MS = 60000,
    GIVE_UP_MS = 2 * ANSWER_MS,
    ARENA_BYTES = 1 << 14
};

struct overdue {
    struct link link;
    struct arena *arena;
    struct metrics *metrics;
    int64_t asked_ms; /* 0: nothing is asked */
    int64_t due_ms;
};

static uint64_t number(const PGresult *result, int row, int column)
{
    return strtoull(PQgetvalue(result, row, column), NULL, 10);
}

static void take(struct overdue *overdue, const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++) {
        for (size_t kind = 0; kind < METRICS_DEADLINES; kind++) {
            struct metrics_deadlines *deadlines = &overdue->metrics->deadlines[kind];
            if (strcmp(PQgetvalue(result, row, 0), metrics_deadline_kinds[kind]) != 0)
                continue;
            metrics_set(&deadlines->overdue, number(result, row, 1));
            metrics_set(&deadlines->unstated, number(result, row, 2));
        }
    }
    metrics_set(&overdue->metrics->deadlines_at_ms, (uint64_t)clock_ms());
}

static void rest(struct overdue *overdue, int64_t now_ms)
{
    int64_t rest_ms = (now_ms - overdue->asked_ms) * SHARE;
    if (rest_ms < EVERY_MS)
        rest_ms = EVERY_MS;
    if (rest_ms > REST_MAX_MS)
        rest_ms = REST_MAX_MS;
    overdue->due_ms = now_ms + rest_ms;
    overdue->asked_ms = 0;
}

static void readable(struct link *link)
{
    struct overdue *overdue = link->owner;
    while (link->state == LINK_UP && !PQisBusy(link->db)) {
        PGresult *result = PQgetResult(link->db);
        if (result == NULL) {
            if (overdue->asked_ms != 0)
                rest(overdue, clock_ms());
            return;
        }
        if (PQresultStatus(result) == PGRES_TUPLES_OK) {
            take(overdue, result);
            link_settle(link);
        } else {
            link_fail(link, PQresultErrorMessage(result));
        }
        PQclear(result);
    }
}

static void is_up(struct link *link)
{
    (void)link;
}

/* How long it took says nothing of how long it takes. */
static void is_down(struct link *link)
{
    struct overdue *overdue = link->owner;
    if (overdue->asked_ms != 0)
        overdue->due_ms = clock_ms() + AFTER_FAILURE_MS;
    overdue->asked_ms = 0;
}

static const struct link_events events = {.up = is_up, .readable = readable, .down = is_down};

struct overdue *overdue_open(const struct config *config, int epoll, struct metrics *metrics,
                             char *reason, size_t reason_bytes)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    struct overdue *overdue = arena != NULL ? arena_alloc(arena, sizeof *overdue) : NULL;
    if (overdue == NULL) {
        (void)snprintf(reason, reason_bytes, "not enough memory to count what is overdue");
        arena_free(arena);
        return NULL;
    }
    const struct conninfo_lane login = {
        .name = "overdue", .role = "aidledger_keeper", .timeout_ms = ANSWER_MS, .read_only = true};
    const struct conninfo *info =
        conninfo_make(arena, config->database_url, &login, reason, reason_bytes);
    if (info == NULL) {
        arena_free(arena);
        return NULL;
    }
    overdue->arena = arena;
    overdue->metrics = metrics;
    link_open(&overdue->link, epoll, info, "overdue", &events, overdue);
    return overdue;
}

void overdue_tick(struct overdue *overdue, int64_t now_ms)
{
    struct link *link = &overdue->link;
    link_tick(link, now_ms);
    if (overdue->asked_ms != 0 && now_ms - overdue->asked_ms > GIVE_UP_MS)
        link_fail(link, "the server does not answer");
    if (link->state != LINK_UP || overdue->asked_ms != 0 || now_ms < overdue->due_ms)
        return;
    overdue->asked_ms = now_ms;
    if (PQsendQueryParams(link->db, "SELECT * FROM deadline_counts()", 0, NULL, NULL, NULL, NULL,
                          0) == 0)
        link_fail(link, PQerrorMessage(link->db));
    else
        link_flush(link);
}

void overdue_close(struct overdue *overdue)
{
    if (overdue == NULL)
        return;
    link_close(&overdue->link);
    arena_free(overdue->arena);
}
