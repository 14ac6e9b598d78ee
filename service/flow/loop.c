/* loop.c - one event loop and everything it owns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/loop.h"

#include "access/directory.h"
#include "core/backlog.h"
#include "core/clock.h"
#include "core/log.h"
#include "flow/flow.h"
#include "native/press.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 64,
    TICK_MS = 20,
    DRAIN_FIRST_MS = 200, /* a request on its way when the signal came still arrives */
    DRAIN_MAX_MS = 8000,  /* then what still runs is told that it will not be waited for */
    FAREWELL_MS = 500
};

/* ---------------------------------------------------------------- the key directory */

static bool feed_begin(void *directory)
{
    return directory_begin(directory);
}

static bool feed_add(void *directory, const char *const fields[KEEPER_FIELDS])
{
    return directory_add(directory, fields);
}

static void feed_commit(void *directory, int64_t asked_ms)
{
    directory_commit(directory, asked_ms);
}

static void feed_sealed(void *loop)
{
    waits_wake(loop);
}

/* ---------------------------------------------------------------- turning */

static void tick(struct loop *loop, int64_t now_ms)
{
    loop->ticked_ms = now_ms;
    keeper_tick(loop->keeper, now_ms);
    if (loop->overdue != NULL)
        overdue_tick(loop->overdue, now_ms);
    lanes_tick(loop->lanes, now_ms);
    waits_tick(loop, now_ms);
    daemon_tick(loop->daemon, now_ms);
    press_tick(loop->press, now_ms);
    const int64_t age = directory_age_ms(loop->directory, now_ms);
    metrics_set(&loop->metrics->directory_age_ms, (uint64_t)age);
    metrics_set(&loop->metrics->backlog, backlog_bytes(loop->plan.backlog));
    metrics_set(&loop->metrics->ready, lanes_ready(loop->lanes));
}

static int sleep_ms(const struct loop *loop, int64_t now_ms)
{
    int64_t wait = TICK_MS - (now_ms - loop->ticked_ms);
    const int64_t due = lanes_due_ms(loop->lanes);
    if (due - now_ms < wait)
        wait = due - now_ms;
    const int daemon = daemon_sleep_ms(loop->daemon);
    if (daemon >= 0 && daemon < wait)
        wait = daemon;
    return wait < 0 ? 0 : (int)wait;
}

/* One turn: hear from sockets, let clients go on, send what they ask for in one go. */
static bool turn(struct loop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    const int count = epoll_wait(loop->epoll, events, EVENTS_MAX, sleep_ms(loop, clock_ms()));
    if (count < 0 && errno != EINTR) {
        log_event(LOG_ERROR, "loop_broken", strerrordesc_np(errno));
        return false;
    }
    /* Many requests in a turn are one write to the log. */
    log_hold();
    for (int i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;
        watch->ready(watch, events[i].events);
    }
    daemon_run(loop->daemon);
    lanes_pump(loop->lanes);
    const int64_t now_ms = clock_ms();
    const int64_t due_ms = lanes_due_ms(loop->lanes);
    if (now_ms - loop->ticked_ms >= TICK_MS || due_ms <= now_ms)
        tick(loop, now_ms);
    log_release();
    return true;
}

static void drain(struct loop *loop)
{
    loop->drain_began_ms = clock_ms();
    metrics_set(&loop->metrics->draining, 1);
    waits_end(loop);
    daemon_drain(loop->daemon);
}

static bool is_drained(struct loop *loop)
{
    const int64_t passed = clock_ms() - loop->drain_began_ms;
    if (loop->drain_began_ms == 0 || passed < DRAIN_FIRST_MS)
        return false;
    if (passed >= DRAIN_MAX_MS && lanes_busy(loop->lanes) > 0)
        lanes_abort(loop->lanes);
    if (passed >= DRAIN_MAX_MS)
        press_abort(loop->press);
    return daemon_busy(loop->daemon) == 0 || passed >= DRAIN_MAX_MS + FAREWELL_MS;
}

void loop_run(struct loop *loop)
{
    while (turn(loop) && !is_drained(loop))
        ;
    press_abort(loop->press);
    lanes_abort(loop->lanes);
    daemon_run(loop->daemon);
}

static void stop_ready(struct watch *watch, uint32_t events)
{
    struct loop *loop = watch->owner;
    uint64_t count = 0;
    (void)events;
    if (read(watch->fd, &count, sizeof count) == (ssize_t)sizeof count && loop->drain_began_ms == 0)
        drain(loop);
}

void loop_stop(struct loop *loop)
{
    const uint64_t one = 1;
    const ssize_t written = write(loop->stop.fd, &one, sizeof one);
    (void)written; /* a full counter has been written to before */
}

/* ---------------------------------------------------------------- opening and closing */

static bool open_sources(struct loop *loop, char *reason, size_t reason_bytes)
{
    const int stop = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->stop = (struct watch){.ready = stop_ready, .owner = loop, .epoll = loop->epoll, .fd = -1};
    loop->directory = directory_make();
    if (stop < 0 || loop->epoll < 0 || loop->directory == NULL ||
        !watch_set(&loop->stop, stop, EPOLLIN)) {
        (void)snprintf(reason, reason_bytes, "not enough descriptors or memory for a loop");
        if (stop >= 0 && loop->stop.fd < 0)
            (void)close(stop);
        return false;
    }
    return true;
}

static bool open_database(struct loop *loop, char *reason, size_t reason_bytes)
{
    const struct lanes_plan lanes = {.config = loop->plan.config,
                                     .epoll = loop->epoll,
                                     .statements = loop->plan.statements,
                                     .statement_count = loop->plan.statement_count,
                                     .metrics = loop->metrics,
                                     .landed = flow_landed};
    const struct keeper_feed feed = {.directory = loop->directory,
                                     .begin = feed_begin,
                                     .add = feed_add,
                                     .commit = feed_commit,
                                     .loop = loop,
                                     .sealed = feed_sealed};
    loop->lanes = lanes_open(&lanes, reason, reason_bytes);
    if (loop->lanes == NULL)
        return false;
    loop->keeper =
        keeper_open(loop->plan.config, loop->epoll, &feed, loop->metrics, reason, reason_bytes);
    if (loop->keeper == NULL || loop->metrics != loop->metrics->board[0])
        return loop->keeper != NULL;
    loop->overdue =
        overdue_open(loop->plan.config, loop->epoll, loop->metrics, reason, reason_bytes);
    return loop->overdue != NULL;
}

static bool open_press(struct loop *loop, char *reason, size_t reason_bytes)
{
    loop->press = press_open(loop->plan.config, loop->epoll, flow_resume);
    if (loop->press == NULL)
        (void)snprintf(reason, reason_bytes, "not enough memory for a loop");
    return loop->press != NULL;
}

bool loop_open(struct loop *loop, const struct loop_plan *plan, struct metrics *metrics,
               int listener, char *reason, size_t reason_bytes)
{
    *loop = (struct loop){.plan = *plan, .metrics = metrics, .epoll = -1, .stop = {.fd = -1}};
    const bool opened = open_sources(loop, reason, reason_bytes) &&
                        open_database(loop, reason, reason_bytes) &&
                        open_press(loop, reason, reason_bytes);
    if (opened) {
        const struct daemon_plan daemon = {.config = plan->config,
                                           .hooks = &flow_hooks,
                                           .metrics = metrics,
                                           .directory = loop->directory,
                                           .allowances = plan->allowances,
                                           .press = loop->press,
                                           .crowd = plan->crowd,
                                           .backlog = plan->backlog,
                                           .schemas = plan->schemas,
                                           .owner = loop,
                                           .epoll = loop->epoll,
                                           .listener = listener};
        loop->daemon = daemon_open(&daemon, reason, reason_bytes);
    }
    if (loop->daemon != NULL)
        return true;
    (void)close(listener);
    loop_close(loop);
    return false;
}

void loop_close(struct loop *loop)
{
    daemon_close(loop->daemon);
    press_close(loop->press);
    lanes_close(loop->lanes);
    keeper_close(loop->keeper);
    overdue_close(loop->overdue);
    directory_free(loop->directory);
    const int stop = loop->stop.fd;
    watch_clear(&loop->stop);
    if (stop >= 0)
        (void)close(stop);
    if (loop->epoll >= 0)
        (void)close(loop->epoll);
}
