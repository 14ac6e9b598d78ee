/* metrics.c - what one loop counts; read by whichever loop is asked for /metrics. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metrics.h"

#include <string.h>

const uint32_t metrics_bounds_us[METRICS_BUCKETS - 1] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 500000, 2500000, 10000000};

const char *const metrics_deadline_kinds[METRICS_DEADLINES] = {"action",     "answer",   "case",
                                                               "instalment", "position", "receipt"};

/* Every status the service gives; the last column takes the unforeseen. */
static const int statuses[METRICS_STATUSES] = {200, 201, 204, 304, 400, 401, 403, 404,
                                               405, 406, 409, 412, 413, 414, 415, 422,
                                               428, 429, 431, 500, 503, 504, 0,   0};

int metrics_status(size_t column)
{
    return statuses[column];
}

void metrics_add(metrics_count *count, uint64_t by)
{
    atomic_fetch_add_explicit(count, by, memory_order_relaxed);
}

void metrics_set(metrics_count *count, uint64_t value)
{
    atomic_store_explicit(count, value, memory_order_relaxed);
}

uint64_t metrics_get(const metrics_count *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

/* Route names are constants, so the pointer is looked at before the letters. */
static struct metrics_route *find_route(struct metrics *metrics, const char *name)
{
    for (size_t i = 0; i < METRICS_ROUTES; i++) {
        struct metrics_route *route = &metrics->routes[i];
        const char *known = atomic_load_explicit(&route->name, memory_order_relaxed);
        if (known == NULL) {
            atomic_store_explicit(&route->name, name, memory_order_release);
            return route;
        }
        if (known == name || strcmp(known, name) == 0)
            return route;
    }
    return NULL;
}

void metrics_record(struct metrics *metrics, const char *route, int status, int64_t ns)
{
    struct metrics_route *counted = find_route(metrics, route);
    if (counted == NULL)
        return;
    size_t column = 0;
    while (column < METRICS_STATUSES - 1 && statuses[column] != status)
        column++;
    metrics_add(&counted->statuses[column], 1);
    const uint64_t us = ns > 0 ? (uint64_t)ns / 1000 : 0;
    size_t bucket = 0;
    while (bucket < METRICS_BUCKETS - 1 && us > metrics_bounds_us[bucket])
        bucket++;
    metrics_add(&counted->buckets[bucket], 1);
    metrics_add(&counted->total_us, us);
}
