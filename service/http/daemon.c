/* daemon.c - the client side of a loop: accepts, reads requests, sends responses, sets deadlines.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/daemon.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/uuid.h"
#include "core/watch.h"
#include "http/client.h"
#include "http/crowd.h"
#include "http/linger.h"
#include "http/respond.h"
#include "http/visit.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    /* Twice what the guard allows: a head that is too large is ours to refuse. */
    POOL_BYTES = 65536,
    /* Beside the body, which may be held twice while it grows: parameters, problem, headers. */
    EXCHANGE_BYTES = 1 << 20,
    RUNS_MAX = 8,
    LOOK_MS = 250
};

struct daemon {
    struct daemon_plan plan;
    struct MHD_Daemon *mhd;
    struct watch watch;
    struct arena *arena;
    struct client *clients;
    struct client *free_clients;
    struct lingerers *lingerers;
    size_t client_count;
    size_t busy;
    int64_t looked_ms; /* when clients were last looked at */
    bool ready;        /* libmicrohttpd has work */
    bool draining;
};

/* ---------------------------------------------------------------- clients */

/* Whether one more from this address is welcome. A proxy stands for many. */
static enum MHD_Result accept_client(void *cls, const struct sockaddr *peer, socklen_t size)
{
    const struct daemon *daemon = cls;
    const unsigned most = (unsigned)daemon->plan.config->connections_per_address;
    const struct address address = address_of(peer);
    (void)size;
    if (most == 0 || address_is_in(&address, &daemon->plan.config->proxies) ||
        crowd_count(daemon->plan.crowd, &address) < most)
        return MHD_YES;
    metrics_add(&daemon->plan.metrics->clients_refused, 1);
    return MHD_NO;
}

static void client_opened(struct daemon *daemon, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct client *client = daemon->free_clients;
    *context = client;
    if (client == NULL)
        return;
    daemon->free_clients = client->next;
    daemon->client_count++;
    client->fd = socket != NULL ? socket->connect_fd : -1;
    client->address = peer != NULL ? address_of(peer->client_addr) : (struct address){{0}};
    client->still_sends = false;
    client_enter(client, CLIENT_HEAD);
    crowd_join(daemon->plan.crowd, &client->address);
    metrics_set(&daemon->plan.metrics->clients, daemon->client_count);
}

static void client_closed(struct daemon *daemon, struct client *client)
{
    if (client == NULL)
        return;
    if (client->still_sends && client->fd >= 0)
        linger(daemon->lingerers, client->fd);
    crowd_leave(daemon->plan.crowd, &client->address);
    arena_free(client->arena);
    client->arena = NULL;
    client->fd = -1;
    client->next = daemon->free_clients;
    daemon->free_clients = client;
    daemon->client_count--;
    metrics_set(&daemon->plan.metrics->clients, daemon->client_count);
}

static void notify_connection(void *cls, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        client_opened(cls, connection, context);
    else
        client_closed(cls, *context);
}

static struct client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* ---------------------------------------------------------------- requests */

/* The request line has arrived: here the exchange begins. What is returned comes back as the
   context of every later call about this request. */
static void *begin_visit(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct daemon *daemon = cls;
    struct client *client = client_of(connection);
    if (client == NULL)
        return NULL;
    const size_t body_max = (size_t)daemon->plan.config->body_max;
    if (client->arena == NULL)
        client->arena = arena_make(sizeof(struct visit) + 3 * body_max + EXCHANGE_BYTES);
    struct visit *visit = client->arena != NULL ? arena_alloc(client->arena, sizeof *visit) : NULL;
    if (visit == NULL)
        return NULL;
    struct exchange *x = &visit->x;
    x->arena = client->arena;
    x->problem = problem_none(x->arena);
    uuid_make(x->id);
    x->address = client->address;
    x->directory = daemon->plan.directory;
    x->allowances = daemon->plan.allowances;
    x->backlog = daemon->plan.backlog;
    x->press = daemon->plan.press;
    x->schemas = daemon->plan.schemas;
    x->config = daemon->plan.config;
    x->metrics = daemon->plan.metrics;
    x->owner = daemon->plan.owner;
    x->connection = connection;
    x->began_ns = clock_ns();
    visit->daemon = daemon;
    visit->client = client;
    visit->target = arena_copy(x->arena, target);
    visit->behind = target + strlen(target) + 1;
    visit->body = text_open(x->arena, body_max);
    if (visit->target == NULL)
        return NULL;
    daemon->busy++;
    metrics_set(&daemon->plan.metrics->in_progress, daemon->busy);
    return visit;
}

static void end_visit(void *cls, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code)
{
    struct daemon *daemon = cls;
    struct visit *visit = *context;
    (void)connection;
    (void)code;
    if (visit == NULL)
        return;
    struct client *client = visit->client;
    *context = NULL;
    daemon->busy--;
    metrics_set(&daemon->plan.metrics->in_progress, daemon->busy);
    daemon->plan.hooks->finished(&visit->x);
    arena_reset(client->arena);
    client_enter(client, CLIENT_HEAD);
}

static enum MHD_Result answer(struct visit *visit)
{
    struct exchange *x = &visit->x;
    visit->stage = STAGE_ANSWER;
    x->close = x->close || visit->daemon->draining;
    client_enter(visit->client, CLIENT_ANSWER);
    return respond_send(x) ? MHD_YES : MHD_NO;
}

static enum MHD_Result take_head(struct visit *visit)
{
    visit->stage = STAGE_BODY;
    client_enter(visit->client, CLIENT_BODY);
    if (visit->daemon->plan.hooks->head(&visit->x))
        return MHD_YES;
    /* A body that is not read makes the rest of the connection unreadable. */
    visit->x.close = visit->x.close || visit->has_body;
    visit->client->still_sends = visit->x.close;
    return answer(visit);
}

/* A body that turns out too long is read on for a while, for its sender would not look at an
   answer before it has sent it all; and then no more. */
static enum MHD_Result take_body(struct visit *visit, const char *bytes, size_t *count)
{
    const size_t most = (size_t)visit->x.config->body_max;
    visit->received += *count;
    visit->client->received = visit->received;
    if (visit->received <= most)
        text_add_bytes(&visit->body, bytes, *count);
    *count = 0;
    return visit->received <= 8 * most ? MHD_YES : MHD_NO;
}

static enum MHD_Result take_end(struct visit *visit)
{
    client_enter(visit->client, CLIENT_WAITING);
    visit->stage = STAGE_WAITING;
    if (visit->daemon->plan.hooks->walk(&visit->x))
        return answer(visit);
    MHD_suspend_connection(visit->x.connection);
    return MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *verb, const char *version, const char *upload,
                              size_t *upload_size, void **context)
{
    struct visit *visit = *context;
    (void)cls;
    (void)connection;
    (void)url;
    if (visit == NULL)
        return MHD_NO;
    switch (visit->stage) {
    case STAGE_HEAD:
        visit->verb = verb;
        visit->version = version;
        return take_head(visit);
    case STAGE_BODY:
        return *upload_size > 0 ? take_body(visit, upload, upload_size) : take_end(visit);
    case STAGE_WAITING:
        break;
    case STAGE_ANSWER:
        return answer(visit);
    }
    return MHD_NO;
}

bool daemon_is_gone(const struct exchange *x)
{
    const struct visit *visit = (const struct visit *)(const void *)x;
    char byte = 0;
    /* Requests that were sent ahead are there to be read; an end is not. */
    return visit->client->fd < 0 || recv(visit->client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void daemon_resume(struct exchange *x)
{
    struct visit *visit = visit_of(x);
    visit->stage = STAGE_ANSWER;
    visit->daemon->ready = true;
    MHD_resume_connection(x->connection);
}

/* The library does not look at the socket of a connection that is suspended. */
bool daemon_has_left(struct exchange *x)
{
    struct pollfd socket = {.fd = visit_of(x)->client->fd, .events = POLLRDHUP};
    return poll(&socket, 1, 0) > 0;
}

/* ---------------------------------------------------------------- the loop's side */

static void daemon_ready(struct watch *watch, uint32_t events)
{
    struct daemon *daemon = watch->owner;
    (void)events;
    daemon->ready = true;
}

static bool wants_run(const struct daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG wait = 0;
    return MHD_get_timeout(daemon->mhd, &wait) == MHD_YES && wait == 0;
}

void daemon_run(struct daemon *daemon)
{
    /* One run may leave connections that can go on at once; their share is bounded, so that the
       database's answers are not kept waiting. */
    for (int i = 0; i < RUNS_MAX && (daemon->ready || wants_run(daemon)); i++) {
        daemon->ready = false;
        (void)MHD_run(daemon->mhd);
    }
}

int daemon_sleep_ms(const struct daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG wait = 0;
    if (daemon->ready)
        return 0;
    if (MHD_get_timeout(daemon->mhd, &wait) != MHD_YES)
        return -1;
    return wait > 1000 ? 1000 : (int)wait;
}

void daemon_tick(struct daemon *daemon, int64_t now_ms)
{
    const size_t most = (size_t)daemon->plan.config->connections_max;
    if (now_ms - daemon->looked_ms < LOOK_MS)
        return;
    daemon->looked_ms = now_ms;
    lingerers_tick(daemon->lingerers, now_ms);
    for (size_t i = 0; i < most; i++) {
        struct client *client = &daemon->clients[i];
        if (client->fd < 0 || !client_is_late(client, daemon->plan.config, now_ms))
            continue;
        /* Only shut: the library owns the descriptor and closes it when it sees the end. */
        (void)shutdown(client->fd, SHUT_RDWR);
        client->fd = -1;
        metrics_add(&daemon->plan.metrics->clients_cut, 1);
    }
}

void daemon_drain(struct daemon *daemon)
{
    if (daemon->draining)
        return;
    daemon->draining = true;
    /* Whoever is in the queue of the listening socket has been accepted by the kernel. */
    (void)MHD_run(daemon->mhd);
    const MHD_socket listener = MHD_quiesce_daemon(daemon->mhd);
    if (listener != MHD_INVALID_SOCKET)
        (void)close(listener);
}

size_t daemon_busy(const struct daemon *daemon)
{
    return daemon->busy;
}

size_t daemon_clients(const struct daemon *daemon)
{
    return daemon->client_count;
}

/* ---------------------------------------------------------------- opening and closing */

/* Targets are decoded in request.c, once and strictly. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

__attribute__((format(printf, 2, 0))) static void log_library(void *cls, const char *format,
                                                              va_list arguments)
{
    char message[512];
    (void)cls;
    (void)vsnprintf(message, sizeof message, format, arguments);
    message[strcspn(message, "\n")] = '\0';
    log_event(LOG_DEBUG, "libmicrohttpd", message);
}

static bool make_clients(struct daemon *daemon)
{
    const size_t most = (size_t)daemon->plan.config->connections_max;
    daemon->clients = arena_alloc(daemon->arena, most * sizeof daemon->clients[0]);
    for (size_t i = 0; daemon->clients != NULL && i < most; i++) {
        daemon->clients[i].fd = -1;
        daemon->clients[i].next = daemon->free_clients;
        daemon->free_clients = &daemon->clients[i];
    }
    return daemon->clients != NULL;
}

static struct MHD_Daemon *start(struct daemon *daemon)
{
    const struct config *config = daemon->plan.config;
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_TURBO, 0,
        accept_client, daemon, handle, daemon, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, daemon->plan.listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->idle_timeout_s,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, begin_visit, daemon, MHD_OPTION_NOTIFY_COMPLETED, end_visit,
        daemon, MHD_OPTION_NOTIFY_CONNECTION, notify_connection, daemon, MHD_OPTION_END);
}

static bool watch_library(struct daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    daemon->watch = (struct watch){
        .ready = daemon_ready, .owner = daemon, .epoll = daemon->plan.epoll, .fd = -1};
    return info != NULL && watch_set(&daemon->watch, info->epoll_fd, EPOLLIN);
}

struct daemon *daemon_open(const struct daemon_plan *plan, char *reason, size_t reason_bytes)
{
    struct arena *arena =
        arena_make(sizeof(struct daemon) +
                   ((size_t)plan->config->connections_max + 1) * (sizeof(struct client) + 64));
    struct daemon *daemon = arena != NULL ? arena_alloc(arena, sizeof *daemon) : NULL;
    if (daemon == NULL) {
        (void)snprintf(reason, reason_bytes, "not enough memory to serve");
        arena_free(arena);
        return NULL;
    }
    daemon->plan = *plan;
    daemon->arena = arena;
    daemon->watch.fd = -1;
    daemon->lingerers = lingerers_open(arena, plan->epoll);
    if (daemon->lingerers != NULL && make_clients(daemon))
        daemon->mhd = start(daemon);
    if (daemon->mhd == NULL || !watch_library(daemon)) {
        (void)snprintf(reason, reason_bytes, "the HTTP library does not start");
        daemon_close(daemon);
        return NULL;
    }
    return daemon;
}

void daemon_close(struct daemon *daemon)
{
    if (daemon == NULL)
        return;
    watch_clear(&daemon->watch);
    if (daemon->mhd != NULL)
        MHD_stop_daemon(daemon->mhd);
    lingerers_close(daemon->lingerers);
    arena_free(daemon->arena);
}
