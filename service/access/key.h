/* key.h - API keys: what a token looks like, and what is kept of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* A token is "aidl_" key id "_" secret "_" check: the key id names the key in lists and logs, the
   secret is 256 random bits, the check tells a mistyped token without asking anybody. */
enum {
    KEYID_LENGTH = 12,
    SECRET_LENGTH = 43,
    CHECK_LENGTH = 6,
    TOKEN_LENGTH = 5 + KEYID_LENGTH + 1 + SECRET_LENGTH + 1 + CHECK_LENGTH,
    SECRET_HASH_BYTES = 32
};

/* What the service keeps of a token. A random secret of 256 bits needs no slow hash. */
struct key {
    char keyid[KEYID_LENGTH + 1];
    unsigned char secret_sha256[SECRET_HASH_BYTES];
};

/* Makes a new token, terminated, and what to keep of it. False when the system has no randomness.
 */
__attribute__((warn_unused_result)) bool key_make(char token[TOKEN_LENGTH + 1], struct key *key);
/* Takes a token apart; false for anything that is not one. */
__attribute__((warn_unused_result)) bool key_parse(const char *token, struct key *key);
