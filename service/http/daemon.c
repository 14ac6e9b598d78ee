/* daemon.c - the client side of a loop: accepts, reads requests, sends responses, sets deadlines.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/daemon.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/uuid.h"
#include "core/watch.h"
#include "http/respond.h"
#include "http/visit.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
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
    BACKLOG = 1024,
    SLOWEST_BYTES_PER_S = 32768, /* a client that reads slower than this is cut */
    RUNS_MAX = 8,
    NEVER_CUT = -1
};

/* One connection. Its arena serves its requests one after the other. */
struct client {
    struct client *next; /* in the free list */
    struct arena *arena;
    int fd;              /* -1: free, or cut already */
    int64_t deadline_ms; /* NEVER_CUT while the server is the one who takes time */
};

struct daemon {
    struct daemon_plan plan;
    struct MHD_Daemon *mhd;
    struct watch watch;
    struct arena *arena;
    struct client *clients;
    struct client *free_clients;
    size_t client_count;
    size_t busy;
    bool ready; /* libmicrohttpd has work */
    bool draining;
};

/* ---------------------------------------------------------------- listening */

static int bind_to(const struct addrinfo *address, bool reuse_port)
{
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!reuse_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    const int cause = errno;
    (void)close(fd);
    errno = cause;
    return -1;
}

int daemon_listen(const struct config *config, bool reuse_port, char *reason, size_t reason_bytes)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[16];
    (void)snprintf(port, sizeof port, "%d", config->port);
    const int failure = getaddrinfo(config->listen, port, &hints, &found);
    if (failure != 0) {
        (void)snprintf(reason, reason_bytes, "AIDLEDGER_LISTEN is \"%s\": %s", config->listen,
                       gai_strerror(failure));
        return -1;
    }
    const int fd = bind_to(found, reuse_port);
    if (fd < 0)
        (void)snprintf(
            reason, reason_bytes, "cannot listen on %s port %s: %s", config->listen, port,
            errno == EADDRINUSE ? "the port is in use by another program" : strerrordesc_np(errno));
    freeaddrinfo(found);
    return fd;
}

int daemon_port(int listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(listener, &address.any, &size) != 0)
        return -1;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* ---------------------------------------------------------------- clients */

static void set_deadline(const struct daemon *daemon, struct client *client, size_t bytes)
{
    client->deadline_ms = clock_ms() + (int64_t)daemon->plan.config->request_timeout_s * 1000 +
                          (int64_t)(bytes / SLOWEST_BYTES_PER_S) * 1000;
}

static void client_opened(struct daemon *daemon, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct client *client = daemon->free_clients;
    *context = client;
    if (client == NULL)
        return;
    daemon->free_clients = client->next;
    daemon->client_count++;
    client->fd = info != NULL ? info->connect_fd : -1;
    set_deadline(daemon, client, 0);
    metrics_set(&daemon->plan.metrics->clients, daemon->client_count);
}

static void client_closed(struct daemon *daemon, struct client *client)
{
    if (client == NULL)
        return;
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

static const char *client_address(struct arena *arena, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char host[64];
    const socklen_t size = info == NULL || info->client_addr->sa_family == AF_INET
                               ? sizeof(struct sockaddr_in)
                               : sizeof(struct sockaddr_in6);
    if (info == NULL ||
        getnameinfo(info->client_addr, size, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
        return NULL;
    return arena_copy(arena, host);
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
    x->client = client_address(x->arena, connection);
    x->directory = daemon->plan.directory;
    x->schemas = daemon->plan.schemas;
    x->metrics = daemon->plan.metrics;
    x->owner = daemon->plan.owner;
    x->connection = connection;
    x->began_ns = clock_ns();
    visit->daemon = daemon;
    visit->client = client;
    visit->config = daemon->plan.config;
    visit->target = arena_copy(x->arena, target);
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
    set_deadline(daemon, client, 0);
}

static enum MHD_Result answer(struct visit *visit)
{
    struct exchange *x = &visit->x;
    visit->stage = STAGE_ANSWER;
    x->close = x->close || visit->daemon->draining;
    set_deadline(visit->daemon, visit->client, x->response.body_bytes);
    return respond_send(x) ? MHD_YES : MHD_NO;
}

static enum MHD_Result take_head(struct visit *visit)
{
    visit->stage = STAGE_BODY;
    if (visit->daemon->plan.hooks->head(&visit->x))
        return MHD_YES;
    /* A body that is not read makes the rest of the connection unreadable. */
    visit->x.close = visit->x.close || visit->has_body;
    return answer(visit);
}

/* A body that turns out too long is read on for a while, for its sender would not look at an
   answer before it has sent it all; and then no more. */
static enum MHD_Result take_body(struct visit *visit, const char *bytes, size_t *count)
{
    const size_t most = (size_t)visit->config->body_max;
    visit->received += *count;
    if (visit->received <= most)
        text_add_bytes(&visit->body, bytes, *count);
    *count = 0;
    return visit->received <= 8 * most ? MHD_YES : MHD_NO;
}

static enum MHD_Result take_end(struct visit *visit)
{
    visit->client->deadline_ms = NEVER_CUT;
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

void daemon_resume(struct exchange *x)
{
    struct visit *visit = visit_of(x);
    visit->stage = STAGE_ANSWER;
    visit->daemon->ready = true;
    MHD_resume_connection(x->connection);
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
    for (size_t i = 0; i < most; i++) {
        struct client *client = &daemon->clients[i];
        if (client->fd < 0 || client->deadline_ms == NEVER_CUT || now_ms < client->deadline_ms)
            continue;
        /* Only shut: the library owns the descriptor and closes it when it sees the end. */
        (void)shutdown(client->fd, SHUT_RDWR);
        client->fd = -1;
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
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_TURBO, 0, NULL, NULL,
        handle, daemon, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_LISTEN_SOCKET,
        daemon->plan.listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->connections_max,
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
    if (make_clients(daemon))
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
    arena_free(daemon->arena);
}
