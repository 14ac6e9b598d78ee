/* uuid.c - random identifiers (RFC 9562 version 4). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/uuid.h"

#include "core/random.h"

#include <stddef.h>
#include <string.h>

/* Asked for in advance: one system call for many. */
struct pool {
    size_t left;
    unsigned char bytes[1024];
};

static void take_random(unsigned char *bytes, size_t count)
{
    static _Thread_local struct pool pool;
    if (pool.left < count) {
        random_fill(pool.bytes, sizeof pool.bytes);
        pool.left = sizeof pool.bytes;
    }
    pool.left -= count;
    memcpy(bytes, pool.bytes + pool.left, count);
}

static void add_hex(char **at, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *(*at)++ = digits[bytes[i] >> 4];
        *(*at)++ = digits[bytes[i] & 0xF];
    }
}

void uuid_make(char uuid[UUID_BYTES])
{
    static const size_t groups[] = {4, 2, 2, 2, 6};
    unsigned char b[16];
    take_random(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    const unsigned char *from = b;
    char *at = uuid;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (i > 0)
            *at++ = '-';
        add_hex(&at, from, groups[i]);
        from += groups[i];
    }
    *at = '\0';
}
