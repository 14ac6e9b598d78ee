/* iati_bytes.h - the bytes of a file to import, with their SHA-256. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/problem.h"

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { IATI_SHA256_TEXT = 2 * crypto_hash_sha256_BYTES + 1 };

struct iati_bytes {
    int fd;
    int64_t size;
    int64_t given;
    crypto_hash_sha256_state hash;
};

/* Opens a regular file; false with a sentence when there is none that can be read. */
__attribute__((warn_unused_result)) bool iati_bytes_open(struct iati_bytes *bytes, const char *path,
                                                         struct problem *problem);
/* Begins again at the first byte; false with a sentence when the file cannot be read again. */
__attribute__((warn_unused_result)) bool iati_bytes_rewind(struct iati_bytes *bytes,
                                                           struct problem *problem);
/* Gives the next bytes like read(2). */
ssize_t iati_bytes_give(struct iati_bytes *bytes, void *buffer, size_t room);
/* The SHA-256 of what was given since the beginning, in hexadecimal digits. */
void iati_bytes_sha256(const struct iati_bytes *bytes, char text[IATI_SHA256_TEXT]);
/* Closes the file. */
void iati_bytes_close(struct iati_bytes *bytes);
