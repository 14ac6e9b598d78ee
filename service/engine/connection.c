/* connection.c - one connection of a lane: prepares its statements, carries batches there and back.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/connection.h"

#include "core/clock.h"
#include "core/metrics.h"
#include "core/text.h"
#include "engine/sqlstate.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum {
    ENTER_PARAMETERS = 9,
    GRACE_MS = 1000, /* beyond statement_timeout, then the server is gone */
    FILTERS_BYTES = 64 * 1024,
    POSITION_PARAMETERS = 4,
    TEXT_OID = 25
};

const char lane_enter_sql[] = "SELECT set_config('aidledger.principal', $1::text, true),"
                              " set_config('aidledger.organisation', $2::text, true),"
                              " set_config('aidledger.country', $3::text, true),"
                              " set_config('aidledger.roles', $4::text, true),"
                              " set_config('aidledger.key', $5::text, true),"
                              " set_config('aidledger.request', $6::text, true),"
                              " set_config('aidledger.idempotency_key', $7::text, true),"
                              " set_config('aidledger.if_match', $8::text, true),"
                              " set_config('aidledger.route', $9::text, true)";

/* A report is bound to a position before its query runs, and says which one it was and what it has
   to say beside its rows; and whether its plain form is of that position. */
static const char position_sql[] = "SELECT tree_size, preface, note, related, report_is_current(),"
                                   "       set_config('plan_cache_mode', $3::text, true),"
                                   "       set_config('enable_nestloop', $4::text, true),"
                                   "       set_config('enable_mergejoin', $4::text, true)"
                                   "  FROM report_enter($1::text, $2::jsonb)";

/* ---------------------------------------------------------------- receiving */

/* The first error of a flight says what went wrong; what follows it is only "aborted". */
static void keep_result(struct flight *flight, PGresult *result)
{
    const bool aborted = PQresultStatus(result) == PGRES_PIPELINE_ABORTED;
    if (aborted || (flight->result != NULL && !sqlstate_is_success(flight->result))) {
        PQclear(result);
        return;
    }
    PQclear(flight->result);
    flight->result = result;
}

static bool shares_sync(const struct connection *c, const struct exchange *x)
{
    return !c->plan->kind->enters && !x->alone;
}

static void finish_flight(struct connection *c, struct flight *flight)
{
    struct exchange *x = flight->x;
    PGresult *result = flight->result;
    flight->x = NULL;
    flight->result = NULL;
    c->plan->finished(c->plan->lane, x, result);
}

/* A report that has lost a part of what it says would not be the same the next time. */
static const char *copy_cell(struct exchange *x, const PGresult *result, int column)
{
    if (PQgetisnull(result, 0, column))
        return NULL;
    const char *copy = arena_copy(x->arena, PQgetvalue(result, 0, column));
    if (copy == NULL)
        (void)problem_set(&x->problem, PROBLEM_INTERNAL, "The answer does not fit in memory.");
    return copy;
}

static void take_position(struct flight *flight, const PGresult *result)
{
    struct exchange *x = flight->x;
    flight->stale = flight->plain && strcmp(PQgetvalue(result, 0, 4), "t") != 0;
    x->response.tree_size = copy_cell(x, result, 0);
    x->preface.members = copy_cell(x, result, 1);
    x->preface.note = copy_cell(x, result, 2);
    x->response.related = copy_cell(x, result, 3);
}

static void take_result(struct connection *c, const struct expect *expect, PGresult *result)
{
    struct flight *flight = &c->flights[expect->first];
    if (flight->x == NULL || (expect->what == EXPECT_ENTER && sqlstate_is_success(result))) {
        PQclear(result);
        return;
    }
    if (expect->what == EXPECT_POSITION && sqlstate_is_success(result)) {
        take_position(flight, result);
        PQclear(result);
        return;
    }
    keep_result(flight, result);
    if (expect->what == EXPECT_STATEMENT && c->plan->kind->serves == LANE_REPORT &&
        !flight->plain && flight->result != NULL && sqlstate_is_success(flight->result))
        /* What only reads is as good as committed. */
        kept_add(c->plan->kept, flight->x, flight->result, flight->sent_ms, c->heard_ms);
    /* Reads that share a Sync need not wait for it; with a Sync of its own the statement has
       succeeded only once the Sync has: a commit can fail too. */
    if (expect->what == EXPECT_STATEMENT && shares_sync(c, flight->x) && flight->result != NULL)
        finish_flight(c, flight);
}

/* Whoever has no result yet was taken along by a neighbour's error and did nothing wrong: it goes
   again, with a Sync of its own. So does, as a whole, a report whose plain form was of another
   position. */
static void take_sync(struct connection *c, const struct expect *expect)
{
    for (size_t i = expect->end; i-- > expect->first;) {
        struct flight *flight = &c->flights[i];
        struct exchange *x = flight->x;
        if (x == NULL)
            continue;
        if (flight->result != NULL && !(flight->stale && sqlstate_is_success(flight->result))) {
            finish_flight(c, flight);
            continue;
        }
        PQclear(flight->result);
        flight->result = NULL;
        flight->x = NULL;
        x->whole = flight->stale;
        x->alone = true;
        c->plan->again(c->plan->lane, x);
    }
    if (c->expect_head < c->expect_count)
        return;
    c->flight_count = 0;
    c->expect_head = c->expect_count = 0;
    c->phase = PHASE_IDLE;
}

static bool send_sync(struct connection *c, size_t first);
static bool send_rows(struct connection *c, size_t index);

/* Called after the NULL that ends the results of a position: what is sent before that would have
   its results taken for the position's. Rows that are kept need no statement. */
static void answer_or_ask(struct connection *c, size_t index)
{
    struct flight *flight = &c->flights[index];
    if (!flight->asks)
        return;
    flight->asks = false;
    if (flight->result == NULL &&
        (flight->result = kept_find(c->plan->kept, flight->x, c->heard_ms)) != NULL)
        metrics_add(&c->plan->metrics->kept, 1);
    if ((flight->result != NULL || send_rows(c, index)) && send_sync(c, index))
        link_flush(&c->link);
    else
        link_fail(&c->link, PQerrorMessage(c->link.db));
}

/* What a connection says while it flies, one result at a time. False: nothing more to read now. */
static bool receive(struct connection *c)
{
    if (c->expect_head == c->expect_count || PQisBusy(c->link.db))
        return false;
    const struct expect *expect = &c->expects[c->expect_head];
    PGresult *result = PQgetResult(c->link.db);
    if (result == NULL) {
        const bool due = c->terminator_due;
        c->terminator_due = false;
        if (due && expect->what != EXPECT_SYNC)
            c->expect_head++;
        if (due && expect->what == EXPECT_POSITION)
            answer_or_ask(c, expect->first);
        return due;
    }
    c->heard_ms = clock_ms();
    if (sqlstate_is_silent(result)) {
        link_fail(&c->link, PQresultErrorMessage(result));
        PQclear(result);
        return false;
    }
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        const struct expect sync = *expect;
        assert(sync.what == EXPECT_SYNC);
        PQclear(result);
        c->expect_head++;
        c->terminator_due = false;
        take_sync(c, &sync);
        return true;
    }
    c->terminator_due = true;
    take_result(c, expect, result);
    return true;
}

/* Results of the Prepare messages sent at connect. */
static bool receive_prepared(struct connection *c)
{
    if (c->preparing == 0 || PQisBusy(c->link.db))
        return false;
    PGresult *result = PQgetResult(c->link.db);
    const ExecStatusType status = PQresultStatus(result);
    if (result == NULL) {
        const bool due = c->terminator_due;
        c->terminator_due = false;
        return due;
    }
    c->terminator_due = status != PGRES_PIPELINE_SYNC;
    if (status == PGRES_COMMAND_OK) {
        PQclear(result);
        return true;
    }
    if (status != PGRES_PIPELINE_SYNC) {
        char reason[512];
        (void)snprintf(reason, sizeof reason, "a statement cannot be prepared: %s",
                       PQresultErrorMessage(result));
        PQclear(result);
        link_fail(&c->link, reason);
        return false;
    }
    PQclear(result);
    c->preparing = 0;
    c->phase = PHASE_IDLE;
    link_settle(&c->link);
    return false;
}

static void connection_readable(struct link *link)
{
    struct connection *c = link->owner;
    while (link->state == LINK_UP && c->phase == PHASE_PREPARING && receive_prepared(c))
        ;
    while (link->state == LINK_UP && c->phase == PHASE_FLYING && receive(c))
        ;
    /* Outside a flight only the server's farewell is read, which is no query's result. */
    if (link->state == LINK_UP && c->phase == PHASE_IDLE && !PQisBusy(link->db))
        PQclear(PQgetResult(link->db));
}

/* ---------------------------------------------------------------- sending */

static void expect_next(struct connection *c, enum expected what, size_t first, size_t end)
{
    assert(c->expect_count < EXPECT_MAX);
    c->expects[c->expect_count++] = (struct expect){.what = what, .first = first, .end = end};
}

static const char *or_empty(const char *value)
{
    return value != NULL ? value : "";
}

static bool send_enter(struct connection *c, struct exchange *x)
{
    const char *route = arena_format(x->arena, "%s %s", method_name(x->method), x->path);
    const char *const values[ENTER_PARAMETERS] = {x->principal.id,
                                                  x->principal.organisation,
                                                  x->principal.country,
                                                  x->principal.role_list,
                                                  x->principal.key,
                                                  x->id,
                                                  or_empty(x->idempotency_key),
                                                  or_empty(x->if_match),
                                                  or_empty(route)};
    return PQsendQueryPrepared(c->link.db, "enter", ENTER_PARAMETERS, values, NULL, NULL, 0) != 0;
}

/* What a report is asked for, as one JSON object of texts. */
static const char *filters_of(struct exchange *x)
{
    struct text filters = text_open(x->arena, FILTERS_BYTES);
    text_add_char(&filters, '{');
    for (size_t i = 0; i < x->statement->parameter_count; i++) {
        if (x->values[i] == NULL)
            continue;
        if (filters.length > 1)
            text_add_char(&filters, ',');
        text_add_json(&filters, x->statement->parameters[i].name);
        text_add_char(&filters, ':');
        text_add_json(&filters, x->values[i]);
    }
    text_add_char(&filters, '}');
    if (!filters.full)
        return filters.data;
    (void)problem_set(&x->problem, PROBLEM_INTERNAL, "The request does not fit in memory.");
    return NULL;
}

/* The lane plans a report for what it is asked, and a plain form once. What a report reads is
   large, and how much its filters leave is only guessed: a nested loop that was meant for one row
   has gone through everything for each of thousands. Merge joins would sort by text, which is slow,
   and no report needs the order. */
static bool send_position(struct connection *c, struct exchange *x, bool plain)
{
    const char *const values[POSITION_PARAMETERS] = {
        x->as_of, filters_of(x), plain ? c->plan->kind->plans : NEW_PLANS, plain ? "on" : "off"};
    return PQsendQueryPrepared(c->link.db, "position", POSITION_PARAMETERS, values, NULL, NULL,
                               0) != 0;
}

/* A plain form costs no more than to ask for it; the rows of any other report may be kept. */
static bool send_rows(struct connection *c, size_t index)
{
    struct flight *flight = &c->flights[index];
    const struct exchange *x = flight->x;
    const struct plain *form = &c->plan->plain[x->statement - c->plan->statements];
    metrics_add(&c->plan->metrics->statements, 1);
    flight->sent_ms = clock_ms();
    expect_next(c, EXPECT_STATEMENT, index, index + 1);
    if (flight->plain)
        return PQsendQueryPrepared(c->link.db, form->name,
                                   (int)plain_parameters(form, x->statement), x->values, NULL, NULL,
                                   0) != 0;
    return PQsendQueryPrepared(c->link.db, x->statement->name, (int)x->statement->parameter_count,
                               x->values, NULL, NULL, x->statement->binary) != 0;
}

static bool send_statement(struct connection *c, struct exchange *x)
{
    const size_t index = c->flight_count++;
    const struct plain *form = &c->plan->plain[x->statement - c->plan->statements];
    const bool plain = !x->whole && plain_fits(form, x);
    const bool is_report = c->plan->kind->serves == LANE_REPORT;
    /* One that asks leaves its transaction open: it flies alone. */
    assert(!is_report || index == 0);
    c->flights[index] = (struct flight){.x = x, .plain = plain, .asks = is_report && !plain};
    if (c->plan->kind->enters) {
        expect_next(c, EXPECT_ENTER, index, index + 1);
        if (!send_enter(c, x))
            return false;
    }
    if (is_report) {
        expect_next(c, EXPECT_POSITION, index, index + 1);
        if (!send_position(c, x, plain))
            return false;
    }
    return c->flights[index].asks ? PQsendFlushRequest(c->link.db) != 0 : send_rows(c, index);
}

static bool send_sync(struct connection *c, size_t first)
{
    expect_next(c, EXPECT_SYNC, first, c->flight_count);
    return PQpipelineSync(c->link.db) != 0;
}

/* Neighbours that may share a Sync do; the others get one each. */
static bool send_flights(struct connection *c, struct exchange *batch)
{
    size_t open = 0; /* the first flight no Sync follows yet */
    while (batch != NULL) {
        struct exchange *x = batch;
        batch = x->next;
        x->next = NULL;
        const bool shares = shares_sync(c, x);
        const bool closed = shares || open == c->flight_count || send_sync(c, open);
        if (!shares)
            open = c->flight_count;
        if (!send_statement(c, x) || !closed ||
            (!shares && !c->flights[c->flight_count - 1].asks && !send_sync(c, open)))
            return false;
        if (!shares)
            open = c->flight_count;
    }
    return open == c->flight_count || send_sync(c, open);
}

void connection_send(struct connection *c, struct exchange *batch)
{
    c->phase = PHASE_FLYING;
    c->flight_count = 0;
    c->expect_head = c->expect_count = 0;
    c->terminator_due = false;
    c->heard_ms = clock_ms();
    metrics_add(&c->plan->metrics->batches, 1);
    if (send_flights(c, batch))
        link_flush(&c->link);
    else
        link_fail(&c->link, PQerrorMessage(c->link.db));
}

bool connection_is_free(const struct connection *c)
{
    return c->link.state == LINK_UP && c->phase == PHASE_IDLE;
}

/* ---------------------------------------------------------------- connections */

/* A parameter that a plain form does not name is of a type all the same. */
static bool prepare_plain(PGconn *db, const struct statement *statement, const struct plain *plain)
{
    Oid types[PARAMETERS_MAX] = {0};
    for (size_t i = 0; i < statement->parameter_count; i++)
        if ((plain->takes & UINT64_C(1) << i) == 0)
            types[i] = TEXT_OID;
    return plain->name == NULL ||
           PQsendPrepare(db, plain->name, plain->sql, (int)plain_parameters(plain, statement),
                         types) != 0;
}

static void connection_up(struct link *link)
{
    struct connection *c = link->owner;
    const struct connection_plan *plan = c->plan;
    c->phase = PHASE_PREPARING;
    c->preparing = 1;
    c->terminator_due = false;
    c->heard_ms = clock_ms();
    bool sent = PQenterPipelineMode(link->db) != 0;
    if (c->plan->kind->enters)
        sent = sent && PQsendPrepare(link->db, "enter", lane_enter_sql, 0, NULL) != 0;
    if (c->plan->kind->serves == LANE_REPORT)
        sent = sent && PQsendPrepare(link->db, "position", position_sql, 0, NULL) != 0;
    for (size_t i = 0; sent && i < plan->statement_count; i++) {
        const struct statement *statement = &plan->statements[i];
        if (!lane_serves(c->plan->kind, statement))
            continue;
        sent = PQsendPrepare(link->db, statement->name, statement->sql, 0, NULL) != 0 &&
               prepare_plain(link->db, statement, &plan->plain[i]);
    }
    if (!sent || PQpipelineSync(link->db) == 0)
        link_fail(link, PQerrorMessage(link->db));
    else
        link_flush(link);
}

static void lose_flight(struct connection *c, struct flight *flight)
{
    struct exchange *x = flight->x;
    PGresult *result = flight->result;
    flight->x = NULL;
    flight->result = NULL;
    c->plan->lost(c->plan->lane, x, result);
}

static void connection_down(struct link *link)
{
    struct connection *c = link->owner;
    const size_t count = c->phase == PHASE_FLYING ? c->flight_count : 0;
    metrics_add(&c->plan->metrics->reconnects, 1);
    c->flight_count = 0;
    c->phase = PHASE_IDLE;
    for (size_t i = count; i-- > 0;)
        if (c->flights[i].x != NULL)
            lose_flight(c, &c->flights[i]);
}

static const struct link_events connection_events = {
    .up = connection_up, .readable = connection_readable, .down = connection_down};

void connection_open(struct connection *c, const struct connection_plan *plan, int epoll,
                     const struct conninfo *info)
{
    c->plan = plan;
    c->phase = PHASE_IDLE;
    link_open(&c->link, epoll, info, plan->kind->name, &connection_events, c);
}

void connection_tick(struct connection *c, int64_t now_ms)
{
    link_tick(&c->link, now_ms);
    if (c->link.state != LINK_UP || c->phase == PHASE_IDLE)
        return;
    if (now_ms - c->heard_ms > c->plan->timeout_ms + GRACE_MS)
        link_fail(&c->link, "the server does not answer");
}

bool connection_works(const struct connection *c)
{
    return c->link.state == LINK_UP && c->phase != PHASE_PREPARING;
}

size_t connection_flying(const struct connection *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->flight_count; i++)
        count += c->flights[i].x != NULL;
    return count;
}

void connection_abort(struct connection *c, const char *reason)
{
    if (c->link.state == LINK_UP && c->flight_count > 0)
        link_fail(&c->link, reason);
}

void connection_close(struct connection *c)
{
    link_close(&c->link);
}
