/* keeper.c - the loop's own connection: feeds the key directory and watches the ledger's queue. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/keeper.h"

#include "core/clock.h"
#include "core/log.h"
#include "engine/link.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEYS_EVERY_MS = 250, /* a lost notification costs this much, not a key's life */
    LEDGER_EVERY_MS = 1000,
    ANSWER_MS = 3000,
    ARENA_BYTES = 1 << 16
};

enum question { ASK_NOTHING, ASK_LISTEN_ACCESS, ASK_LISTEN_SEALED, ASK_KEYS, ASK_LEDGER };

enum { CHANNELS = 2 };

static const char *const questions[] = {
    [ASK_LISTEN_ACCESS] = "LISTEN aidledger_access",
    [ASK_LISTEN_SEALED] = "LISTEN aidledger_sealed",
    [ASK_KEYS] = "SELECT * FROM key_directory()",
    [ASK_LEDGER] = "SELECT * FROM ledger_progress()",
};

struct keeper {
    struct link link;
    struct arena *arena;
    struct keeper_feed feed;
    struct metrics *metrics;
    enum question asked;
    int listening; /* to so many of the channels */
    int64_t asked_ms;
    int64_t keys_due_ms;
    int64_t ledger_due_ms;
};

static void ask(struct keeper *keeper, enum question question, int64_t now_ms)
{
    keeper->asked = question;
    keeper->asked_ms = now_ms;
    if (PQsendQueryParams(keeper->link.db, questions[question], 0, NULL, NULL, NULL, NULL, 0) == 0)
        link_fail(&keeper->link, PQerrorMessage(keeper->link.db));
    else
        link_flush(&keeper->link);
}

static void ask_next(struct keeper *keeper, int64_t now_ms)
{
    if (keeper->link.state != LINK_UP || keeper->asked != ASK_NOTHING)
        return;
    if (keeper->listening < CHANNELS)
        ask(keeper, ASK_LISTEN_ACCESS + (unsigned)keeper->listening, now_ms);
    else if (now_ms >= keeper->keys_due_ms)
        ask(keeper, ASK_KEYS, now_ms);
    else if (now_ms >= keeper->ledger_due_ms)
        ask(keeper, ASK_LEDGER, now_ms);
}

static void take_keys(struct keeper *keeper, const PGresult *result)
{
    keeper->keys_due_ms = keeper->asked_ms + KEYS_EVERY_MS;
    if (PQnfields(result) != KEEPER_FIELDS || !keeper->feed.begin(keeper->feed.directory))
        return;
    const int count = PQntuples(result);
    for (int row = 0; row < count; row++) {
        const char *fields[KEEPER_FIELDS];
        for (int i = 0; i < KEEPER_FIELDS; i++)
            fields[i] = PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
        if (!keeper->feed.add(keeper->feed.directory, fields)) {
            log_event(LOG_ERROR, "key_refused", "a row of key_directory() cannot be taken");
            return;
        }
    }
    /* As fresh as the moment of asking: what was revoked since may not be in it. */
    keeper->feed.commit(keeper->feed.directory, keeper->asked_ms);
    metrics_set(&keeper->metrics->keys, (uint64_t)count);
}

static uint64_t number(const PGresult *result, int row, int column)
{
    return strtoull(PQgetvalue(result, row, column), NULL, 10);
}

static void take_ledger(struct keeper *keeper, const PGresult *result)
{
    keeper->ledger_due_ms = keeper->asked_ms + LEDGER_EVERY_MS;
    if (PQntuples(result) != 1)
        return;
    metrics_set(&keeper->metrics->ledger_size, number(result, 0, 0));
    metrics_set(&keeper->metrics->ledger_queue, number(result, 0, 1));
    metrics_set(&keeper->metrics->ledger_lag_ms, number(result, 0, 2));
    metrics_set(&keeper->metrics->ledger_sealed, number(result, 0, 3));
    keeper->feed.sealed(keeper->feed.loop); /* for a notification that was lost */
}

static void take(struct keeper *keeper, const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        link_fail(&keeper->link, PQresultErrorMessage(result));
        return;
    }
    if (keeper->asked == ASK_LISTEN_ACCESS || keeper->asked == ASK_LISTEN_SEALED)
        keeper->listening++;
    else if (keeper->asked == ASK_KEYS)
        take_keys(keeper, result);
    else if (keeper->asked == ASK_LEDGER)
        take_ledger(keeper, result);
    link_settle(&keeper->link);
}

static void keeper_readable(struct link *link)
{
    struct keeper *keeper = link->owner;
    while (link->state == LINK_UP && !PQisBusy(link->db)) {
        PGresult *result = PQgetResult(link->db);
        if (result == NULL) {
            keeper->asked = ASK_NOTHING;
            break;
        }
        take(keeper, result);
        PQclear(result);
    }
    if (link->state != LINK_UP)
        return;
    PGnotify *notice = NULL;
    while ((notice = PQnotifies(link->db)) != NULL) {
        if (strcmp(notice->relname, "aidledger_sealed") == 0)
            keeper->feed.sealed(keeper->feed.loop);
        else
            keeper->keys_due_ms = 0;
        PQfreemem(notice);
    }
    ask_next(keeper, clock_ms());
}

/* Notices may have been missed meanwhile: everything is asked anew. */
static void keeper_reset(struct link *link)
{
    struct keeper *keeper = link->owner;
    keeper->asked = ASK_NOTHING;
    keeper->listening = 0;
    keeper->keys_due_ms = 0;
    keeper->ledger_due_ms = 0;
    if (link->state == LINK_UP)
        ask_next(keeper, clock_ms());
}

static const struct link_events keeper_events = {
    .up = keeper_reset, .readable = keeper_readable, .down = keeper_reset};

struct keeper *keeper_open(const struct config *config, int epoll, const struct keeper_feed *feed,
                           struct metrics *metrics, char *reason, size_t reason_bytes)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    struct keeper *keeper = arena != NULL ? arena_alloc(arena, sizeof *keeper) : NULL;
    if (keeper == NULL) {
        (void)snprintf(reason, reason_bytes, "not enough memory for the keeper");
        arena_free(arena);
        return NULL;
    }
    const struct conninfo_lane login = {
        .name = "keeper", .role = "aidledger_keeper", .timeout_ms = ANSWER_MS, .read_only = true};
    const struct conninfo *info =
        conninfo_make(arena, config->database_url, &login, reason, reason_bytes);
    if (info == NULL) {
        arena_free(arena);
        return NULL;
    }
    keeper->arena = arena;
    keeper->feed = *feed;
    keeper->metrics = metrics;
    link_open(&keeper->link, epoll, info, "keeper", &keeper_events, keeper);
    return keeper;
}

void keeper_tick(struct keeper *keeper, int64_t now_ms)
{
    link_tick(&keeper->link, now_ms);
    if (keeper->asked != ASK_NOTHING && now_ms - keeper->asked_ms > ANSWER_MS)
        link_fail(&keeper->link, "the server does not answer");
    ask_next(keeper, now_ms);
}

void keeper_close(struct keeper *keeper)
{
    if (keeper == NULL)
        return;
    link_close(&keeper->link);
    arena_free(keeper->arena);
}
