/* flow.c - the walk of an exchange through the rooms: read this first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow.h"

#include "access/authorise.h"
#include "catalogue/catalogue.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/text.h"
#include "engine/bind.h"
#include "engine/lane.h"
#include "engine/result.h"
#include "flow/loop.h"
#include "flow/wait.h"
#include "http/condition.h"
#include "http/guard.h"
#include "http/negotiate.h"
#include "http/request.h"
#include "http/respond.h"
#include "native/native.h"
#include "native/report_run.h"
#include "transfer/csv.h"

/* Every request goes down this list in this order. A step that returns false has set x->problem;
   the walk then skips to the representation. It may be suspended in one place only: between the
   statement and its result. From there x->then, where somebody has set it, may send it round again
   with another statement. */

static bool route(struct exchange *x);
static bool serve_native(struct exchange *x);
static bool fly(struct exchange *x);
static bool land(struct exchange *x);

struct step {
    const char *name;
    exchange_fn run;
    bool statements_only; /* native endpoints are public, without parameters or conditions */
};

/* When the head has arrived. */
static const struct step head_steps[] = {
    {"guard", guard_check, false},
    {"request", request_read_head, false},
};

/* When the body has arrived too. */
static const struct step body_steps[] = {
    {"body", request_read_body, false},
    {"route", route, false},
    {"negotiate", negotiate_format, false},
    {"native", serve_native, false},
    {"authorise", access_authorise, true},
    {"condition", condition_read, true},
    {"rows", csv_read_body, true},
    {"bind", bind_exchange, true},
    /* Where the statement takes a report, that one flies first. */
    {"report", report_run_begin, true},
    {"statement", fly, true},
};

/* When the statement has come back. */
static const struct step landed_steps[] = {
    {"result", land, true},
};

enum {
    HEAD_STEPS = sizeof head_steps / sizeof head_steps[0],
    BODY_STEPS = sizeof body_steps / sizeof body_steps[0],
    LANDED_STEPS = sizeof landed_steps / sizeof landed_steps[0],
    ALLOW_BYTES = 128
};

static bool forward(struct exchange *x, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].statements_only && x->statement == NULL)
            continue;
        if (!steps[i].run(x))
            return false;
    }
    return true;
}

/* The representation: whatever the walk has come to can be sent now. */
static void represent(struct exchange *x)
{
    respond_render_problem(x);
    respond_finish(x);
}

/* ---------------------------------------------------------------- route */

static const char *list_methods(struct exchange *x, unsigned methods)
{
    struct text list = text_open(x->arena, ALLOW_BYTES);
    if ((methods & 1U << METHOD_GET) != 0)
        methods |= 1U << METHOD_HEAD;
    methods |= 1U << METHOD_OPTIONS;
    for (unsigned i = 0; i < METHODS; i++) {
        if ((methods & 1U << i) == 0)
            continue;
        text_add(&list, list.length > 0 ? ", " : "");
        text_add(&list, method_name((enum method)i));
    }
    return list.data;
}

/* What a path offers, for those who ask and those who ask in vain. */
static bool route_elsewhere(struct exchange *x)
{
    const bool everything = x->path[0] == '*';
    const unsigned methods = everything ? 1U << METHOD_GET | 1U << METHOD_POST | 1U << METHOD_PATCH
                                        : native_methods(x->path) | catalogue_methods(x->path);
    if (methods == 0)
        return problem_set(&x->problem, PROBLEM_NOT_FOUND, "There is nothing at this path.");
    x->allow = list_methods(x, methods);
    if (x->method != METHOD_OPTIONS)
        return problem_set(&x->problem, PROBLEM_METHOD_NOT_ALLOWED, "This path takes %s.",
                           x->allow);
    x->route = "options";
    x->response.status = 204;
    return true;
}

static bool route(struct exchange *x)
{
    if (native_route(x))
        return true;
    if (!catalogue_route(x))
        return route_elsewhere(x);
    x->offers = x->statement->offers;
    x->render = native_renderer(x->statement->renderer);
    if (x->statement->kind == STATEMENT_WRITE && x->wait_s > 0)
        x->then = wait_begin;
    return true;
}

static bool serve_native(struct exchange *x)
{
    return x->native == NULL || x->native(x);
}

/* ---------------------------------------------------------------- statement and result */

static bool fly(struct exchange *x)
{
    const struct loop *loop = x->owner;
    return lanes_submit(loop->lanes, x);
}

static bool land(struct exchange *x)
{
    const struct loop *loop = x->owner;
    return result_apply(x, loop->plan.rules);
}

/* ---------------------------------------------------------------- the daemon's and lanes' side */

static bool take_head(struct exchange *x)
{
    if (forward(x, head_steps, HEAD_STEPS))
        return true;
    represent(x);
    return false;
}

/* True: the response is ready. A statement that was submitted is not back before the loop turns. */
static bool take_request(struct exchange *x)
{
    if (forward(x, body_steps, BODY_STEPS) && x->statement != NULL)
        return false;
    represent(x);
    return true;
}

/* What the statement before has left behind is of no use to the next one; its result stays where it
   is until the exchange ends, for strings may point into it. */
static bool begin_round(struct exchange *x)
{
    x->problem = problem_none(x->arena);
    x->response = (struct response){.status = 0};
    x->preface = (struct preface){.members = NULL};
    x->result = NULL;
    x->tries = 0;
    x->alone = false;
    x->lost = false;
    return fly(x);
}

void flow_resume(struct exchange *x)
{
    while (x->then != NULL) {
        const exchange_then_fn then = x->then;
        x->then = NULL;
        const enum round round = then(x);
        if (round == ROUND_LATER || (round == ROUND_AGAIN && begin_round(x)))
            return;
        if (round == ROUND_END)
            break;
    }
    represent(x);
    daemon_resume(x);
}

void flow_landed(struct exchange *x)
{
    if (!problem_is_set(&x->problem))
        (void)forward(x, landed_steps, LANDED_STEPS);
    flow_resume(x);
}

/* One line and one count for each exchange, however it ended. Never a token, a query or a body:
   they may say what is nobody's business. */
static void take_end(struct exchange *x)
{
    const int status = x->response.status;
    const int64_t ns = clock_ns() - x->began_ns;
    const char *name = x->route != NULL ? x->route : "none";
    struct log_line line;
    char client[ADDRESS_BYTES];
    address_print(&x->address, client);
    log_begin(&line, status == 500 ? LOG_ERROR : status > 500 ? LOG_WARN : LOG_INFO, "request");
    log_text(&line, "request", x->id);
    log_text(&line, "client", client);
    log_text(&line, "route", name);
    log_text(&line, "method", x->head_only ? "HEAD" : method_name(x->method));
    log_text(&line, "path", x->path);
    log_number(&line, "status", status);
    if (problem_is_set(&x->problem))
        log_text(&line, "problem", problem_slug(x->problem.kind));
    log_ms(&line, "ms", ns);
    const struct pieces *pieces = x->response.pieces;
    log_number(&line, "bytes", (int64_t)(pieces != NULL ? pieces->total : x->response.body_bytes));
    if (x->principal.known) {
        log_text(&line, "principal", x->principal.id);
        log_text(&line, "key", x->principal.key);
    }
    log_end(&line);
    metrics_record(x->metrics, name, status, ns);
}

const struct daemon_hooks flow_hooks = {
    .head = take_head, .walk = take_request, .finished = take_end};
