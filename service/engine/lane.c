/* lane.c - the lanes of a loop: database connections of one role, and who waits for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lane.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "engine/link.h"
#include "engine/sqlstate.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_MAX = 64,
    LIST_BATCH_MAX = 4, /* one slow list holds up at most these */
    EXPECT_MAX = BATCH_MAX * 3 + 2,
    RETRIES_MAX = 3,
    RETRY_BASE_MS = 10,
    GRACE_MS = 1000, /* beyond statement_timeout, then the server counts as gone */
    ENTER_PARAMETERS = 9,
    ARENA_BYTES = 1 << 20
};

/* The lane is the privilege: each logs in as a role that may do no more than the lane is for. */
const struct lane_kind lane_kinds[LANE_KINDS] = {
    {"read", "aidledger_public", LANE_READ, false, true, false, BATCH_MAX},
    {"list", "aidledger_public", LANE_LIST, false, true, false, LIST_BATCH_MAX},
    {"scoped-read", "aidledger_scoped", LANE_READ, true, false, false, BATCH_MAX},
    {"scoped-list", "aidledger_scoped", LANE_LIST, true, false, false, LIST_BATCH_MAX},
    {"write", "aidledger_writer", LANE_WRITE, true, false, true, 1},
    {"report", "aidledger_reporter", LANE_REPORT, true, false, false, 1},
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

/* A report is bound to a position before its query runs, and says which one it was. */
static const char position_sql[] = "SELECT report_enter($1::bigint)";

enum expected { EXPECT_ENTER, EXPECT_POSITION, EXPECT_STATEMENT, EXPECT_SYNC };

/* Flights first to end - 1; only a Sync speaks of more than one. */
struct expect {
    enum expected what;
    size_t first;
    size_t end;
};

struct flight {
    struct exchange *x; /* NULL: landed */
    PGresult *result;
};

enum phase { PHASE_PREPARING, PHASE_IDLE, PHASE_FLYING };

struct connection {
    struct link link;
    struct lane *lane;
    enum phase phase; /* means something only while the link is up */
    bool terminator_due;
    size_t preparing;
    struct flight flights[BATCH_MAX];
    size_t flight_count;
    struct expect expects[EXPECT_MAX];
    size_t expect_head;
    size_t expect_count;
    int64_t heard_ms;
};

struct lane {
    const struct lane_kind *kind;
    struct lanes *lanes;
    struct metrics_lane *metrics;
    const struct conninfo *info;
    struct exchange *first;
    struct exchange *last;
    size_t waiting;
    struct exchange *delayed; /* to be retried at their due_ms */
    size_t delayed_count;
    struct connection *connections;
    size_t connection_count;
    int timeout_ms;
};

struct lanes {
    struct lanes_plan plan;
    struct arena *arena;
    struct lane lane[LANE_KINDS];
};

/* ---------------------------------------------------------------- the table */

bool lane_serves(const struct lane_kind *kind, const struct statement *statement)
{
    return statement->lane == kind->serves &&
           (!kind->anonymous || (statement->roles & ROLE_PUBLIC) != 0);
}

int lane_timeout_ms(const struct lane_kind *kind, const struct config *config)
{
    switch (kind->serves) {
    case LANE_LIST:
        return config->list_timeout_ms;
    case LANE_WRITE:
        return config->write_timeout_ms;
    case LANE_REPORT:
        return config->report_timeout_ms;
    case LANE_READ:
        break;
    }
    return config->read_timeout_ms;
}

size_t lane_connections(const struct lane_kind *kind, const struct config *config)
{
    if (kind->serves == LANE_WRITE)
        return (size_t)config->writers;
    return (size_t)(kind->serves == LANE_REPORT ? config->reporters : config->readers);
}

/* ---------------------------------------------------------------- waiting */

static void enqueue(struct lane *lane, struct exchange *x)
{
    x->next = NULL;
    if (lane->last == NULL)
        lane->first = x;
    else
        lane->last->next = x;
    lane->last = x;
    lane->waiting++;
}

/* What has waited already goes before what came since. */
static void enqueue_first(struct lane *lane, struct exchange *x)
{
    x->next = lane->first;
    lane->first = x;
    if (lane->last == NULL)
        lane->last = x;
    lane->waiting++;
}

static struct exchange *dequeue(struct lane *lane)
{
    struct exchange *x = lane->first;
    assert(x != NULL);
    lane->first = x->next;
    if (lane->first == NULL)
        lane->last = NULL;
    lane->waiting--;
    x->next = NULL;
    return x;
}

static void refuse_unavailable(struct exchange *x, const char *detail)
{
    x->problem.retry_after_s = 1;
    (void)problem_set(&x->problem, PROBLEM_UNAVAILABLE, "%s", detail);
}

bool lanes_submit(struct lanes *lanes, struct exchange *x)
{
    for (size_t i = 0; i < LANE_KINDS; i++) {
        struct lane *lane = &lanes->lane[i];
        if (lane->kind->serves != x->statement->lane ||
            (lane->kind->serves <= LANE_LIST && lane->kind->anonymous == x->principal.known))
            continue;
        if (lane->waiting >= (size_t)lanes->plan.config->waiting_max) {
            metrics_add(&lane->metrics->refused, 1);
            refuse_unavailable(x, "Too many requests are waiting for the database.");
            return false;
        }
        x->queued_ms = clock_ms();
        enqueue(lane, x);
        return true;
    }
    return problem_set(&x->problem, PROBLEM_INTERNAL, "This request has no lane.");
}

/* ---------------------------------------------------------------- landing */

static void clear_result(void *result)
{
    PQclear(result);
}

/* Hands the exchange back. The result is the exchange's from here on. */
static void land(struct lane *lane, struct exchange *x, PGresult *result)
{
    if (result != NULL && !arena_defer(x->arena, clear_result, result)) {
        result = NULL;
        (void)problem_set(&x->problem, PROBLEM_INTERNAL, "The answer does not fit in memory.");
    }
    x->result = result;
    lane->lanes->plan.landed(x);
}

static void retry_later(struct lane *lane, struct exchange *x)
{
    x->tries++;
    /* Jitter parts those who ran into each other; the request's own random id is as good as any. */
    const int64_t jitter = (int64_t)(strtoul(x->id, NULL, 16) >> (4 * x->tries)) & 0x1F;
    x->due_ms = clock_ms() + RETRY_BASE_MS * ((int64_t)1 << x->tries) + jitter;
    x->next = lane->delayed;
    lane->delayed = x;
    lane->delayed_count++;
}

static void finish_flight(struct connection *c, struct flight *flight)
{
    struct exchange *x = flight->x;
    PGresult *result = flight->result;
    flight->x = NULL;
    flight->result = NULL;
    if (x->tries < RETRIES_MAX && sqlstate_is_retryable(result)) {
        PQclear(result);
        retry_later(c->lane, x);
        return;
    }
    land(c->lane, x, result);
}

/* ---------------------------------------------------------------- receiving */

static bool is_good(const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/* The first error of a flight says what went wrong; what follows it is only "aborted". */
static void keep_result(struct flight *flight, PGresult *result)
{
    const bool aborted = PQresultStatus(result) == PGRES_PIPELINE_ABORTED;
    if (aborted || (flight->result != NULL && !is_good(flight->result))) {
        PQclear(result);
        return;
    }
    PQclear(flight->result);
    flight->result = result;
}

static bool shares_sync(const struct lane *lane, const struct exchange *x)
{
    return !lane->kind->enters && !x->alone;
}

static void take_result(struct connection *c, const struct expect *expect, PGresult *result)
{
    struct flight *flight = &c->flights[expect->first];
    if (flight->x == NULL || (expect->what == EXPECT_ENTER && is_good(result))) {
        PQclear(result);
        return;
    }
    if (expect->what == EXPECT_POSITION && is_good(result)) {
        flight->x->response.tree_size = arena_copy(flight->x->arena, PQgetvalue(result, 0, 0));
        PQclear(result);
        return;
    }
    keep_result(flight, result);
    /* Reads that share a Sync need not wait for it; with a Sync of its own the statement has
       succeeded only once the Sync has: a commit can fail too. */
    if (expect->what == EXPECT_STATEMENT && shares_sync(c->lane, flight->x) &&
        flight->result != NULL)
        finish_flight(c, flight);
}

/* Whoever has no result yet was taken along by a neighbour's error and did nothing wrong: it goes
   again, with a Sync of its own. */
static void take_sync(struct connection *c, const struct expect *expect)
{
    for (size_t i = expect->end; i-- > expect->first;) {
        struct exchange *x = c->flights[i].x;
        if (x == NULL)
            continue;
        if (c->flights[i].result != NULL) {
            finish_flight(c, &c->flights[i]);
            continue;
        }
        c->flights[i].x = NULL;
        x->alone = true;
        enqueue_first(c->lane, x);
    }
    if (c->expect_head < c->expect_count)
        return;
    c->flight_count = 0;
    c->expect_head = c->expect_count = 0;
    c->phase = PHASE_IDLE;
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
        return due;
    }
    c->heard_ms = clock_ms();
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

static bool send_statement(struct connection *c, struct exchange *x)
{
    const size_t index = c->flight_count++;
    c->flights[index] = (struct flight){.x = x};
    metrics_add(&c->lane->metrics->statements, 1);
    if (c->lane->kind->enters) {
        expect_next(c, EXPECT_ENTER, index, index + 1);
        if (!send_enter(c, x))
            return false;
    }
    if (c->lane->kind->serves == LANE_REPORT) {
        expect_next(c, EXPECT_POSITION, index, index + 1);
        if (PQsendQueryPrepared(c->link.db, "position", 1, &x->as_of, NULL, NULL, 0) == 0)
            return false;
    }
    expect_next(c, EXPECT_STATEMENT, index, index + 1);
    return PQsendQueryPrepared(c->link.db, x->statement->name, (int)x->statement->parameter_count,
                               x->values, NULL, NULL, 0) != 0;
}

static bool send_sync(struct connection *c, size_t first)
{
    expect_next(c, EXPECT_SYNC, first, c->flight_count);
    return PQpipelineSync(c->link.db) != 0;
}

/* Neighbours that may share a Sync do; the others get one each. */
static bool send_flights(struct connection *c, size_t size)
{
    size_t open = 0; /* the first flight no Sync follows yet */
    while (size-- > 0) {
        struct exchange *x = dequeue(c->lane);
        const bool shares = shares_sync(c->lane, x);
        const bool closed = shares || open == c->flight_count || send_sync(c, open);
        if (!shares)
            open = c->flight_count;
        if (!send_statement(c, x) || !closed || (!shares && !send_sync(c, open)))
            return false;
        if (!shares)
            open = c->flight_count;
    }
    return open == c->flight_count || send_sync(c, open);
}

static void send_batch(struct connection *c, size_t size)
{
    c->phase = PHASE_FLYING;
    c->flight_count = 0;
    c->expect_head = c->expect_count = 0;
    c->terminator_due = false;
    c->heard_ms = clock_ms();
    metrics_add(&c->lane->metrics->batches, 1);
    if (send_flights(c, size))
        link_flush(&c->link);
    else
        link_fail(&c->link, PQerrorMessage(c->link.db));
}

static bool is_free(const struct connection *c)
{
    return c->link.state == LINK_UP && c->phase == PHASE_IDLE;
}

static void pump_lane(struct lane *lane)
{
    size_t available = 0;
    for (size_t i = 0; i < lane->connection_count; i++)
        available += is_free(&lane->connections[i]);
    for (size_t i = 0; i < lane->connection_count && lane->waiting > 0; i++) {
        if (!is_free(&lane->connections[i]))
            continue;
        /* Shared out over the free connections: two backends are two cores. */
        const size_t share = (lane->waiting + available - 1) / available;
        send_batch(&lane->connections[i],
                   share < lane->kind->batch_max ? share : lane->kind->batch_max);
        available--;
    }
}

void lanes_pump(struct lanes *lanes)
{
    for (size_t i = 0; i < LANE_KINDS; i++)
        pump_lane(&lanes->lane[i]);
}

/* ---------------------------------------------------------------- connections */

static void connection_up(struct link *link)
{
    struct connection *c = link->owner;
    const struct lanes_plan *plan = &c->lane->lanes->plan;
    c->phase = PHASE_PREPARING;
    c->preparing = 1;
    c->terminator_due = false;
    c->heard_ms = clock_ms();
    bool sent = PQenterPipelineMode(link->db) != 0;
    if (c->lane->kind->enters)
        sent = sent && PQsendPrepare(link->db, "enter", lane_enter_sql, 0, NULL) != 0;
    if (c->lane->kind->serves == LANE_REPORT)
        sent = sent && PQsendPrepare(link->db, "position", position_sql, 0, NULL) != 0;
    for (size_t i = 0; sent && i < plan->statement_count; i++) {
        const struct statement *statement = &plan->statements[i];
        if (lane_serves(c->lane->kind, statement))
            sent = PQsendPrepare(link->db, statement->name, statement->sql, 0, NULL) != 0;
    }
    if (!sent || PQpipelineSync(link->db) == 0)
        link_fail(link, PQerrorMessage(link->db));
    else
        link_flush(link);
}

static void lose_flight(struct lane *lane, struct flight *flight)
{
    struct exchange *x = flight->x;
    PGresult *result = flight->result;
    flight->x = NULL;
    flight->result = NULL;
    if (result != NULL && !is_good(result)) { /* refused already; nothing was committed */
        land(lane, x, result);
        return;
    }
    PQclear(result);
    if (!lane->kind->writes && !x->lost) {
        x->lost = true;
        enqueue_first(lane, x);
        return;
    }
    if (lane->kind->writes) {
        x->problem.retry_after_s = 1;
        (void)problem_set(&x->problem, PROBLEM_IN_DOUBT,
                          "The database went away before it said whether this was recorded. "
                          "Send the same request with the same Idempotency-Key again: it takes "
                          "effect once.");
    } else {
        refuse_unavailable(x, "The database went away.");
    }
    land(lane, x, NULL);
}

static void connection_down(struct link *link)
{
    struct connection *c = link->owner;
    const size_t count = c->phase == PHASE_FLYING ? c->flight_count : 0;
    metrics_add(&c->lane->metrics->reconnects, 1);
    c->flight_count = 0;
    c->phase = PHASE_IDLE;
    for (size_t i = count; i-- > 0;)
        if (c->flights[i].x != NULL)
            lose_flight(c->lane, &c->flights[i]);
}

static const struct link_events connection_events = {
    .up = connection_up, .readable = connection_readable, .down = connection_down};

/* ---------------------------------------------------------------- time */

static void tick_connection(struct connection *c, int64_t now_ms)
{
    link_tick(&c->link, now_ms);
    if (c->link.state != LINK_UP || c->phase == PHASE_IDLE)
        return;
    if (now_ms - c->heard_ms > c->lane->timeout_ms + GRACE_MS)
        link_fail(&c->link, "the server does not answer");
}

static void expire_waiting(struct lane *lane, int64_t now_ms)
{
    while (lane->waiting > 0 &&
           now_ms - lane->first->queued_ms > lane->lanes->plan.config->wait_ms) {
        struct exchange *x = dequeue(lane);
        metrics_add(&lane->metrics->refused, 1);
        refuse_unavailable(x, "The database is busy or away.");
        land(lane, x, NULL);
    }
}

static void release_delayed(struct lane *lane, int64_t now_ms)
{
    struct exchange *left = NULL;
    while (lane->delayed != NULL) {
        struct exchange *x = lane->delayed;
        lane->delayed = x->next;
        if (x->due_ms <= now_ms) {
            lane->delayed_count--;
            x->queued_ms = now_ms;
            enqueue(lane, x);
        } else {
            x->next = left;
            left = x;
        }
    }
    lane->delayed = left;
}

static size_t flying(const struct lane *lane)
{
    size_t count = 0;
    for (size_t i = 0; i < lane->connection_count; i++) {
        const struct connection *c = &lane->connections[i];
        for (size_t j = 0; j < c->flight_count; j++)
            count += c->flights[j].x != NULL;
    }
    return count;
}

static size_t working(const struct lane *lane)
{
    size_t count = 0;
    for (size_t i = 0; i < lane->connection_count; i++) {
        const struct connection *c = &lane->connections[i];
        count += c->link.state == LINK_UP && c->phase != PHASE_PREPARING;
    }
    return count;
}

void lanes_tick(struct lanes *lanes, int64_t now_ms)
{
    for (size_t i = 0; i < LANE_KINDS; i++) {
        struct lane *lane = &lanes->lane[i];
        for (size_t j = 0; j < lane->connection_count; j++)
            tick_connection(&lane->connections[j], now_ms);
        release_delayed(lane, now_ms);
        expire_waiting(lane, now_ms);
        metrics_set(&lane->metrics->waiting, lane->waiting + lane->delayed_count);
        metrics_set(&lane->metrics->flying, flying(lane));
        metrics_set(&lane->metrics->connections, working(lane));
    }
}

int64_t lanes_due_ms(const struct lanes *lanes)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < LANE_KINDS; i++)
        for (const struct exchange *x = lanes->lane[i].delayed; x != NULL; x = x->next)
            due = x->due_ms < due ? x->due_ms : due;
    return due;
}

bool lanes_ready(const struct lanes *lanes)
{
    for (size_t i = 0; i < LANE_KINDS; i++)
        if (working(&lanes->lane[i]) == 0)
            return false;
    return true;
}

size_t lanes_busy(const struct lanes *lanes)
{
    size_t busy = 0;
    for (size_t i = 0; i < LANE_KINDS; i++)
        busy += lanes->lane[i].waiting + lanes->lane[i].delayed_count + flying(&lanes->lane[i]);
    return busy;
}

void lanes_abort(struct lanes *lanes)
{
    for (size_t i = 0; i < LANE_KINDS; i++) {
        struct lane *lane = &lanes->lane[i];
        /* Connections first: reads that flew wait again, and leave with the others. */
        for (size_t j = 0; j < lane->connection_count; j++)
            if (lane->connections[j].link.state == LINK_UP && lane->connections[j].flight_count > 0)
                link_fail(&lane->connections[j].link, "the service stops");
        release_delayed(lane, INT64_MAX);
        while (lane->waiting > 0) {
            struct exchange *x = dequeue(lane);
            refuse_unavailable(x, "The service is stopping.");
            land(lane, x, NULL);
        }
    }
}

/* ---------------------------------------------------------------- opening and closing */

static bool open_lane(struct lanes *lanes, size_t index, char *reason, size_t reason_bytes)
{
    const struct lanes_plan *plan = &lanes->plan;
    struct lane *lane = &lanes->lane[index];
    lane->kind = &lane_kinds[index];
    lane->lanes = lanes;
    lane->timeout_ms = lane_timeout_ms(lane->kind, plan->config);
    lane->metrics = &plan->metrics->lanes[index];
    atomic_store(&lane->metrics->name, lane->kind->name);
    const struct conninfo_lane login = {.name = lane->kind->name,
                                        .role = lane->kind->role,
                                        .timeout_ms = lane->timeout_ms,
                                        .read_only = !lane->kind->writes,
                                        .custom_plans = lane->kind->serves == LANE_LIST ||
                                                        lane->kind->serves == LANE_REPORT};
    lane->info =
        conninfo_make(lanes->arena, plan->config->database_url, &login, reason, reason_bytes);
    if (lane->info == NULL)
        return false;
    const size_t count = lane_connections(lane->kind, plan->config);
    lane->connections = arena_alloc(lanes->arena, count * sizeof lane->connections[0]);
    if (lane->connections == NULL) {
        (void)snprintf(reason, reason_bytes, "not enough memory for the %s lane", lane->kind->name);
        return false;
    }
    for (lane->connection_count = 0; lane->connection_count < count; lane->connection_count++) {
        struct connection *c = &lane->connections[lane->connection_count];
        c->lane = lane;
        c->phase = PHASE_IDLE;
        link_open(&c->link, plan->epoll, lane->info, lane->kind->name, &connection_events, c);
    }
    return true;
}

struct lanes *lanes_open(const struct lanes_plan *plan, char *reason, size_t reason_bytes)
{
    struct arena *arena =
        arena_make(ARENA_BYTES + (size_t)4 * 64 * LANE_KINDS * sizeof(struct connection));
    struct lanes *lanes = arena != NULL ? arena_alloc(arena, sizeof *lanes) : NULL;
    if (lanes == NULL) {
        (void)snprintf(reason, reason_bytes, "not enough memory for the lanes");
        arena_free(arena);
        return NULL;
    }
    lanes->plan = *plan;
    lanes->arena = arena;
    for (size_t i = 0; i < LANE_KINDS; i++) {
        if (!open_lane(lanes, i, reason, reason_bytes)) {
            lanes_close(lanes);
            return NULL;
        }
    }
    return lanes;
}

void lanes_close(struct lanes *lanes)
{
    if (lanes == NULL)
        return;
    for (size_t i = 0; i < LANE_KINDS; i++)
        for (size_t j = 0; j < lanes->lane[i].connection_count; j++)
            link_close(&lanes->lane[i].connections[j].link);
    arena_free(lanes->arena);
}
