/* link.c - one database connection that comes back by itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/link.h"

#include "core/clock.h"
#include "core/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
    BACKOFF_FIRST_MS = 50, /* a restarting server is back soon, and clients are waiting */
    BACKOFF_MAX_MS = 2000,
    CONNECT_MS = 5000
};

static void log_link(enum log_level level, const struct link *link, const char *msg,
                     const char *reason)
{
    struct log_line line;
    char clean[512];
    log_begin(&line, level, msg);
    log_text(&line, "lane", link->name);
    if (reason != NULL) {
        /* libpq ends its messages with a line feed. */
        size_t length = strlen(reason);
        while (length > 0 && reason[length - 1] == '\n')
            length--;
        const size_t kept = length < sizeof clean ? length : sizeof clean - 1;
        memcpy(clean, reason, kept);
        clean[kept] = '\0';
        log_text(&line, "reason", clean);
    }
    log_end(&line);
}

static void ignore_notice(void *argument, const char *message)
{
    (void)argument;
    log_event(LOG_DEBUG, "notice", message);
}

/* libpq closes its socket by itself when it sees the end. */
static void drop_connection(struct link *link)
{
    if (PQsocket(link->db) == link->watch.fd)
        watch_clear(&link->watch);
    else
        watch_forget(&link->watch);
    PQfinish(link->db);
    link->db = NULL;
    link->state = LINK_DOWN;
}

void link_fail(struct link *link, const char *reason)
{
    const bool was_up = link->state == LINK_UP;
    log_link(link->failed_before ? LOG_DEBUG : LOG_WARN, link,
             was_up ? "connection_lost" : "connection_refused", reason);
    drop_connection(link);
    link->failed_before = true;
    link->retry_at_ms = clock_ms() + link->backoff_ms;
    link->backoff_ms =
        link->backoff_ms * 2 < BACKOFF_MAX_MS ? link->backoff_ms * 2 : BACKOFF_MAX_MS;
    if (was_up)
        link->events->down(link);
}

static void poll_connect(struct link *link)
{
    /* With several hosts libpq goes from socket to socket: see watch_set. */
    watch_clear(&link->watch);
    const PostgresPollingStatusType wanted = PQconnectPoll(link->db);
    if (wanted == PGRES_POLLING_FAILED) {
        link_fail(link, PQerrorMessage(link->db));
        return;
    }
    const bool done = wanted == PGRES_POLLING_OK;
    const uint32_t events = done || wanted == PGRES_POLLING_READING ? EPOLLIN : EPOLLOUT;
    if (!watch_set(&link->watch, PQsocket(link->db), events) ||
        (done && PQsetnonblocking(link->db, 1) != 0)) {
        link_fail(link, "the socket cannot be watched");
        return;
    }
    if (!done)
        return;
    link->state = LINK_UP;
    link->events->up(link);
}

static void start_connect(struct link *link, int64_t now_ms)
{
    link->db = PQconnectStartParams(link->info->keywords, link->info->values, 0);
    link->state = LINK_CONNECTING;
    link->give_up_ms = now_ms + CONNECT_MS;
    if (link->db == NULL || PQstatus(link->db) == CONNECTION_BAD) {
        link_fail(link, link->db == NULL ? "out of memory" : PQerrorMessage(link->db));
        return;
    }
    (void)PQsetNoticeProcessor(link->db, ignore_notice, NULL);
    if (!watch_set(&link->watch, PQsocket(link->db), EPOLLOUT))
        link_fail(link, "the socket cannot be watched");
}

static void link_ready(struct watch *watch, uint32_t events)
{
    struct link *link = watch->owner;
    if (link->state == LINK_CONNECTING) {
        poll_connect(link);
        return;
    }
    if (link->state != LINK_UP)
        return;
    if ((events & EPOLLOUT) != 0)
        link_flush(link);
    if (link->state != LINK_UP || (events & ~(uint32_t)EPOLLOUT) == 0)
        return;
    /* Even when reading fails, results that came before the end are handed over first. */
    const bool alive = PQconsumeInput(link->db) != 0;
    link->events->readable(link);
    if (link->state == LINK_UP && (!alive || PQstatus(link->db) == CONNECTION_BAD))
        link_fail(link, PQerrorMessage(link->db));
}

void link_open(struct link *link, int epoll, const struct conninfo *info, const char *name,
               const struct link_events *events, void *owner)
{
    memset(link, 0, sizeof *link);
    link->watch = (struct watch){.ready = link_ready, .owner = link, .epoll = epoll, .fd = -1};
    link->info = info;
    link->name = name;
    link->events = events;
    link->owner = owner;
    link->backoff_ms = BACKOFF_FIRST_MS;
}

void link_tick(struct link *link, int64_t now_ms)
{
    if (link->state == LINK_DOWN && now_ms >= link->retry_at_ms)
        start_connect(link, now_ms);
    else if (link->state == LINK_CONNECTING && now_ms >= link->give_up_ms)
        link_fail(link, "the server does not answer");
}

void link_flush(struct link *link)
{
    if (link->state != LINK_UP)
        return;
    const int left = PQflush(link->db);
    if (left < 0 ||
        !watch_set(&link->watch, PQsocket(link->db), left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN))
        link_fail(link, PQerrorMessage(link->db));
}

void link_settle(struct link *link)
{
    if (link->failed_before)
        log_link(LOG_INFO, link, "connected", NULL);
    link->failed_before = false;
    link->backoff_ms = BACKOFF_FIRST_MS;
}

void link_close(struct link *link)
{
    drop_connection(link);
    link->retry_at_ms = INT64_MAX;
}
