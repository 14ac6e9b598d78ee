/* wait.c - Prefer: wait: the answer to a write is held until what it states is sealed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/wait.h"

#include "catalogue/catalogue.h"
#include "core/clock.h"
#include "core/metrics.h"
#include "core/text.h"
#include "flow/flow.h"
#include "flow/loop.h"
#include "native/native.h"

#include <jansson.h>
#include <string.h>

enum {
    GONE_EVERY_MS = 250,
    MEMBER_BYTES = 512 * 1024 /* more than a proof has */
};

/* What a write came to, until its answer may go. */
struct wait {
    struct response given;
    const struct statement *statement;
    const char *entry;
    int64_t until_ms;
};

static struct waits *waits_of(const struct exchange *x)
{
    struct loop *loop = x->owner;
    return &loop->waits;
}

static void count(struct exchange *x, bool one_more)
{
    struct waits *waits = waits_of(x);
    waits->count = one_more ? waits->count + 1 : waits->count - 1;
    metrics_set(&x->metrics->waits, waits->count);
}

static bool is_draining(const struct exchange *x)
{
    const struct loop *loop = x->owner;
    return loop->drain_began_ms != 0;
}

/* ---------------------------------------------------------------- the answer */

/* Puts the proof behind the last member of the answer. */
static bool add_proof(struct exchange *x, struct response *given, const struct response *proof)
{
    const char *end = given->body;
    for (size_t i = given->body_bytes; i-- > 0 && *end != '}';)
        end = given->body + i;
    struct text body = text_open(x->arena, given->body_bytes + MEMBER_BYTES);
    text_add_bytes(&body, given->body, (size_t)(end - given->body));
    text_add(&body, ",\"proof\":");
    text_add_json(&body, proof->body);
    text_add(&body, "}");
    if (body.full)
        return false;
    given->body = body.data;
    given->body_bytes = body.length;
    return true;
}

/* The answer of the write goes out, whatever has become of the looking. */
static enum round finish(struct exchange *x)
{
    struct wait *wait = x->carried;
    const bool proved = !problem_is_set(&x->problem) && x->response.status == 200;
    if (proved && add_proof(x, &wait->given, &x->response))
        x->waited_s = x->wait_s;
    x->problem = problem_none(x->arena);
    x->response = wait->given;
    x->statement = wait->statement;
    x->render = NULL;
    count(x, false);
    return ROUND_END;
}

/* ---------------------------------------------------------------- looking */

static enum round look(struct exchange *x);

static enum round look_or_leave(struct exchange *x)
{
    const struct wait *wait = x->carried;
    const bool sealed = !problem_is_set(&x->problem);
    if (sealed || x->problem.kind != PROBLEM_NOT_FOUND || is_draining(x) ||
        clock_ms() >= wait->until_ms)
        return finish(x);
    struct waits *waits = waits_of(x);
    x->then = look;
    x->next = waits->first;
    waits->first = x;
    return ROUND_LATER;
}

static enum round look(struct exchange *x)
{
    const struct wait *wait = x->carried;
    x->statement = catalogue_statement("ledger_proof");
    x->render = native_renderer(x->statement->renderer);
    memset(x->values, 0, sizeof x->values);
    x->values[0] = wait->entry;
    x->then = look_or_leave;
    return ROUND_AGAIN;
}

/* Every write says in "statement" which entry of the ledger it made. */
static const char *find_entry(struct exchange *x)
{
    json_t *body = json_loadb(x->response.body, x->response.body_bytes, 0, NULL);
    const char *entry =
        json_string_value(json_object_get(json_object_get(body, "statement"), "entry"));
    const char *copy = entry != NULL ? arena_copy(x->arena, entry) : NULL;
    json_decref(body);
    return copy;
}

enum round wait_begin(struct exchange *x)
{
    if (problem_is_set(&x->problem) || x->response.body == NULL || is_draining(x) ||
        waits_of(x)->count >= (size_t)x->config->waits_max)
        return ROUND_END;
    const char *entry = find_entry(x);
    struct wait *wait = entry != NULL ? arena_alloc(x->arena, sizeof *wait) : NULL;
    if (wait == NULL)
        return ROUND_END;
    *wait = (struct wait){.given = x->response,
                          .statement = x->statement,
                          .entry = entry,
                          .until_ms = clock_ms() + (int64_t)x->wait_s * 1000};
    x->carried = wait;
    count(x, true);
    return look(x);
}

/* ---------------------------------------------------------------- those who wait */

void waits_wake(struct loop *loop)
{
    struct exchange *x = loop->waits.first;
    loop->waits.first = NULL;
    while (x != NULL) {
        struct exchange *next = x->next;
        x->next = NULL;
        flow_resume(x);
        x = next;
    }
}

/* Answers with what the write came to, the last look having found nothing. */
static void leave(struct exchange *x)
{
    x->next = NULL;
    x->then = finish;
    flow_resume(x);
}

void waits_tick(struct loop *loop, int64_t now_ms)
{
    const bool looks = now_ms - loop->waits.looked_ms >= GONE_EVERY_MS;
    struct exchange **at = &loop->waits.first;
    if (looks)
        loop->waits.looked_ms = now_ms;
    while (*at != NULL) {
        struct exchange *x = *at;
        const struct wait *wait = x->carried;
        if (now_ms < wait->until_ms && !(looks && daemon_has_left(x))) {
            at = &x->next;
            continue;
        }
        *at = x->next;
        leave(x);
    }
}

void waits_end(struct loop *loop)
{
    while (loop->waits.first != NULL) {
        struct exchange *x = loop->waits.first;
        loop->waits.first = x->next;
        leave(x);
    }
}
