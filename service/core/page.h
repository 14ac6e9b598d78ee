/* page.h - a file that was compiled into the program. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* bytes are followed by a zero that size does not count. */
struct page {
    const char *name; /* "api/openapi.json"; a migration's is its file name */
    const unsigned char *bytes;
    size_t size;
};
