/* health.c - is the process alive, and may it be sent requests? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/health.h"

#include "core/metrics.h"

#include <string.h>

enum {
    KEYS_AGE_MAX_MS = 1000, /* older ones are not believed: see access */
    LEDGER_LAG_MAX_MS = 60000
};

static bool answer(struct exchange *x, const char *body)
{
    x->response = (struct response){
        .status = 200, .body = body, .body_bytes = strlen(body), .cache = "no-store"};
    return true;
}

static bool refuse(struct exchange *x, const char *detail)
{
    x->problem.retry_after_s = 1;
    return problem_set(&x->problem, PROBLEM_UNAVAILABLE, "%s", detail);
}

bool health_process(struct exchange *x)
{
    return answer(x, "{\"status\":\"alive\"}");
}

/* That the migrations are the program's own was checked before it began to listen. */
bool health_service(struct exchange *x)
{
    const struct metrics *metrics = x->metrics;
    if (metrics_get(&metrics->draining) != 0)
        return refuse(x, "The service is stopping.");
    if (metrics_get(&metrics->ready) == 0)
        return refuse(x, "The database is away.");
    if (metrics_get(&metrics->directory_age_ms) > KEYS_AGE_MAX_MS)
        return refuse(x, "The directory of keys is out of date.");
    if (metrics_get(&metrics->ledger_lag_ms) > LEDGER_LAG_MAX_MS)
        return refuse(x, "The sealer does not keep up with the ledger.");
    return answer(x, "{\"status\":\"ready\",\"checks\":{\"database\":\"ok\","
                     "\"migrations\":\"current\",\"keys\":\"fresh\",\"ledger\":\"sealed\"}}");
}
