/* key_test.c - tokens of API keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/key.h"

#include "service/suite.h"

#include <string.h>

START_TEST(a_token_is_taken_apart_as_it_was_made)
{
    char token[TOKEN_LENGTH + 1];
    char other[TOKEN_LENGTH + 1];
    struct key made;
    struct key again;
    ck_assert(key_make(token, &made));
    ck_assert_uint_eq(strlen(token), TOKEN_LENGTH);
    ck_assert_mem_eq(token, "aidl_", 5);
    ck_assert(key_parse(token, &again));
    ck_assert_str_eq(made.keyid, again.keyid);
    ck_assert_mem_eq(made.secret_sha256, again.secret_sha256, SECRET_HASH_BYTES);
    ck_assert(key_make(other, &again));
    ck_assert_str_ne(token, other);
    ck_assert_str_ne(made.keyid, again.keyid);
}
END_TEST

START_TEST(what_is_kept_is_the_hash_of_the_secret)
{
    /* Made once; the hash is that of sha256sum over the 43 characters between the underscores. */
    static const char token[] =
        "aidl_5gz1iswo1dbr_Y42B5mMSlAYRVohEo0FBLzBZKKVhmB0phGuMn6lAr2E_bd2cb2";
    struct key key;
    ck_assert(key_parse(token, &key));
    ck_assert_str_eq(key.keyid, "5gz1iswo1dbr");
    ck_assert_str_eq(token + 5 + KEYID_LENGTH + 1 + SECRET_LENGTH, "_bd2cb2");
}
END_TEST

START_TEST(any_changed_character_is_noticed)
{
    char token[TOKEN_LENGTH + 1];
    struct key key;
    ck_assert(key_make(token, &key));
    for (size_t i = 0; i < TOKEN_LENGTH; i++) {
        const char right = token[i];
        for (const char *c = "aB0_-. \n"; *c != '\0'; c++) {
            token[i] = *c;
            if (*c != right)
                ck_assert_msg(!key_parse(token, &key), "%s", token);
        }
        token[i] = right;
    }
    ck_assert(key_parse(token, &key));
}
END_TEST

START_TEST(other_lengths_are_no_tokens)
{
    char longer[TOKEN_LENGTH + 2];
    struct key key;
    ck_assert(key_make(longer, &key));
    longer[TOKEN_LENGTH] = '0';
    longer[TOKEN_LENGTH + 1] = '\0';
    ck_assert(!key_parse(longer, &key));
    longer[TOKEN_LENGTH - 1] = '\0';
    ck_assert(!key_parse(longer, &key));
    ck_assert(!key_parse("", &key));
    ck_assert(!key_parse("aidl_", &key));
}
END_TEST

SUITE("key", a_token_is_taken_apart_as_it_was_made, what_is_kept_is_the_hash_of_the_secret,
      any_changed_character_is_noticed, other_lengths_are_no_tokens)
