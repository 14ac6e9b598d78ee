/* renew.c - reports that are made anew for those who ask next, while nobody waits for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/renew.h"

#include "core/log.h"
#include "engine/sqlstate.h"

#include <string.h>

enum { ARENA_BYTES = 1 << 24 /* at most: what a report says beside its rows is held in it */ };

static bool copy_question(struct exchange *anew, const struct exchange *x)
{
    anew->path = arena_copy(anew->arena, x->path);
    for (size_t i = 0; i < x->statement->parameter_count; i++)
        if (x->values[i] != NULL)
            anew->values[i] = arena_copy(anew->arena, x->values[i]);
    return !arena_is_short(anew->arena);
}

struct exchange *renew_make(const struct exchange *x)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    struct exchange *anew = arena != NULL ? arena_alloc(arena, sizeof *anew) : NULL;
    if (anew == NULL) {
        arena_free(arena);
        return NULL;
    }
    *anew = (struct exchange){.arena = arena,
                              .problem = problem_none(arena),
                              .method = x->method,
                              .statement = x->statement,
                              .route = x->route,
                              .principal = x->principal,
                              .config = x->config,
                              .metrics = x->metrics,
                              .backlog = x->backlog,
                              .owner = x->owner,
                              .behind = true};
    memcpy(anew->id, x->id, sizeof anew->id);
    if (copy_question(anew, x))
        return anew;
    arena_free(arena);
    return NULL;
}

void renew_end(struct exchange *x, PGresult *result)
{
    if (!sqlstate_is_success(result)) {
        struct log_line line;
        log_begin(&line, LOG_WARN, "report_not_renewed");
        log_text(&line, "route", x->route);
        log_text(&line, "reason",
                 problem_is_set(&x->problem) ? x->problem.detail : PQresultErrorMessage(result));
        log_end(&line);
    }
    PQclear(result);
    arena_free(x->arena);
}
