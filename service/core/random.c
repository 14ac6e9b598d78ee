/* random.c - randomness from the system. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

enum { WHOLE_BYTES = 256 /* up to that they come whole or not at all; more may be cut short */ };

void random_fill(void *bytes, size_t count)
{
    unsigned char *at = bytes;
    while (count > 0) {
        const size_t part = count < WHOLE_BYTES ? count : WHOLE_BYTES;
        if (getrandom(at, part, 0) == (ssize_t)part) {
            at += part;
            count -= part;
        } else if (errno != EINTR) {
            abort();
        }
    }
}
