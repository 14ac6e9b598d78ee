/* listener.c - the socket that clients connect to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

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

int listener_open(const struct config *config, bool reuse_port, char *reason, size_t reason_bytes)
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

int listener_port(int listener)
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
