/* leaf_test.c - what is a leaf, what it says, and which leaf follows which. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/leaf.h"

#include "ledger/chain.h"

#include "service/suite.h"

#include <string.h>

#define ONE                                                                                        \
    "\"aggregate\":\"11111111-1111-4111-8111-111111111111\",\"at\":\"2026-11-25T00:00:00.000Z\""
#define REST(version, prev)                                                                        \
    "{" ONE ",\"kind\":\"a.b\",\"log\":\"log.example\",\"prev\":" prev                             \
    ",\"private\":{},\"public\":{\"a\":[1,{\"b\":null}]},\"v\":1,\"version\":" version "}"
#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const char *refusal(const char *bytes)
{
    struct leaf leaf;
    const char *reason = NULL;
    return leaf_read(bytes, strlen(bytes), &leaf, &reason) ? "" : reason;
}

START_TEST(a_leaf_says_what_it_is)
{
    struct leaf leaf;
    const char *reason = NULL;
    const char bytes[] = REST("7", "\"" HEX "\"");
    ck_assert_msg(leaf_read(bytes, strlen(bytes), &leaf, &reason), "%s", reason);
    ck_assert(leaf_is(&leaf.kind, "a.b"));
    ck_assert(!leaf_is(&leaf.kind, "a.c") && !leaf_is(&leaf.kind, "a.") &&
              !leaf_is(&leaf.kind, "a.bb"));
    ck_assert(leaf_is(&leaf.log, "log.example"));
    ck_assert(leaf_is(&leaf.at, "2026-11-25T00:00:00.000Z"));
    ck_assert(leaf_is(&leaf.open, "{\"a\":[1,{\"b\":null}]}"));
    ck_assert_uint_eq(leaf.version, 7);
    ck_assert(leaf.has_prev);
    ck_assert_uint_eq(leaf.prev.bytes[31], 0x1F);
    ck_assert_uint_eq(leaf.aggregate[15], 0x11);
    ck_assert_str_eq(refusal(REST("1", "null")), "");
}
END_TEST

START_TEST(what_a_leaf_lacks_is_told)
{
    static const struct {
        const char *bytes;
        const char *reason;
    } bad[] = {
        {"", "object"},
        {"[]", "object"},
        {"{}", "has no"},
        {REST("0", "null"), "version"},
        {REST("-1", "null"), "version"},
        {REST("4294967296", "null"), "version"},
        {REST("\"1\"", "null"), "version"},
        {REST("1", "1"), "prev"},
        {REST("1", "\"00\""), "prev"},
        {REST("1", "\"" HEX "00\""), "prev"},
        {REST("1", "\"000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f\""), "prev"},
        {"{\"v\":2}", "not known here"},
        {"{\"kind\":1}", "kind"},
        {"{\"aggregate\":\"11111111-1111-4111-8111-11111111111\"}", "UUID"},
        {"{\"public\":[]}", "public"},
        {"{\"log\":null}", "log"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(strstr(refusal(bad[i].bytes), bad[i].reason) != NULL, "%s: %s", bad[i].bytes,
                      refusal(bad[i].bytes));
}
END_TEST

static bool is_canonical(const char *bytes)
{
    const char *reason = NULL;
    return leaf_is_canonical(bytes, strlen(bytes), &reason);
}

START_TEST(any_other_form_is_refused)
{
    static const char *const good[] = {
        "{}", "{\"a\":{},\"b\":[],\"c\":\"\"}", "{\"a\":-1,\"a1\":0,\"a_\":9007199254740991}",
        "{\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\/\\u000b\\u001f\x7F\xC3\xA9\"}",
        "{\"a\":[true,false,null,[[]]]}"};
    static const char *const bad[] = {"{ }",
                                      " {}",
                                      "{}\n",
                                      "{}{}",
                                      "{\"a\":1,}",
                                      "{\"a\":1,\"a\":1}",
                                      "{\"b\":1,\"a\":1}",
                                      "{\"ab\":1,\"a\":1}",
                                      "{\"A\":1}",
                                      "{\"_a\":1}",
                                      "{\"\":1}",
                                      "{\"a b\":1}",
                                      "{\"a\\u0062\":1}",
                                      "{\"a\":01}",
                                      "{\"a\":-0}",
                                      "{\"a\":1.0}",
                                      "{\"a\":1e2}",
                                      "{\"a\":+1}",
                                      "{\"a\":9007199254740992}",
                                      "{\"a\":-9007199254740992}",
                                      "{\"a\":90071992547409910}",
                                      "{\"a\":\"\\/\"}",
                                      "{\"a\":\"\\u0041\"}",
                                      "{\"a\":\"\\u001F\"}",
                                      "{\"a\":\"\\u000a\"}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\\x\"}",
                                      "{\"a\":\"\\u00",
                                      "{\"a\":\"\t\"}",
                                      "{\"a\":\"\xFF\"}",
                                      "{\"a\":\"\xED\xA0\x80\"}",
                                      "{\"a\":\"",
                                      "{\"a\":",
                                      "{\"a\"",
                                      "{\"a\":tru}",
                                      "{\"a\":[1,]}",
                                      "{\"a\":[1 ]}",
                                      "{\"a\":[1}",
                                      "{"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(is_canonical(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!is_canonical(bad[i]), "%s", bad[i]);
}
END_TEST

/* ---------------------------------------------------------------- chains */

static const char *add(struct chains *chains, unsigned char aggregate, uint32_t version,
                       unsigned char hash, int prev)
{
    const struct leaf leaf = {.aggregate = {aggregate},
                              .version = version,
                              .has_prev = prev >= 0,
                              .prev = {{(unsigned char)prev}}};
    const struct merkle_hash own = {{hash}};
    const char *reason = "";
    return chains_add(chains, &leaf, &own, &reason) ? "" : reason;
}

START_TEST(statements_of_an_aggregate_follow_each_other)
{
    struct chains *chains = chains_make();
    ck_assert_ptr_nonnull(chains);
    ck_assert_str_eq(add(chains, 1, 1, 10, -1), "");
    ck_assert_str_eq(add(chains, 2, 1, 20, -1), "");
    ck_assert_str_eq(add(chains, 1, 2, 11, 10), "");
    ck_assert_ptr_nonnull(strstr(add(chains, 1, 2, 12, 10), "already had"));
    ck_assert_ptr_nonnull(strstr(add(chains, 1, 4, 12, 11), "missing"));
    ck_assert_ptr_nonnull(strstr(add(chains, 1, 3, 12, 10), "prev"));
    ck_assert_ptr_nonnull(strstr(add(chains, 1, 3, 12, -1), "prev"));
    ck_assert_ptr_nonnull(strstr(add(chains, 3, 1, 30, 20), "prev"));
    ck_assert_ptr_nonnull(strstr(add(chains, 3, 2, 30, 20), "missing"));
    ck_assert_str_eq(add(chains, 1, 3, 12, 11), "");
    ck_assert_uint_eq(chains_count(chains), 2);
    chains_free(chains);
    chains_free(NULL);
}
END_TEST

START_TEST(there_may_be_many_aggregates)
{
    struct chains *chains = chains_make();
    const char *reason = NULL;
    ck_assert_ptr_nonnull(chains);
    for (uint32_t version = 1; version <= 3; version++) {
        for (uint32_t i = 0; i < 10000; i++) {
            struct leaf leaf = {.version = version, .has_prev = version > 1};
            struct merkle_hash hash = {{(unsigned char)version}};
            memcpy(leaf.aggregate, &i, sizeof i);
            memcpy(hash.bytes + 1, &i, sizeof i);
            leaf.prev = hash;
            leaf.prev.bytes[0] = (unsigned char)(version - 1);
            ck_assert_msg(chains_add(chains, &leaf, &hash, &reason), "%s", reason);
        }
    }
    ck_assert_uint_eq(chains_count(chains), 10000);
    chains_free(chains);
}
END_TEST

SUITE("leaf", a_leaf_says_what_it_is, what_a_leaf_lacks_is_told, any_other_form_is_refused,
      statements_of_an_aggregate_follow_each_other, there_may_be_many_aggregates)
