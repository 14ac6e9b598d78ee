/* watch.c - how a room hears from its file descriptors inside the loop's epoll. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/watch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

bool watch_set(struct watch *watch, int fd, uint32_t events)
{
    if (watch->fd == fd && watch->events == events)
        return true;
    if (watch->fd != fd)
        watch_clear(watch);
    struct epoll_event event = {.events = events, .data = {.ptr = watch}};
    /* A library may have closed the old socket and opened another under the same number, which
       epoll forgot: so neither call alone is enough. */
    if (epoll_ctl(watch->epoll, EPOLL_CTL_MOD, fd, &event) != 0 &&
        (errno != ENOENT || epoll_ctl(watch->epoll, EPOLL_CTL_ADD, fd, &event) != 0))
        return false;
    watch->fd = fd;
    watch->events = events;
    return true;
}

void watch_clear(struct watch *watch)
{
    if (watch->fd >= 0)
        (void)epoll_ctl(watch->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch_forget(watch);
}

void watch_forget(struct watch *watch)
{
    watch->fd = -1;
    watch->events = 0;
}
