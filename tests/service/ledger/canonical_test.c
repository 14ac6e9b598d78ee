/* canonical_test.c - the form that is hashed: what it is, and what has none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/canonical.h"

#include "service/suite.h"

#include <sodium.h>
#include <string.h>

enum { CAP = 1 << 20 };

/* The canonical form, or "! " and the reason why there is none. */
static const char *form(struct arena *arena, const char *json, size_t cap)
{
    struct text text = text_open(arena, cap);
    const char *reason = NULL;
    json_error_t error;
    json_t *value = json_loads(json, JSON_DECODE_ANY, &error);
    ck_assert_msg(value != NULL, "%s: %s", json, error.text);
    const bool added = canonical_add(&text, value, &reason);
    json_decref(value);
    ck_assert(added == (reason == NULL));
    return added ? text.data : arena_format(arena, "! %s", reason);
}

static void expect(const char *json, const char *wanted)
{
    struct arena *arena = suite_arena();
    ck_assert_str_eq(form(arena, json, CAP), wanted);
    arena_free(arena);
}

static void expect_refused(const char *json, const char *reason)
{
    struct arena *arena = suite_arena();
    const char *got = form(arena, json, CAP);
    ck_assert_msg(strncmp(got, "! ", 2) == 0 && strstr(got, reason) != NULL, "%s: %s", json, got);
    arena_free(arena);
}

START_TEST(members_stand_in_the_order_of_their_bytes)
{
    expect("{\"b\":1,\"a\":2,\"a_\":3,\"a1\":4,\"ab\":5,\"a_b\":6}",
           "{\"a\":2,\"a1\":4,\"a_\":3,\"a_b\":6,\"ab\":5,\"b\":1}");
    expect("{ }", "{}");
    expect("[ ]", "[]");
    expect("{\"a\":{\"c\":[],\"b\":{}}}", "{\"a\":{\"b\":{},\"c\":[]}}");
}
END_TEST

START_TEST(elements_stand_in_the_order_they_came)
{
    expect("[3, 1, 2, [true, false, null], \"\"]", "[3,1,2,[true,false,null],\"\"]");
}
END_TEST

START_TEST(strings_are_escaped_where_they_must_and_nowhere_else)
{
    expect("\"\\u0001\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u001f\"",
           "\"\\u0001\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u001f\"");
    expect("\"\\\"\\\\\\/\"", "\"\\\"\\\\/\"");
    expect("\"\\u007f\\u0080\\u2028\\ud83d\\ude00\"",
           "\"\x7F\xC2\x80\xE2\x80\xA8\xF0\x9F\x98\x80\"");
    expect("\"\\u0041\\u00e9\"", "\"A\xC3\xA9\"");
}
END_TEST

START_TEST(integers_are_taken_as_far_as_doubles_hold_them)
{
    expect("[0,-0,-1,9007199254740991,-9007199254740991]",
           "[0,0,-1,9007199254740991,-9007199254740991]");
    expect_refused("9007199254740992", "2^53");
    expect_refused("-9007199254740992", "2^53");
    expect_refused("[9223372036854775807]", "2^53");
    expect_refused("{\"a\":-9223372036854775808}", "2^53");
}
END_TEST

START_TEST(a_number_that_is_written_as_a_real_is_refused)
{
    expect_refused("1.0", "fraction");
    expect_refused("[1e2]", "fraction");
    expect_refused("{\"share\":33.3}", "as a string");
}
END_TEST

START_TEST(a_name_that_is_not_lower_case_ascii_is_refused)
{
    static const char *const names[] = {"A",       "aB",        "1a", "_a",  "a-b",  "a b",
                                        "\\u00e9", "a\xC3\xA9", "",   "a.b", "a\\n", "a\\u007f"};
    char json[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(json, sizeof json, "{\"%s\":1}", names[i]);
        expect_refused(json, "name");
        (void)snprintf(json, sizeof json, "[{\"a\":{\"%s\":[]}}]", names[i]);
        expect_refused(json, "name");
    }
}
END_TEST

/* jansson can be asked to allow U+0000; then strlen would see less than is there. */
START_TEST(a_name_does_not_end_at_a_zero_byte)
{
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, CAP);
    const char *reason = NULL;
    json_t *value = json_object();
    ck_assert_int_eq(json_object_setn_new_nocheck(value, "a\0B", 3, json_null()), 0);
    ck_assert(!canonical_add(&text, value, &reason));
    json_decref(value);
    arena_free(arena);
}
END_TEST

static void nest(char *json, size_t depth, char open, char close)
{
    memset(json, open, depth);
    memset(json + depth, close, depth);
    json[2 * depth] = '\0';
}

START_TEST(nesting_has_a_limit)
{
    char json[4 * CANONICAL_DEPTH_MAX];
    nest(json, CANONICAL_DEPTH_MAX, '[', ']');
    expect(json, json);
    nest(json, CANONICAL_DEPTH_MAX + 1, '[', ']');
    expect_refused(json, "deep");
    /* What stands side by side is not nested. */
    expect("[[[]],[[]],[[]]]", "[[[]],[[]],[[]]]");
}
END_TEST

START_TEST(what_does_not_fit_is_refused_to_the_byte)
{
    struct arena *arena = suite_arena();
    ck_assert_str_eq(form(arena, "{\"a\":\"\\n\"}", 10), "{\"a\":\"\\n\"}");
    ck_assert_str_eq(form(arena, "{\"a\":\"\\n\"}", 9), "! it is too long");
    ck_assert_str_eq(form(arena, "[]", 0), "! it is too long");
    arena_free(arena);
}
END_TEST

START_TEST(an_exhausted_arena_is_told_and_not_written_past)
{
    static const char json[] = "{\"b\":[1,2,{\"c\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}],"
                               "\"a\":\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}";
    size_t refused = 0;
    for (size_t bytes = 0; bytes < 2048; bytes += 16) {
        struct arena *arena = arena_make(bytes);
        struct text text = text_open(arena, CAP);
        const char *reason = NULL;
        json_t *value = json_loads(json, 0, NULL);
        ck_assert_ptr_nonnull(value);
        if (canonical_add(&text, value, &reason))
            ck_assert_uint_eq(text.length, sizeof json - 1);
        else
            refused++;
        ck_assert(canonical_add(&text, value, &reason) || reason != NULL);
        json_decref(value);
        arena_free(arena);
    }
    ck_assert_uint_gt(refused, 10);
    ck_assert_uint_lt(refused, 100);
}
END_TEST

static void expect_hash(const char *leaf, size_t bytes, const char *wanted)
{
    unsigned char hash[CANONICAL_HASH_BYTES];
    char hex[2 * CANONICAL_HASH_BYTES + 1];
    canonical_leaf_hash(leaf, bytes, hash);
    ck_assert_str_eq(sodium_bin2hex(hex, sizeof hex, hash, sizeof hash), wanted);
}

/* The first is the known hash of an empty leaf (RFC 6962 test vectors of Certificate Transparency);
   the others were made by sha256sum. */
START_TEST(a_leaf_is_hashed_behind_a_zero_byte)
{
    expect_hash("", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    expect_hash("\0", 1, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    expect_hash("{\"a\":1}", 7, "c7261463ebd776f4650b6d0fe942d9cc38c925d90f77d440ab6df8d5dd258c5f");
}
END_TEST

SUITE("canonical", members_stand_in_the_order_of_their_bytes, elements_stand_in_the_order_they_came,
      strings_are_escaped_where_they_must_and_nowhere_else,
      integers_are_taken_as_far_as_doubles_hold_them, a_number_that_is_written_as_a_real_is_refused,
      a_name_that_is_not_lower_case_ascii_is_refused, a_name_does_not_end_at_a_zero_byte,
      nesting_has_a_limit, what_does_not_fit_is_refused_to_the_byte,
      an_exhausted_arena_is_told_and_not_written_past, a_leaf_is_hashed_behind_a_zero_byte)
