/* linger.c - sees off clients that were answered before they had sent everything. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/linger.h"

#include "core/clock.h"
#include "core/watch.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGERERS_MAX = 256,
    LINGER_MS = 2000,
    BYTES_MAX = 16 << 20, /* in all, per connection */
    BYTES_AT_ONCE = 1 << 15
};

struct lingerer {
    struct watch watch;
    int64_t until_ms;
    size_t bytes;
};

struct lingerers {
    struct lingerer lingerer[LINGERERS_MAX];
};

static void end(struct lingerer *lingerer)
{
    const int fd = lingerer->watch.fd;
    watch_clear(&lingerer->watch);
    (void)close(fd);
}

static void discard(struct watch *watch, uint32_t events)
{
    struct lingerer *lingerer = watch->owner;
    (void)events;
    if (watch->fd < 0)
        return;
    char dropped[BYTES_AT_ONCE];
    const ssize_t count = recv(watch->fd, dropped, sizeof dropped, MSG_DONTWAIT);
    lingerer->bytes += count > 0 ? (size_t)count : 0;
    if (count <= 0 || lingerer->bytes > BYTES_MAX)
        end(lingerer);
}

struct lingerers *lingerers_open(struct arena *arena, int epoll)
{
    struct lingerers *lingerers = arena_alloc(arena, sizeof *lingerers);
    for (size_t i = 0; lingerers != NULL && i < LINGERERS_MAX; i++) {
        struct lingerer *lingerer = &lingerers->lingerer[i];
        lingerer->watch =
            (struct watch){.ready = discard, .owner = lingerer, .epoll = epoll, .fd = -1};
    }
    return lingerers;
}

void linger(struct lingerers *lingerers, int fd)
{
    size_t i = 0;
    while (i < LINGERERS_MAX && lingerers->lingerer[i].watch.fd >= 0)
        i++;
    const int kept = i < LINGERERS_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (kept < 0)
        return;
    struct lingerer *lingerer = &lingerers->lingerer[i];
    lingerer->until_ms = clock_ms() + LINGER_MS;
    lingerer->bytes = 0;
    (void)shutdown(kept, SHUT_WR);
    if (!watch_set(&lingerer->watch, kept, EPOLLIN))
        (void)close(kept);
}

void lingerers_tick(struct lingerers *lingerers, int64_t now_ms)
{
    for (size_t i = 0; i < LINGERERS_MAX; i++)
        if (lingerers->lingerer[i].watch.fd >= 0 && now_ms >= lingerers->lingerer[i].until_ms)
            end(&lingerers->lingerer[i]);
}

void lingerers_close(struct lingerers *lingerers)
{
    if (lingerers != NULL)
        lingerers_tick(lingerers, INT64_MAX);
}
