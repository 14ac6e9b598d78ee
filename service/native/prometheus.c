/* prometheus.c - what the loops have counted, as Prometheus reads it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/prometheus.h"

#include "core/clock.h"
#include "core/metrics.h"
#include "core/text.h"
#include "core/version.h"

#include <stddef.h>
#include <string.h>

enum { PAGE_BYTES = 1 << 19 };

static const char *name_of(const _Atomic(const char *) *name)
{
    return atomic_load_explicit(name, memory_order_acquire);
}

static void add_head(struct text *page, const char *name, const char *type, const char *help)
{
    text_addf(page, "# HELP aidledger_%s %s\n# TYPE aidledger_%s %s\n", name, help, name, type);
}

/* ---------------------------------------------------------------- routes */

/* The same route in another loop's table; each fills its own in the order of first requests. */
static const struct metrics_route *find_route(const struct metrics *metrics, const char *name)
{
    for (size_t i = 0; i < METRICS_ROUTES; i++) {
        const char *known = name_of(&metrics->routes[i].name);
        if (known == NULL)
            return NULL;
        if (strcmp(known, name) == 0)
            return &metrics->routes[i];
    }
    return NULL;
}

struct sums {
    uint64_t statuses[METRICS_STATUSES];
    uint64_t buckets[METRICS_BUCKETS];
    uint64_t total_us;
};

static struct sums sum_route(const struct metrics *metrics, const char *name)
{
    struct sums sums = {.total_us = 0};
    for (size_t loop = 0; loop < metrics->loops; loop++) {
        const struct metrics_route *route = find_route(metrics->board[loop], name);
        if (route == NULL)
            continue;
        for (size_t i = 0; i < METRICS_STATUSES; i++)
            sums.statuses[i] += metrics_get(&route->statuses[i]);
        for (size_t i = 0; i < METRICS_BUCKETS; i++)
            sums.buckets[i] += metrics_get(&route->buckets[i]);
        sums.total_us += metrics_get(&route->total_us);
    }
    return sums;
}

static void add_requests(struct text *page, const char *route, const struct sums *sums)
{
    for (size_t i = 0; i < METRICS_STATUSES; i++) {
        if (sums->statuses[i] == 0)
            continue;
        text_addf(page, "aidledger_requests_total{route=\"%s\",status=\"", route);
        if (metrics_status(i) == 0)
            text_add(page, "other");
        else
            text_addf(page, "%d", metrics_status(i));
        text_addf(page, "\"} %llu\n", (unsigned long long)sums->statuses[i]);
    }
}

static void add_latency(struct text *page, const char *route, const struct sums *sums)
{
    uint64_t count = 0;
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        count += sums->buckets[i];
        text_addf(page, "aidledger_request_seconds_bucket{route=\"%s\",le=\"", route);
        if (i == METRICS_BUCKETS - 1)
            text_add(page, "+Inf");
        else
            text_addf(page, "%u.%06u", metrics_bounds_us[i] / 1000000,
                      metrics_bounds_us[i] % 1000000);
        text_addf(page, "\"} %llu\n", (unsigned long long)count);
    }
    text_addf(page, "aidledger_request_seconds_sum{route=\"%s\"} %llu.%06llu\n", route,
              (unsigned long long)(sums->total_us / 1000000),
              (unsigned long long)(sums->total_us % 1000000));
    text_addf(page, "aidledger_request_seconds_count{route=\"%s\"} %llu\n", route,
              (unsigned long long)count);
}

/* Whether an earlier loop has the route too, so that it was added up there already. */
static bool is_added(const struct metrics *metrics, size_t loop, const char *route)
{
    for (size_t i = 0; i < loop; i++)
        if (find_route(metrics->board[i], route) != NULL)
            return true;
    return false;
}

typedef void (*add_route_fn)(struct text *page, const char *route, const struct sums *sums);

static void add_routes(struct text *page, const struct metrics *metrics, add_route_fn add_route)
{
    for (size_t loop = 0; loop < metrics->loops; loop++) {
        for (size_t i = 0; i < METRICS_ROUTES; i++) {
            const char *route = name_of(&metrics->board[loop]->routes[i].name);
            if (route == NULL)
                break;
            if (is_added(metrics, loop, route))
                continue;
            const struct sums sums = sum_route(metrics, route);
            add_route(page, route, &sums);
        }
    }
}

/* ---------------------------------------------------------------- lanes and the rest */

struct measure {
    const char *name;
    const char *type;
    const char *help;
    size_t offset;
};

static const struct measure lane_measures[] = {
    {"lane_waiting", "gauge", "Requests waiting for a connection.",
     offsetof(struct metrics_lane, waiting)},
    {"lane_flying", "gauge", "Requests under way in the database.",
     offsetof(struct metrics_lane, flying)},
    {"lane_connections", "gauge", "Connections that work.",
     offsetof(struct metrics_lane, connections)},
    {"lane_batches_total", "counter", "Batches sent.", offsetof(struct metrics_lane, batches)},
    {"lane_statements_total", "counter", "Statements sent; of a report its rows, not its position.",
     offsetof(struct metrics_lane, statements)},
    {"lane_shared_total", "counter", "Requests answered with what another one asked for.",
     offsetof(struct metrics_lane, shared)},
    {"lane_kept_total", "counter", "Reports answered with rows that were kept.",
     offsetof(struct metrics_lane, kept)},
    {"lane_refused_total", "counter", "Requests refused for want of a connection.",
     offsetof(struct metrics_lane, refused)},
    {"lane_lost_total", "counter", "Connections lost.", offsetof(struct metrics_lane, reconnects)},
};

static const struct measure measures[] = {
    {"clients", "gauge", "Connected clients.", offsetof(struct metrics, clients)},
    {"clients_refused_total", "counter", "Connections refused: too many from their address.",
     offsetof(struct metrics, clients_refused)},
    {"clients_cut_total", "counter", "Connections cut: too slow.",
     offsetof(struct metrics, clients_cut)},
    {"requests_in_progress", "gauge", "Requests not answered yet.",
     offsetof(struct metrics, in_progress)},
    {"requests_held", "gauge", "Writes that are answered when they are sealed.",
     offsetof(struct metrics, waits)},
};

/* The same for every loop: this one's word is taken. */
static const struct measure facts[] = {
    {"ready", "gauge", "1 when every lane has a connection.", offsetof(struct metrics, ready)},
    {"backlog_bytes", "gauge", "Bytes of memory that large reports hold until they have been read.",
     offsetof(struct metrics, backlog)},
    {"keys", "gauge", "Live API keys.", offsetof(struct metrics, keys)},
    {"keys_age_milliseconds", "gauge", "Age of the directory of keys.",
     offsetof(struct metrics, directory_age_ms)},
    {"ledger_leaves", "gauge", "Leaves in the log.", offsetof(struct metrics, ledger_size)},
    {"ledger_queue", "gauge", "Entries without a leaf index.",
     offsetof(struct metrics, ledger_queue)},
    {"ledger_sealed", "gauge", "Leaves below the newest signed and published checkpoint.",
     offsetof(struct metrics, ledger_sealed)},
    {"ledger_lag_milliseconds", "gauge", "Age of the oldest entry not below it.",
     offsetof(struct metrics, ledger_lag_ms)},
};

static uint64_t count_at(const void *base, size_t offset)
{
    return metrics_get((const metrics_count *)(const void *)((const char *)base + offset));
}

static void add_lane_measure(struct text *page, const struct metrics *metrics,
                             const struct measure *measure)
{
    add_head(page, measure->name, measure->type, measure->help);
    for (size_t lane = 0; lane < METRICS_LANES; lane++) {
        const char *name = name_of(&metrics->lanes[lane].name);
        uint64_t sum = 0;
        if (name == NULL)
            continue;
        for (size_t loop = 0; loop < metrics->loops; loop++)
            sum += count_at(&metrics->board[loop]->lanes[lane], measure->offset);
        text_addf(page, "aidledger_%s{lane=\"%s\"} %llu\n", measure->name, name,
                  (unsigned long long)sum);
    }
}

static void add_measure(struct text *page, const struct metrics *metrics,
                        const struct measure *measure)
{
    uint64_t sum = 0;
    for (size_t loop = 0; loop < metrics->loops; loop++)
        sum += count_at(metrics->board[loop], measure->offset);
    add_head(page, measure->name, measure->type, measure->help);
    text_addf(page, "aidledger_%s %llu\n", measure->name, (unsigned long long)sum);
}

static void add_fact(struct text *page, const struct metrics *metrics, const struct measure *fact)
{
    add_head(page, fact->name, fact->type, fact->help);
    text_addf(page, "aidledger_%s %llu\n", fact->name,
              (unsigned long long)count_at(metrics, fact->offset));
}

/* The first loop counts them for all. Before it has, nothing is told: zeros would say that all is
   well. */
static void add_deadlines(struct text *page, const struct metrics *metrics)
{
    const struct metrics_deadlines *deadlines = metrics->board[0]->deadlines;
    const uint64_t counted_ms = metrics_get(&metrics->board[0]->deadlines_at_ms);
    if (counted_ms == 0)
        return;
    add_head(page, "deadlines_age_seconds", "gauge", "Since when the two below were counted.");
    text_addf(page, "aidledger_deadlines_age_seconds %llu\n",
              ((unsigned long long)clock_ms() - counted_ms) / 1000);
    add_head(page, "deadlines_overdue", "gauge", "Deadlines that have passed with nothing done.");
    for (size_t i = 0; i < METRICS_DEADLINES; i++)
        text_addf(page, "aidledger_deadlines_overdue{kind=\"%s\"} %llu\n",
                  metrics_deadline_kinds[i],
                  (unsigned long long)metrics_get(&deadlines[i].overdue));
    add_head(
        page, "deadlines_unstated", "gauge",
        "Those of them that the ledger does not state yet: above 0 for long, the clock stands.");
    for (size_t i = 0; i < METRICS_DEADLINES; i++)
        text_addf(page, "aidledger_deadlines_unstated{kind=\"%s\"} %llu\n",
                  metrics_deadline_kinds[i],
                  (unsigned long long)metrics_get(&deadlines[i].unstated));
}

bool prometheus_render(struct exchange *x)
{
    const struct metrics *metrics = x->metrics;
    struct text page = text_open(x->arena, PAGE_BYTES);
    add_head(&page, "build_info", "gauge", "Always 1.");
    text_add(&page, "aidledger_build_info{version=\"" AIDLEDGER_VERSION "\"} 1\n");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        add_fact(&page, metrics, &facts[i]);
    add_deadlines(&page, metrics);
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        add_measure(&page, metrics, &measures[i]);
    for (size_t i = 0; i < sizeof lane_measures / sizeof lane_measures[0]; i++)
        add_lane_measure(&page, metrics, &lane_measures[i]);
    add_head(&page, "requests_total", "counter", "Requests answered.");
    add_routes(&page, metrics, add_requests);
    add_head(&page, "request_seconds", "histogram", "From the request line to the last byte.");
    add_routes(&page, metrics, add_latency);
    if (page.full)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The page does not fit in memory.");
    x->response = (struct response){.status = 200,
                                    .type = "text/plain; version=0.0.4; charset=utf-8",
                                    .body = page.data,
                                    .body_bytes = page.length,
                                    .cache = "no-store"};
    return true;
}
