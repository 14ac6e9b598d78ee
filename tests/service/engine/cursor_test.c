/* cursor_test.c - sealing and opening cursors. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cursor.h"

#include "service/suite.h"

#include <string.h>

START_TEST(what_was_sealed_is_opened)
{
    static const char *const payloads[] = {"",
                                           "a",
                                           "ab",
                                           "abc",
                                           "abcd",
                                           "2026-11-24T10:00:00.123456Z 3f1f0d4e-98a5-4f8e",
                                           "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8C\x8D"};
    struct arena *arena = suite_arena();
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        const char *sealed = cursor_seal(arena, "x_list", payloads[i]);
        ck_assert_uint_eq(strspn(sealed, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789-_"),
                          strlen(sealed));
        ck_assert_str_eq(cursor_open(arena, "x_list", sealed), payloads[i]);
        ck_assert_ptr_null(cursor_open(arena, "y_list", sealed));
    }
    arena_free(arena);
}
END_TEST

START_TEST(one_changed_character_spoils_it)
{
    struct arena *arena = suite_arena();
    const char *sealed = cursor_seal(arena, "x_list", "2026-11-24 17");
    char *other = arena_copy(arena, sealed);
    for (size_t i = 0; i < strlen(sealed); i++) {
        for (const char *c = "AZaz09-_.=%"; *c != '\0'; c++) {
            other[i] = *c;
            if (*c != sealed[i])
                ck_assert_msg(cursor_open(arena, "x_list", other) == NULL, "%s", other);
        }
        other[i] = sealed[i];
    }
    arena_free(arena);
}
END_TEST

START_TEST(there_is_no_second_spelling)
{
    struct arena *arena = suite_arena();
    for (size_t length = 0; length < 8; length++) {
        const char *sealed = cursor_seal(arena, "x_list", &"12345678"[length]);
        for (const char *c = "AQgw_="; *c != '\0'; c++) {
            ck_assert_ptr_null(
                cursor_open(arena, "x_list", arena_format(arena, "%s%c", sealed, *c)));
            ck_assert_ptr_null(
                cursor_open(arena, "x_list", arena_format(arena, "%c%s", *c, sealed)));
        }
        ck_assert_ptr_null(cursor_open(arena, "x_list", sealed + 1));
    }
    ck_assert_ptr_null(cursor_open(arena, "x_list", ""));
    arena_free(arena);
}
END_TEST

START_TEST(length_and_content_have_bounds)
{
    struct arena *arena = suite_arena();
    char *payload = arena_alloc(arena, 3000);
    memset(payload, 'a', 1500);
    ck_assert_str_eq(cursor_open(arena, "x", cursor_seal(arena, "x", payload)), payload);
    memset(payload, 'a', 2500);
    ck_assert_ptr_null(cursor_open(arena, "x", cursor_seal(arena, "x", payload)));
    ck_assert_ptr_null(cursor_open(arena, "x", cursor_seal(arena, "x", "\xff")));
    arena_free(arena);
}
END_TEST

SUITE("cursor", what_was_sealed_is_opened, one_changed_character_spoils_it,
      there_is_no_second_spelling, length_and_content_have_bounds)
