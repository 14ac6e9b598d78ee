/* digest.h - the SHA-256 of a report's JSON document, from its lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sodium.h>
#include <stddef.h>

enum { DIGEST_BYTES = 65 /* in hexadecimal, terminated */ };

/* Every other form names the very bytes it was made from. The lines of NDJSON hold them all, so
   that nobody has to make the document for it. */
struct digest {
    crypto_hash_sha256_state state;
    size_t rows;
};

/* The line with the facts, without its end. */
void digest_begin(struct digest *digest, const char *facts, size_t count);
/* The line of a row, without its end. */
void digest_row(struct digest *digest, const char *row, size_t count);
void digest_end(struct digest *digest, char hex[DIGEST_BYTES]);
