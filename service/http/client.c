/* client.c - one client connection: what is being waited for, and for how long. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include "core/clock.h"

/* The C library's struct tcp_info ends before the member that is needed here. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Bytes that the other side's system has taken: the library does not tell how far it has come. */
static uint64_t acknowledged(const struct client *client)
{
    struct tcp_info info = {.tcpi_bytes_acked = 0};
    socklen_t size = sizeof info;
    if (getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    return info.tcpi_bytes_acked;
}

void client_enter(struct client *client, enum client_phase phase)
{
    client->phase = phase;
    client->since_ms = clock_ms();
    client->received = 0;
    client->before = 0;
}

static bool has_dawdled(struct client *client, uint64_t moved, const struct config *config,
                        int64_t now_ms)
{
    const uint64_t due = (uint64_t)config->slow_stretch_s * (uint64_t)config->slowest_bytes_per_s;
    const bool dawdled = moved - client->before < due;
    client->before = moved;
    client->since_ms = now_ms;
    return dawdled;
}

bool client_is_late(struct client *client, const struct config *config, int64_t now_ms)
{
    const int64_t passed_ms = now_ms - client->since_ms;
    const bool stretched = passed_ms >= (int64_t)config->slow_stretch_s * 1000;
    switch (client->phase) {
    case CLIENT_HEAD:
        return passed_ms >= (int64_t)config->head_timeout_s * 1000;
    case CLIENT_BODY:
        return stretched && has_dawdled(client, client->received, config, now_ms);
    case CLIENT_ANSWER:
        /* What earlier answers on the connection moved counts as well, in the first stretch. */
        return stretched && has_dawdled(client, acknowledged(client), config, now_ms);
    case CLIENT_WAITING:
        break;
    }
    return false;
}
