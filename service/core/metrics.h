/* metrics.h - what one loop counts; read by whichever loop is asked for /metrics. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    METRICS_ROUTES = 256,
    METRICS_STATUSES = 24,
    METRICS_BUCKETS = 12, /* the last one takes what is slower than every bound */
    METRICS_LANES = 9,
    METRICS_DEADLINES = 6
};

/* Upper bounds of the latency buckets in microseconds, without the last. */
extern const uint32_t metrics_bounds_us[METRICS_BUCKETS - 1];

/* What may be due from a party, as deadline_counts() names it. */
extern const char *const metrics_deadline_kinds[METRICS_DEADLINES];

/* Only the owning loop writes; relaxed atomics make reading from another one defined. */
typedef atomic_uint_least64_t metrics_count;

struct metrics_route {
    _Atomic(const char *) name; /* NULL: free */
    metrics_count buckets[METRICS_BUCKETS];
    metrics_count total_us;
    metrics_count statuses[METRICS_STATUSES];
};

struct metrics_lane {
    _Atomic(const char *) name;
    metrics_count waiting;
    metrics_count flying;
    metrics_count connections; /* ready ones */
    metrics_count batches;
    metrics_count statements;
    metrics_count shared; /* requests answered with what another one asked for */
    metrics_count kept;   /* reports answered with rows that were kept */
    metrics_count refused;
    metrics_count reconnects;
};

struct metrics_deadlines {
    metrics_count overdue;
    metrics_count unstated; /* the ledger does not say so yet */
};

struct metrics {
    struct metrics *const *board; /* every loop's, this one's included */
    size_t loops;
    struct metrics_route routes[METRICS_ROUTES];
    struct metrics_lane lanes[METRICS_LANES];
    metrics_count clients;         /* open client connections */
    metrics_count clients_refused; /* too many from their address */
    metrics_count clients_cut;     /* too slow */
    metrics_count in_progress;
    metrics_count waits;            /* writes whose answer is held until they are sealed */
    metrics_count backlog;          /* bytes of reports that wait to be read, over all loops */
    metrics_count ready;            /* 1: every lane has a connection */
    metrics_count directory_age_ms; /* as of the last tick */
    metrics_count keys;
    metrics_count ledger_size;
    metrics_count ledger_queue;
    metrics_count ledger_lag_ms; /* age of the oldest entry that no published checkpoint covers */
    metrics_count ledger_sealed; /* size of the newest published checkpoint */
    struct metrics_deadlines deadlines[METRICS_DEADLINES];
    metrics_count deadlines_at_ms; /* clock_ms() of when those were counted; 0: not yet */
    metrics_count draining;
};

/* Counts one answered request. */
void metrics_record(struct metrics *metrics, const char *route, int status, int64_t ns);
/* The status a column of metrics_route.statuses counts; 0 for "any other". */
int metrics_status(size_t column);
/* Adds, sets and reads a count. */
void metrics_add(metrics_count *count, uint64_t by);
void metrics_set(metrics_count *count, uint64_t value);
uint64_t metrics_get(const metrics_count *count);
