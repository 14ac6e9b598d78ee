/* lane.c - the lanes of a loop: database connections of one role, and who waits for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lane.h"

#include "core/backlog.h"
#include "core/clock.h"
#include "core/metrics.h"
#include "engine/alike.h"
#include "engine/connection.h"
#include "engine/kept.h"
#include "engine/plain.h"
#include "engine/renew.h"
#include "engine/sqlstate.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIST_BATCH_MAX = 4, /* one slow list holds up at most these */
    PATIENT_MAX = 8,    /* may wait for the patient lane */
    RETRIES_MAX = 3,
    RETRY_BASE_MS = 10,
    ARENA_BYTES = 1 << 20
};

/* The lane is the privilege: each logs in as a role that may do no more than the lane is for. */
const struct lane_kind lane_kinds[LANE_KINDS] = {
    {"read", "aidledger_public", LANE_READ, false, true, false, ONE_PLAN, BATCH_MAX, false},
    {"list", "aidledger_public", LANE_LIST, false, true, false, NEW_PLANS, LIST_BATCH_MAX, false},
    {"scoped-read", "aidledger_scoped", LANE_READ, true, false, false, ONE_PLAN, BATCH_MAX, false},
    {"scoped-list", "aidledger_scoped", LANE_LIST, true, false, false, NEW_PLANS, LIST_BATCH_MAX,
     false},
    {"write", "aidledger_writer", LANE_WRITE, true, false, true, NULL, 1, false},
    {"report", "aidledger_reporter", LANE_REPORT, true, false, false, ONE_PLAN, 1, false},
    {"patient-report", "aidledger_reporter", LANE_REPORT, true, false, false, ONE_PLAN, 1, true},
    {"explain", "aidledger_public", LANE_EXPLAIN, false, false, false, NEW_PLANS, 1, false},
    {"patient-explain", "aidledger_public", LANE_EXPLAIN, false, false, false, NEW_PLANS, 1, true},
};

static_assert((int)LANE_KINDS <= (int)METRICS_LANES, "each lane is counted by itself");

struct lane {
    struct connection_plan plan;
    struct lanes *lanes;
    struct exchange *first;
    struct exchange *last;
    size_t waiting;
    struct exchange *delayed; /* to be retried at their due_ms */
    size_t delayed_count;
    struct connection *connections;
    size_t connection_count;
};

struct lanes {
    struct lanes_plan plan;
    struct arena *arena;
    struct plain *plain; /* of each statement */
    struct kept *kept;
    struct exchange *standing; /* to be answered with what is kept, by next */
    bool renewing;             /* a report is made anew that nobody waits for */
    struct lane lane[LANE_KINDS];
};

/* ---------------------------------------------------------------- the table */

/* What adds up as many records as there are: a report, and what explains its figures. */
static bool is_large(const struct lane_kind *kind)
{
    return kind->serves == LANE_REPORT || kind->serves == LANE_EXPLAIN;
}

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
    case LANE_EXPLAIN:
        return kind->patient ? config->long_report_timeout_ms : config->report_timeout_ms;
    case LANE_READ:
        break;
    }
    return config->read_timeout_ms;
}

int lane_wait_ms(const struct lane_kind *kind, const struct config *config)
{
    if (kind->patient)
        return config->long_report_timeout_ms;
    return is_large(kind) ? config->report_wait_ms : config->wait_ms;
}

size_t lane_connections(const struct lane_kind *kind, const struct config *config)
{
    if (kind->patient)
        return 1;
    if (kind->serves == LANE_WRITE)
        return (size_t)config->writers;
    return (size_t)(is_large(kind) ? config->reporters : config->readers);
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

/* What takes long must not keep others from the lane, and is worth waiting for: it is begun anew on
   a lane of its own. NULL: there is none, or too many wait for it. */
static struct lane *more_patient(const struct lane *lane)
{
    for (size_t i = 0; i < LANE_KINDS && !lane->plan.kind->patient; i++) {
        struct lane *other = &lane->lanes->lane[i];
        if (other->plan.kind->patient && other->plan.kind->serves == lane->plan.kind->serves)
            return other->waiting < PATIENT_MAX ? other : NULL;
    }
    return NULL;
}

/* Whether a report is answered with what it came to a while ago. Rollups are never slow. */
static bool is_standing(const struct lanes *lanes, const struct exchange *x)
{
    return x->statement->kind == STATEMENT_REPORT &&
           !plain_fits(&lanes->plain[x->statement - lanes->plan.statements], x) &&
           kept_stands(lanes->kept, x, x->queued_ms);
}

/* The lane that x waits for first; NULL: there is none for it. */
static struct lane *lane_of(struct lanes *lanes, const struct exchange *x)
{
    for (size_t i = 0; i < LANE_KINDS; i++) {
        const struct lane_kind *kind = lanes->lane[i].plan.kind;
        if (kind->serves == x->statement->lane && !kind->patient &&
            (kind->serves > LANE_LIST || kind->anonymous != x->principal.known))
            return &lanes->lane[i];
    }
    return NULL;
}

/* Behind who waits already, or with one who asks the same. False: too many wait. */
static bool line_up(struct lane *lane, struct exchange *x)
{
    struct exchange *asking = alike_find(lane->first, x);
    if (asking != NULL) {
        metrics_add(&lane->plan.metrics->shared, 1);
        alike_join(asking, x);
        return true;
    }
    if (lane->waiting >= (size_t)lane->lanes->plan.config->waiting_max) {
        metrics_add(&lane->plan.metrics->refused, 1);
        refuse_unavailable(x, "Too many requests are waiting for the database.");
        return false;
    }
    enqueue(lane, x);
    return true;
}

bool lanes_submit(struct lanes *lanes, struct exchange *x)
{
    struct lane *lane = lane_of(lanes, x);
    if (lane == NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "This request has no lane.");
    if (!backlog_admit(x)) {
        metrics_add(&lane->plan.metrics->refused, 1);
        return false;
    }
    x->queued_ms = clock_ms();
    if (is_standing(lanes, x)) {
        x->next = lanes->standing;
        lanes->standing = x;
        return true;
    }
    return line_up(lane, x);
}

/* ---------------------------------------------------------------- landing */

/* Hands the exchange back, and those who joined it. The result is theirs from here on. */
static void land(struct lanes *lanes, struct exchange *x, PGresult *result)
{
    if (x->behind) {
        assert(x->joined == NULL); /* the patient lane is not searched for those who ask the same */
        lanes->renewing = false;
        renew_end(x, result);
        return;
    }
    struct exchange *joined = alike_share(x, result);
    while (joined != NULL) {
        struct exchange *other = joined;
        joined = other->next;
        other->next = NULL;
        lanes->plan.landed(other);
    }
    lanes->plan.landed(x);
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

static void take_finished(void *of_lane, struct exchange *x, PGresult *result)
{
    struct lane *lane = of_lane;
    struct lane *patient = sqlstate_is_late(result) ? more_patient(lane) : NULL;
    if (patient != NULL) {
        PQclear(result);
        x->queued_ms = clock_ms();
        enqueue(patient, x);
        return;
    }
    if (x->tries < RETRIES_MAX && sqlstate_is_retryable(result)) {
        PQclear(result);
        retry_later(lane, x);
        return;
    }
    land(lane->lanes, x, result);
}

static void take_again(void *of_lane, struct exchange *x)
{
    enqueue_first(of_lane, x);
}

static void take_lost(void *of_lane, struct exchange *x, PGresult *result)
{
    struct lane *lane = of_lane;
    if (result != NULL &&
        !sqlstate_is_success(result)) { /* refused already; nothing was committed */
        land(lane->lanes, x, result);
        return;
    }
    PQclear(result);
    if (!lane->plan.kind->writes && !x->lost) {
        x->lost = true;
        enqueue_first(lane, x);
        return;
    }
    if (lane->plan.kind->writes) {
        x->problem.retry_after_s = 1;
        (void)problem_set(&x->problem, PROBLEM_IN_DOUBT,
                          "The database went away before it said whether this was recorded. "
                          "Send the same request with the same Idempotency-Key again: it takes "
                          "effect once.");
    } else {
        refuse_unavailable(x, "The database went away.");
    }
    land(lane->lanes, x, NULL);
}

/* ---------------------------------------------------------------- sending */

/* The first `count` of those who wait, hanging together by `next`. */
static struct exchange *take_batch(struct lane *lane, size_t count)
{
    struct exchange *first = NULL;
    struct exchange **end = &first;
    for (; count > 0; count--) {
        *end = dequeue(lane);
        end = &(*end)->next;
    }
    return first;
}

static void pump_lane(struct lane *lane)
{
    size_t available = 0;
    for (size_t i = 0; i < lane->connection_count; i++)
        available += connection_is_free(&lane->connections[i]);
    for (size_t i = 0; lane->waiting > 0 && available > 0; i++) {
        if (!connection_is_free(&lane->connections[i]))
            continue;
        /* Shared out over the free connections: two backends are two cores. */
        const size_t share = (lane->waiting + available - 1) / available;
        const size_t size = share < lane->plan.kind->batch_max ? share : lane->plan.kind->batch_max;
        connection_send(&lane->connections[i], take_batch(lane, size));
        available--;
    }
}

/* For those who ask next, where nobody waits for anything else: one report at a time. */
static void begin_renewal(struct lanes *lanes, struct lane *patient, const struct exchange *x)
{
    struct exchange *anew = renew_make(x);
    if (anew == NULL)
        return;
    anew->queued_ms = clock_ms();
    enqueue(patient, anew);
    lanes->renewing = true;
}

/* Not while they are submitted, for who submits is not through with them then. Each is copied when
   the one before has been counted among what clients have not read yet. */
static void land_standing(struct lanes *lanes)
{
    while (lanes->standing != NULL) {
        struct exchange *x = lanes->standing;
        struct lane *lane = lane_of(lanes, x);
        assert(lane != NULL); /* it was submitted */
        lanes->standing = x->next;
        x->next = NULL;
        if (!backlog_admit(x)) {
            metrics_add(&lane->plan.metrics->refused, 1);
            land(lanes, x, NULL);
            continue;
        }
        struct lane *patient = lanes->renewing ? NULL : more_patient(lane);
        bool renew = patient != NULL;
        PGresult *rows = kept_standing(lanes->kept, x, clock_ms(), &renew);
        if (rows == NULL) {
            if (!line_up(lane, x))
                land(lanes, x, NULL);
            continue;
        }
        if (renew && patient != NULL)
            begin_renewal(lanes, patient, x);
        metrics_add(&lane->plan.metrics->kept, 1);
        land(lanes, x, rows);
    }
}

void lanes_pump(struct lanes *lanes)
{
    land_standing(lanes);
    for (size_t i = 0; i < LANE_KINDS; i++)
        pump_lane(&lanes->lane[i]);
}

/* ---------------------------------------------------------------- time */

static void expire_waiting(struct lane *lane, int64_t now_ms)
{
    const int most_ms = lane_wait_ms(lane->plan.kind, lane->lanes->plan.config);
    while (lane->waiting > 0 && now_ms - lane->first->queued_ms > most_ms) {
        struct exchange *x = dequeue(lane);
        struct exchange *heir = alike_heir(x); /* who has not waited that long */
        if (heir != NULL)
            enqueue_first(lane, heir);
        metrics_add(&lane->plan.metrics->refused, 1);
        refuse_unavailable(x, "The database is busy or away.");
        land(lane->lanes, x, NULL);
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
    for (size_t i = 0; i < lane->connection_count; i++)
        count += connection_flying(&lane->connections[i]);
    return count;
}

static size_t working(const struct lane *lane)
{
    size_t count = 0;
    for (size_t i = 0; i < lane->connection_count; i++)
        count += connection_works(&lane->connections[i]);
    return count;
}

void lanes_tick(struct lanes *lanes, int64_t now_ms)
{
    for (size_t i = 0; i < LANE_KINDS; i++) {
        struct lane *lane = &lanes->lane[i];
        for (size_t j = 0; j < lane->connection_count; j++)
            connection_tick(&lane->connections[j], now_ms);
        release_delayed(lane, now_ms);
        expire_waiting(lane, now_ms);
        metrics_set(&lane->plan.metrics->waiting, lane->waiting + lane->delayed_count);
        metrics_set(&lane->plan.metrics->flying, flying(lane));
        metrics_set(&lane->plan.metrics->connections, working(lane));
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
    size_t busy = lanes->standing != NULL;
    for (size_t i = 0; i < LANE_KINDS; i++)
        busy += lanes->lane[i].waiting + lanes->lane[i].delayed_count + flying(&lanes->lane[i]);
    return busy;
}

void lanes_abort(struct lanes *lanes)
{
    land_standing(lanes);
    for (size_t i = 0; i < LANE_KINDS; i++) {
        struct lane *lane = &lanes->lane[i];
        /* Connections first: reads that flew wait again, and leave with the others. */
        for (size_t j = 0; j < lane->connection_count; j++)
            connection_abort(&lane->connections[j], "the service stops");
        release_delayed(lane, INT64_MAX);
        while (lane->waiting > 0) {
            struct exchange *x = dequeue(lane);
            refuse_unavailable(x, "The service is stopping.");
            land(lane->lanes, x, NULL);
        }
    }
}

/* ---------------------------------------------------------------- opening and closing */

static bool open_lane(struct lanes *lanes, size_t index, char *reason, size_t reason_bytes)
{
    const struct config *config = lanes->plan.config;
    struct lane *lane = &lanes->lane[index];
    const struct lane_kind *kind = &lane_kinds[index];
    const int timeout_ms = lane_timeout_ms(kind, config);
    lane->lanes = lanes;
    lane->plan = (struct connection_plan){.kind = kind,
                                          .statements = lanes->plan.statements,
                                          .plain = lanes->plain,
                                          .statement_count = lanes->plan.statement_count,
                                          .metrics = &lanes->plan.metrics->lanes[index],
                                          .kept = lanes->kept,
                                          .timeout_ms = timeout_ms,
                                          .lane = lane,
                                          .finished = take_finished,
                                          .lost = take_lost,
                                          .again = take_again};
    atomic_store(&lane->plan.metrics->name, kind->name);
    const struct conninfo_lane login = {.name = kind->name,
                                        .role = kind->role,
                                        .timeout_ms = timeout_ms,
                                        .read_only = !kind->writes,
                                        .plans = kind->plans};
    const struct conninfo *info =
        conninfo_make(lanes->arena, config->database_url, &login, reason, reason_bytes);
    if (info == NULL)
        return false;
    const size_t count = lane_connections(kind, config);
    lane->connections = arena_alloc(lanes->arena, count * sizeof lane->connections[0]);
    if (lane->connections == NULL) {
        (void)snprintf(reason, reason_bytes, "not enough memory for the %s lane", kind->name);
        return false;
    }
    for (; lane->connection_count < count; lane->connection_count++)
        connection_open(&lane->connections[lane->connection_count], &lane->plan, lanes->plan.epoll,
                        info);
    return true;
}

static bool make_plain(struct lanes *lanes)
{
    const size_t count = lanes->plan.statement_count;
    lanes->plain = arena_alloc(lanes->arena, count * sizeof lanes->plain[0]);
    bool made = lanes->plain != NULL;
    for (size_t i = 0; made && i < count; i++)
        made = plain_make(lanes->arena, &lanes->plan.statements[i], &lanes->plain[i]);
    return made;
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
    lanes->kept = kept_make((size_t)plan->config->kept_max / (size_t)plan->config->loops,
                            plan->config->prompt_ms);
    if (lanes->kept == NULL || !make_plain(lanes)) {
        (void)snprintf(reason, reason_bytes, "not enough memory for the statements");
        lanes_close(lanes);
        return NULL;
    }
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
            connection_close(&lanes->lane[i].connections[j]);
    kept_free(lanes->kept);
    arena_free(lanes->arena);
}
