/* respond.c - sends what an exchange has come to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/respond.h"

#include "core/text.h"
#include "http/condition.h"
#include "http/negotiate.h"
#include "http/squeeze.h"
#include "http/stream.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROBLEM_BYTES = 128 * 1024, LINK_BYTES = 16 * 1024 };

/* ---------------------------------------------------------------- problems */

static void add_faults(struct text *body, const struct problem *problem)
{
    text_add(body, ",\"errors\":[");
    for (const struct fault *fault = problem->first_fault; fault != NULL; fault = fault->next) {
        text_addf(body, "{\"%s\":", problem_where(fault->where));
        text_add_json(body, fault->name);
        text_add(body, ",\"rule\":");
        text_add_json(body, fault->rule);
        text_add(body, ",\"detail\":");
        text_add_json(body, fault->detail);
        text_add(body, fault->next != NULL ? "}," : "}");
    }
    text_add(body, "]");
}

void respond_render_problem(struct exchange *x)
{
    const struct problem *problem = &x->problem;
    if (!problem_is_set(problem))
        return;
    struct text body = text_open(x->arena, PROBLEM_BYTES);
    text_addf(&body, "{\"type\":\"/problems/%s\",\"title\":", problem_slug(problem->kind));
    text_add_json(&body, problem_title(problem->kind));
    text_addf(&body, ",\"status\":%d,\"detail\":", problem_status(problem->kind));
    text_add_json(&body, problem->detail);
    text_addf(&body, ",\"instance\":\"urn:uuid:%s\"", x->id);
    if (problem->first_fault != NULL)
        add_faults(&body, problem);
    text_add(&body, "}");
    static const char too_long[] = "{\"type\":\"about:blank\",\"status\":500}";
    x->response = (struct response){.status = problem_status(problem->kind),
                                    .type = "application/problem+json",
                                    .body = body.full ? too_long : body.data,
                                    .body_bytes = body.full ? sizeof too_long - 1 : body.length};
}

static void drop_body(struct response *response, int status)
{
    response->status = status;
    response->body = NULL;
    response->body_bytes = 0;
    response->pieces = NULL;
}

void respond_finish(struct exchange *x)
{
    struct response *response = &x->response;
    const bool unchanged = x->method == METHOD_GET && response->status == 200 &&
                           condition_is_unchanged(x->if_none_match, response->etag);
    x->gzip = x->gzip && x->method == METHOD_GET && !response->from_file &&
              x->format != FORMAT_BYTES && squeeze_pays(response);
    if (x->gzip && response->etag != NULL)
        response->etag = arena_format(x->arena, "%s" CONDITION_GZIP, response->etag);
    if (unchanged)
        drop_body(response, 304);
    /* What was written is named by Location and ETag; who asks for no more gets no more. */
    x->minimal = x->minimal && x->statement != NULL && x->statement->kind == STATEMENT_WRITE &&
                 (response->status == 200 || response->status == 201);
    if (x->minimal)
        drop_body(response, response->status == 200 ? 204 : response->status);
}

/* ---------------------------------------------------------------- headers */

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value != NULL)
        (void)MHD_add_response_header(response, name, value);
}

/* The present page's URL with another cursor, or none. */
static void add_page_link(struct text *link, const struct exchange *x, const char *relation,
                          const char *cursor)
{
    text_add(link, link->length > 0 ? ", <" : "<");
    for (const char *at = x->path; *at != '\0'; at++) {
        const char letter[2] = {*at};
        if (*at == '/')
            text_add(link, letter);
        else
            text_add_percent(link, letter);
    }
    char separator = '?';
    for (size_t i = 0; i < x->query_count; i++) {
        if (strcmp(x->query[i].name, "after") == 0)
            continue;
        text_add_char(link, separator);
        text_add_percent(link, x->query[i].name);
        text_add_char(link, '=');
        text_add_percent(link, x->query[i].value);
        separator = '&';
    }
    if (cursor != NULL) {
        text_add_char(link, separator);
        text_add(link, "after=");
        text_add_percent(link, cursor);
    }
    text_addf(link, ">; rel=\"%s\"", relation);
}

static const char *query_value(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->query_count; i++)
        if (strcmp(x->query[i].name, name) == 0)
            return x->query[i].value;
    return NULL;
}

/* RFC 8288: where this page is, where the list begins and where it goes on; of a report, where what
   belongs to it stands. */
static void add_links(struct MHD_Response *response, struct exchange *x)
{
    const bool list = x->statement != NULL && x->statement->kind == STATEMENT_LIST;
    if (x->response.status != 200 || (!list && x->response.related == NULL))
        return;
    struct text link = text_open(x->arena, LINK_BYTES);
    if (list) {
        add_page_link(&link, x, "self", query_value(x, "after"));
        add_page_link(&link, x, "first", NULL);
    }
    if (x->response.next != NULL)
        add_page_link(&link, x, "next", x->response.next);
    if (x->response.related != NULL)
        text_addf(&link, "<%s>; rel=\"related\"", x->response.related);
    if (!link.full)
        add(response, "Link", link.data);
}

static const char *cache_control(const struct exchange *x)
{
    if (x->response.cache != NULL)
        return x->response.cache;
    if (x->method != METHOD_GET || (x->response.status != 200 && x->response.status != 304))
        return "no-store";
    if (x->statement != NULL && x->statement->cache == CACHE_FOREVER)
        return "public, max-age=31536000, immutable";
    if (x->statement != NULL && x->statement->cache == CACHE_MOMENT)
        return "public, max-age=1";
    /* Kept, but asked for again each time: what is published changes. */
    return x->principal.known ? "private, no-cache" : "no-cache";
}

/* What anybody may keep is the same for everybody. */
static const char *vary(const struct exchange *x)
{
    if (x->statement == NULL || x->statement->cache == CACHE_CHECKED)
        return "Accept, Accept-Encoding, Authorization";
    return (x->offers & (x->offers - 1)) != 0 ? "Accept, Accept-Encoding" : "Accept-Encoding";
}

static void add_problem_headers(struct MHD_Response *response, struct exchange *x)
{
    const struct problem *problem = &x->problem;
    if (problem->kind == PROBLEM_UNAUTHORIZED)
        add(response, "WWW-Authenticate",
            x->authorization != NULL ? "Bearer realm=\"aidledger\", error=\"invalid_token\""
                                     : "Bearer realm=\"aidledger\"");
    if (problem->kind == PROBLEM_METHOD_NOT_ALLOWED)
        add(response, "Allow", x->allow != NULL ? x->allow : "GET, HEAD, OPTIONS, POST, PATCH");
    if (problem->retry_after_s > 0) {
        char seconds[16];
        (void)snprintf(seconds, sizeof seconds, "%d", problem->retry_after_s);
        add(response, "Retry-After", seconds);
    }
}

/* Any page may read what it can get; none may write for its visitor. */
static void add_cors(struct MHD_Response *response, const struct exchange *x)
{
    if (x->method != METHOD_GET && x->method != METHOD_OPTIONS)
        return;
    add(response, "Access-Control-Allow-Origin", "*");
    if (x->method == METHOD_GET) {
        add(response, "Access-Control-Expose-Headers",
            "Age, Aidledger-Tree-Size, Content-Disposition, ETag, Link, RateLimit, "
            "RateLimit-Policy, "
            "Request-Id, Retry-After");
        return;
    }
    add(response, "Access-Control-Allow-Methods", "GET, HEAD");
    add(response, "Access-Control-Allow-Headers",
        "Accept, Authorization, Cache-Control, If-None-Match");
    add(response, "Access-Control-Max-Age", "86400");
}

static void add_quota(struct MHD_Response *response, struct exchange *x)
{
    const struct quota *quota = &x->quota;
    if (quota->limit == 0)
        return;
    add(response, "RateLimit-Policy",
        arena_format(x->arena, "\"default\";q=%d;w=60", quota->limit));
    add(response, "RateLimit",
        arena_format(x->arena, "\"default\";r=%d;t=%d", quota->remaining, quota->reset_s));
}

/* RFC 7240: what was done of what the client would like. */
static const char *applied(struct exchange *x)
{
    if (x->waited_s == 0)
        return x->minimal ? "return=minimal" : NULL;
    return arena_format(x->arena, "%swait=%d", x->minimal ? "return=minimal, " : "", x->waited_s);
}

static void add_headers(struct MHD_Response *response, struct exchange *x)
{
    const struct response *given = &x->response;
    add(response, "Request-Id", x->id);
    add(response, "Cache-Control", cache_control(x));
    add(response, "Vary", vary(x));
    add_cors(response, x);
    add_quota(response, x);
    add(response, "X-Content-Type-Options", "nosniff");
    if (stream_has_body(given))
        add(response, "Content-Type",
            given->type != NULL ? given->type : negotiate_type(x->format));
    const char *etag = given->etag != NULL ? arena_format(x->arena, "\"%s\"", given->etag) : NULL;
    add(response, "ETag", etag);
    add(response, "Location", given->location);
    add(response, "Aidledger-Tree-Size", given->tree_size);
    add(response, "Age", given->age);
    add(response, "Content-Disposition", given->disposition);
    add(response, "Content-Security-Policy", given->policy);
    add_links(response, x);
    if (problem_is_set(&x->problem))
        add_problem_headers(response, x);
    else if (x->method == METHOD_OPTIONS)
        add(response, "Allow", x->allow);
    if (x->gzip && stream_has_body(given))
        add(response, "Content-Encoding", "gzip");
    add(response, "Preference-Applied", applied(x));
    if (x->close)
        add(response, "Connection", "close");
}

/* The library closes what it is given; the arena closes its own. */
static struct MHD_Response *make_file_response(const struct response *given)
{
    const int file = fcntl(given->file, F_DUPFD_CLOEXEC, 0);
    if (file < 0)
        return NULL;
    struct MHD_Response *response = MHD_create_response_from_fd(given->body_bytes, file);
    if (response == NULL)
        (void)close(file);
    return response;
}

static struct MHD_Response *make_response(struct exchange *x)
{
    static char nothing[1] = "";
    const struct response *given = &x->response;
    if (given->from_file && given->body_bytes > 0)
        return make_file_response(given);
    /* The library takes a pointer to what it will not change; the bytes live in the arena, in a
       constant or in the database's result until the exchange is finished. */
    union {
        const char *given;
        void *taken;
    } body = {.given = given->body_bytes > 0 ? given->body : nothing};
    if (x->gzip && stream_has_body(given)) {
        struct MHD_Response *squeezed = squeeze_start(x);
        if (squeezed != NULL)
            return squeezed;
        x->gzip = false;
    }
    if (given->pieces != NULL)
        return stream_start(x);
    return MHD_create_response_from_buffer(given->body_bytes, body.taken, MHD_RESPMEM_PERSISTENT);
}

bool respond_send(struct exchange *x)
{
    struct MHD_Response *response = make_response(x);
    if (response == NULL)
        return false;
    add_headers(response, x);
    /* The library ends chunks that a HEAD never begins; without them it does not. */
    if (x->head_only && (x->gzip || x->response.pieces != NULL))
        (void)MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    const enum MHD_Result queued =
        MHD_queue_response(x->connection, (unsigned)x->response.status, response);
    MHD_destroy_response(response);
    return queued == MHD_YES;
}
