/* constant.c - the yardstick: our own daemon, which answers every request with the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/number.h"
#include "core/watch.h"
#include "http/crowd.h"
#include "http/daemon.h"
#include "http/listener.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

enum { EVENTS_MAX = 64, REASON_BYTES = 256, BODY_MAX = 1 << 24, TICK_MS = 20 };

static struct {
    char bytes[BODY_MAX];
    int64_t size;
} body;

static bool take_head(struct exchange *x)
{
    (void)x;
    return true;
}

static bool take_request(struct exchange *x)
{
    x->response.status = 200;
    x->response.body = body.bytes;
    x->response.body_bytes = (size_t)body.size;
    return true;
}

static void take_end(struct exchange *x)
{
    (void)x;
}

static const struct daemon_hooks hooks = {
    .head = take_head, .walk = take_request, .finished = take_end};

static const char *unset(const char *name)
{
    (void)name;
    return NULL;
}

static void serve(struct daemon *daemon, int epoll)
{
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        const int wait = daemon_sleep_ms(daemon);
        const int count =
            epoll_wait(epoll, events, EVENTS_MAX, wait < 0 || wait > TICK_MS ? TICK_MS : wait);
        for (int i = 0; i < count; i++) {
            struct watch *watch = events[i].data.ptr;
            watch->ready(watch, events[i].events);
        }
        daemon_run(daemon);
        daemon_tick(daemon, clock_ms());
    }
}

/* constant PORT SIZE: serves SIZE bytes on 127.0.0.1:PORT until it is killed. */
int main(int argc, char **argv)
{
    static struct metrics metrics;
    struct config config;
    char reason[REASON_BYTES] = "usage: constant PORT SIZE";
    int64_t port = 0;
    struct arena *arena = arena_make(1 << 20);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct daemon *daemon = NULL;
    if (argc == 3 && number_parse(argv[1], 1, 65535, &port) &&
        number_parse(argv[2], 1, BODY_MAX, &body.size) &&
        config_read(&config, unset, reason, sizeof reason) && arena != NULL) {
        memset(body.bytes, 'x', (size_t)body.size);
        config.port = (int)port;
        config.connections_per_address = 0;
        const struct daemon_plan plan = {.config = &config,
                                         .hooks = &hooks,
                                         .metrics = &metrics,
                                         .crowd = crowd_make(arena),
                                         .epoll = epoll,
                                         .listener =
                                             listener_open(&config, false, reason, sizeof reason)};
        if (plan.listener >= 0 && plan.crowd != NULL)
            daemon = daemon_open(&plan, reason, sizeof reason);
    }
    if (daemon == NULL) {
        (void)fprintf(stderr, "constant: %s\n", reason);
        return 1;
    }
    serve(daemon, epoll);
}
