/* key.c - API keys: what a token looks like, and what is kept of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/key.h"

#include <sodium.h>
#include <string.h>

static const char prefix[] = "aidl_";
static const char lower[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

enum {
    PREFIX_LENGTH = 5,
    SECRET_AT = PREFIX_LENGTH + KEYID_LENGTH + 1,
    CHECK_AT = SECRET_AT + SECRET_LENGTH + 1
};

/* 43 characters out of 62 carry 256 bits. */
static void draw(char *to, size_t count, const char *alphabet)
{
    const uint32_t letters = (uint32_t)strlen(alphabet);
    for (size_t i = 0; i < count; i++)
        to[i] = alphabet[randombytes_uniform(letters)];
}

/* Of the token up to the last underscore. It protects nothing; it only tells typing errors. */
static void check(const char *token, char digits[CHECK_LENGTH + 1])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)token, CHECK_AT - 1);
    sodium_bin2hex(digits, CHECK_LENGTH + 1, hash, CHECK_LENGTH / 2);
}

static void keep(const char *token, struct key *key)
{
    memcpy(key->keyid, token + PREFIX_LENGTH, KEYID_LENGTH);
    key->keyid[KEYID_LENGTH] = '\0';
    crypto_hash_sha256(key->secret_sha256, (const unsigned char *)token + SECRET_AT, SECRET_LENGTH);
}

bool key_make(char token[TOKEN_LENGTH + 1], struct key *key)
{
    if (sodium_init() < 0)
        return false;
    memcpy(token, prefix, PREFIX_LENGTH);
    draw(token + PREFIX_LENGTH, KEYID_LENGTH, lower);
    token[SECRET_AT - 1] = '_';
    draw(token + SECRET_AT, SECRET_LENGTH, all);
    token[CHECK_AT - 1] = '_';
    check(token, token + CHECK_AT);
    keep(token, key);
    return true;
}

bool key_parse(const char *token, struct key *key)
{
    char digits[CHECK_LENGTH + 1];
    if (strlen(token) != TOKEN_LENGTH || memcmp(token, prefix, PREFIX_LENGTH) != 0 ||
        strspn(token + PREFIX_LENGTH, lower) != KEYID_LENGTH || token[SECRET_AT - 1] != '_' ||
        strspn(token + SECRET_AT, all) != SECRET_LENGTH || token[CHECK_AT - 1] != '_')
        return false;
    check(token, digits);
    if (sodium_memcmp(digits, token + CHECK_AT, CHECK_LENGTH) != 0)
        return false;
    keep(token, key);
    return true;
}
