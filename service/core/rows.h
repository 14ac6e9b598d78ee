/* rows.h - a result set seen without the library that fetched it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Borrowed from the exchange that asked; gone when its answer has been sent. Cells are text as
   PostgreSQL prints it, of a binary statement the bytes as they are; NULL for null. */
struct rows {
    const void *source;
    size_t count;
    size_t columns;
    const char *(*name)(const void *source, size_t column);
    const char *(*cell)(const void *source, size_t row, size_t column);
    size_t (*size)(const void *source, size_t row, size_t column); /* bytes in the cell */
};
