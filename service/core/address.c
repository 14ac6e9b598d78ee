/* address.c - IP addresses of clients, and which of them stand for one client. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/address.h"

#include "core/number.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { V4_AT = 12, V4_BITS = 96, ALL_BITS = 128, NETWORK_BYTES = 8, RANGE_BYTES = 64 };

static const unsigned char v4_prefix[V4_AT] = {[10] = 0xFF, [11] = 0xFF};

static bool is_v4(const struct address *address)
{
    return memcmp(address->bytes, v4_prefix, V4_AT) == 0;
}

static struct address from_v4(const void *bytes)
{
    struct address address;
    memcpy(address.bytes, v4_prefix, V4_AT);
    memcpy(address.bytes + V4_AT, bytes, 4);
    return address;
}

struct address address_of(const struct sockaddr *peer)
{
    struct address address = {{0}};
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, peer, sizeof v4);
        return from_v4(&v4.sin_addr);
    }
    if (peer->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, peer, sizeof v6);
        memcpy(address.bytes, &v6.sin6_addr, sizeof address.bytes);
    }
    return address;
}

bool address_parse(const char *text, struct address *address)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        *address = from_v4(&v4);
        return true;
    }
    return inet_pton(AF_INET6, text, address->bytes) == 1;
}

void address_print(const struct address *address, char text[ADDRESS_BYTES])
{
    const bool v4 = is_v4(address);
    if (inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? V4_AT : 0), text,
                  ADDRESS_BYTES) == NULL)
        text[0] = '\0';
}

/* ---------------------------------------------------------------- ranges */

static bool parse_range(const char *text, struct address_range *range)
{
    char host[RANGE_BYTES];
    const size_t length = strcspn(text, "/");
    if (length >= sizeof host)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    if (!address_parse(host, &range->first))
        return false;
    const bool v4 = is_v4(&range->first);
    int64_t bits = v4 ? ALL_BITS - V4_BITS : ALL_BITS;
    if (text[length] == '/' && !number_parse(text + length + 1, 0, bits, &bits))
        return false;
    range->bits = (unsigned)bits + (v4 ? V4_BITS : 0);
    return true;
}

bool address_ranges_parse(const char *text, struct address_ranges *ranges)
{
    ranges->count = 0;
    for (;;) {
        char part[RANGE_BYTES];
        text += strspn(text, ", ");
        const size_t length = strcspn(text, ", ");
        if (length == 0)
            return true;
        if (length >= sizeof part || ranges->count == ADDRESS_RANGES_MAX)
            return false;
        memcpy(part, text, length);
        part[length] = '\0';
        if (!parse_range(part, &ranges->range[ranges->count++]))
            return false;
        text += length;
    }
}

static bool is_in_range(const struct address *address, const struct address_range *range)
{
    const size_t whole = range->bits / 8;
    const unsigned rest = range->bits % 8;
    const unsigned differing =
        rest == 0 ? 0U
                  : (unsigned)(address->bytes[whole] ^ range->first.bytes[whole]) >> (8 - rest);
    return memcmp(address->bytes, range->first.bytes, whole) == 0 && differing == 0;
}

bool address_is_in(const struct address *address, const struct address_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (is_in_range(address, &ranges->range[i]))
            return true;
    return false;
}

struct address address_network(const struct address *address)
{
    struct address network = *address;
    if (!is_v4(address))
        memset(network.bytes + NETWORK_BYTES, 0, sizeof network.bytes - NETWORK_BYTES);
    return network;
}
