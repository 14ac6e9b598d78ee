/* text_test.c - strings under construction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include "service/suite.h"

#include <string.h>

START_TEST(additions_follow_each_other)
{
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, 1000);
    ck_assert_str_eq(text.data, "");
    text_add(&text, "ab");
    text_add_char(&text, 'c');
    text_addf(&text, "%d", 42);
    text_addf(&text, "%s", "");
    text_add_bytes(&text, "x\0y", 3);
    ck_assert_uint_eq(text.length, 8);
    ck_assert_mem_eq(text.data, "abc42x\0y\0", 9);
    for (int i = 0; i < 100; i++)
        text_add(&text, "0123456");
    ck_assert_uint_eq(text.length, 708);
    ck_assert(!text.full);
    arena_free(arena);
}
END_TEST

START_TEST(what_does_not_fit_is_dropped_whole_and_stays_told)
{
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, 5);
    text_add(&text, "abc");
    text_add(&text, "def");
    ck_assert(text.full);
    text_add(&text, "d");
    ck_assert_str_eq(text.data, "abc");
    struct text formatted = text_open(arena, 3);
    text_addf(&formatted, "%d", 1234);
    ck_assert(formatted.full);
    ck_assert_str_eq(formatted.data, "");
    struct arena *small = arena_make(64);
    struct text poor = text_open(small, 1000);
    text_add(&poor, "0123456789012345678901234567890123456789012345678901234567890123456789");
    ck_assert(poor.full);
    arena_free(small);
    arena_free(arena);
}
END_TEST

static void expect_json(const char *string, const char *json)
{
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, 1000);
    text_add_json(&text, string);
    ck_assert_str_eq(text.data, json);
    arena_free(arena);
}

START_TEST(json_strings)
{
    expect_json("", "\"\"");
    expect_json("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    expect_json("\n\t\x01\x1f\x7f", "\"\\u000a\\u0009\\u0001\\u001f\x7f\"");
    expect_json("caf\xC3\xA9 \xF0\x9F\x8C\x8D", "\"caf\xC3\xA9 \xF0\x9F\x8C\x8D\"");
    expect_json("a\xFF\xC3", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    expect_json("\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}
END_TEST

START_TEST(percent_encoding)
{
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, 1000);
    text_add_percent(&text, "aZ0-._~ /?&=+%\xC3\xA9");
    ck_assert_str_eq(text.data, "aZ0-._~%20%2F%3F%26%3D%2B%25%C3%A9");
    arena_free(arena);
}
END_TEST

START_TEST(utf8_is_what_rfc_3629_says)
{
    static const char *const good[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {
        "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xC2",         "\xC2\x20",
        "\xE0\x9F\xBF", "\xE0\xA0",         "\xED\xA0\x80",     "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
        "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",         "a\xFE"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(text_is_utf8(good[i], strlen(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!text_is_utf8(bad[i], strlen(bad[i])), "bad %zu", i);
    ck_assert(!text_is_utf8("a\0b", 3));
    ck_assert(text_is_utf8("ab\xFF", 2));
}
END_TEST

SUITE("text", additions_follow_each_other, what_does_not_fit_is_dropped_whole_and_stays_told,
      json_strings, percent_encoding, utf8_is_what_rfc_3629_says)
