/* digest.c - SHA-256 of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/digest.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { READ_BYTES = 65536 };

bool digest_file(const char *path, char hex[DIGEST_HEX_BYTES], char *reason, size_t reason_bytes)
{
    unsigned char bytes[READ_BYTES];
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    FILE *file = fopen(path, "re");
    bool good = file != NULL;
    (void)crypto_hash_sha256_init(&state);
    for (size_t count = 1; good && count > 0;) {
        count = fread(bytes, 1, sizeof bytes, file);
        good = ferror(file) == 0;
        (void)crypto_hash_sha256_update(&state, bytes, count);
    }
    if (!good)
        (void)snprintf(reason, reason_bytes, "%s cannot be read: %s", path, strerrordesc_np(errno));
    if (file != NULL)
        (void)fclose(file);
    (void)crypto_hash_sha256_final(&state, hash);
    (void)sodium_bin2hex(hex, DIGEST_HEX_BYTES, hash, sizeof hash);
    return good;
}
