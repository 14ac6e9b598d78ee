/* digest.c - the SHA-256 of a report's JSON document, from its lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/digest.h"

#include <string.h>

static void add(struct digest *digest, const char *bytes, size_t count)
{
    (void)crypto_hash_sha256_update(&digest->state, (const unsigned char *)bytes, count);
}

/* Where the document has its rows the line has their number, which is its last member. */
void digest_begin(struct digest *digest, const char *facts, size_t count)
{
    static const char rows[] = "\"rows\":[";
    (void)crypto_hash_sha256_init(&digest->state);
    digest->rows = 0;
    while (count > 0 && facts[count - 1] != ',')
        count--;
    add(digest, facts, count);
    add(digest, rows, sizeof rows - 1);
}

void digest_row(struct digest *digest, const char *row, size_t count)
{
    if (digest->rows++ > 0)
        add(digest, ",", 1);
    add(digest, row, count);
}

void digest_end(struct digest *digest, char hex[DIGEST_BYTES])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    add(digest, "]}", 2);
    (void)crypto_hash_sha256_final(&digest->state, hash);
    (void)sodium_bin2hex(hex, DIGEST_BYTES, hash, sizeof hash);
}
