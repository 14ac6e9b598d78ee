/* address.h - IP addresses of clients, and which of them stand for one client. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ADDRESS_BYTES = 46,     /* canonical text and terminator */
    ADDRESS_RANGES_MAX = 32 /* in one list */
};

/* IPv6, or IPv4 as ::ffff:a.b.c.d. All zero: unknown. */
struct address {
    unsigned char bytes[16];
};

/* Addresses whose first `bits` bits are those of `first`. */
struct address_range {
    struct address first;
    unsigned bits;
};

struct address_ranges {
    struct address_range range[ADDRESS_RANGES_MAX];
    size_t count;
};

struct sockaddr;

/* The address of a peer; unknown for a family that has none. */
struct address address_of(const struct sockaddr *peer);
/* Reads an address of either family; false when the text is none. */
__attribute__((warn_unused_result)) bool address_parse(const char *text, struct address *address);
/* Writes it the way people do. */
void address_print(const struct address *address, char text[ADDRESS_BYTES]);

/* Reads "10.0.0.0/8, ::1, ..."; false when a part is no address or range, or there are too many. */
__attribute__((warn_unused_result)) bool address_ranges_parse(const char *text,
                                                              struct address_ranges *ranges);
/* Whether the address lies in one of them. */
bool address_is_in(const struct address *address, const struct address_ranges *ranges);

/* What limits are counted by: an IPv4 address, or the /64 network of an IPv6 one, for that is what
   one subscriber gets. */
struct address address_network(const struct address *address);
