/* desk.c - a small HTTP server beside the great one: one thread, short bodies, answers at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/desk.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    POOL_BYTES = 16384, /* for a request's head */
    ANSWER_MAX = 65536
};

struct desk {
    struct arena *arena;
    struct desk_plan plan;
    struct MHD_Daemon *mhd;
};

/* One request, from its head to the end of its answer. */
struct turn {
    struct arena *arena;
    struct text body;
};

static struct turn *begin(const struct desk *desk)
{
    /* The body while it grows, the answer, and what is needed to make it. */
    struct arena *arena = arena_make(4 * desk->plan.body_max + 4 * (size_t)ANSWER_MAX);
    struct turn *turn = arena == NULL ? NULL : arena_alloc(arena, sizeof *turn);
    if (turn == NULL) {
        arena_free(arena);
        return NULL;
    }
    turn->arena = arena;
    turn->body = text_open(arena, desk->plan.body_max);
    return turn;
}

static void end_turn(void *cls, struct MHD_Connection *connection, void **context,
                     enum MHD_RequestTerminationCode code)
{
    struct turn *turn = *context;
    (void)cls;
    (void)connection;
    (void)code;
    *context = NULL;
    if (turn != NULL)
        arena_free(turn->arena);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection,
                                   const struct desk_answer *answer, bool is_last)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.length, answer->body.data, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result sent =
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    if (sent == MHD_YES && is_last)
        sent = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (sent == MHD_YES)
        sent = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result answer_turn(const struct desk *desk, struct turn *turn,
                                   struct MHD_Connection *connection, const char *path,
                                   const char *method)
{
    struct desk_answer answer = {.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
                                 .type = "text/plain; charset=utf-8",
                                 .body = text_open(turn->arena, ANSWER_MAX)};
    if (turn->body.full) {
        answer.status = MHD_HTTP_CONTENT_TOO_LARGE;
        text_add(&answer.body, "The body is too long.\n");
        return send_answer(connection, &answer, true);
    }
    const struct desk_request request = {
        .method = method, .path = path, .body = turn->body.data, .body_bytes = turn->body.length};
    desk->plan.answer(desk->plan.owner, &request, &answer);
    return send_answer(connection, &answer, false);
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **context)
{
    struct desk *desk = cls;
    struct turn *turn = *context;
    (void)version;
    if (turn == NULL) {
        *context = begin(desk);
        return *context == NULL ? MHD_NO : MHD_YES;
    }
    if (*upload_size > 0) {
        text_add_bytes(&turn->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return answer_turn(desk, turn, connection, path, method);
}

static struct MHD_Daemon *start(struct desk *desk)
{
    const struct desk_plan *plan = &desk->plan;
    return MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL, 0, NULL, NULL, handle, desk,
        MHD_OPTION_LISTEN_SOCKET, plan->listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT, plan->clients_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, plan->clients_of_address, MHD_OPTION_CONNECTION_TIMEOUT,
        plan->silence_s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_NOTIFY_COMPLETED, end_turn, desk, MHD_OPTION_END);
}

struct desk *desk_open(const struct desk_plan *plan, char *reason, size_t reason_bytes)
{
    struct arena *arena = arena_make(sizeof(struct desk) + 64);
    struct desk *desk = arena == NULL ? NULL : arena_alloc(arena, sizeof *desk);
    if (desk != NULL) {
        desk->arena = arena;
        desk->plan = *plan;
        desk->mhd = start(desk);
    }
    if (desk != NULL && desk->mhd != NULL)
        return desk;
    (void)snprintf(reason, reason_bytes, "the HTTP library does not start");
    (void)close(plan->listener);
    arena_free(arena);
    return NULL;
}

void desk_close(struct desk *desk)
{
    if (desk == NULL)
        return;
    MHD_stop_daemon(desk->mhd);
    arena_free(desk->arena);
}
