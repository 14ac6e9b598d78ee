/* arena_test.c - memory that lives as long as one exchange. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include "service/suite.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

START_TEST(memory_is_zeroed_aligned_and_apart)
{
    struct arena *arena = suite_arena();
    unsigned char *before = NULL;
    for (size_t size = 1; size < 20000; size = size * 2 + 1) {
        unsigned char *memory = arena_alloc(arena, size);
        ck_assert_uint_eq((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_uint_eq(memory[i], 0);
        memset(memory, 0xAA, size);
        if (before != NULL)
            ck_assert_uint_eq(before[0], 0xAA);
        before = memory;
    }
    arena_free(arena);
}
END_TEST

START_TEST(a_cap_is_a_cap)
{
    struct arena *arena = arena_make(1000);
    ck_assert_ptr_nonnull(arena_alloc(arena, 900));
    ck_assert(!arena_is_short(arena));
    ck_assert_ptr_null(arena_alloc(arena, 200));
    ck_assert(arena_is_short(arena));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX - 8));
    ck_assert_ptr_null(arena_copy(arena,
                                  "0123456789012345678901234567890123456789012345678901234567"
                                  "89012345678901234567890123456789012345678901234567890"));
    ck_assert_ptr_nonnull(arena_alloc(arena, 16));
    ck_assert_uint_le(arena_used(arena), 1000);
    arena_reset(arena);
    ck_assert_uint_eq(arena_used(arena), 0);
    ck_assert(!arena_is_short(arena));
    ck_assert_ptr_nonnull(arena_alloc(arena, 992));
    ck_assert_ptr_null(arena_alloc(arena, 16));
    arena_free(arena);
    arena_free(NULL);
}
END_TEST

START_TEST(copies_are_terminated_and_one_s_own)
{
    struct arena *arena = suite_arena();
    char text[] = "abc";
    char *copy = arena_copy(arena, text);
    text[0] = 'x';
    ck_assert_str_eq(copy, "abc");
    const char *bytes = arena_copy_bytes(arena, "a\0b", 3);
    ck_assert_mem_eq(bytes, "a\0b\0", 4);
    ck_assert_str_eq(arena_copy_bytes(arena, NULL, 0), "");
    ck_assert_str_eq(arena_format(arena, "%d-%s", 7, "x"), "7-x");
    arena_free(arena);
}
END_TEST

static char order[16];

static void note(void *letter)
{
    const size_t length = strlen(order);
    order[length] = *(const char *)letter;
}

START_TEST(what_was_deferred_runs_once_the_latest_first)
{
    static char letters[] = "abc";
    struct arena *arena = suite_arena();
    for (size_t i = 0; i < 3; i++)
        ck_assert(arena_defer(arena, note, &letters[i]));
    ck_assert_str_eq(order, "");
    arena_reset(arena);
    ck_assert_str_eq(order, "cba");
    arena_free(arena);
    ck_assert_str_eq(order, "cba");
}
END_TEST

START_TEST(what_cannot_be_deferred_runs_at_once)
{
    static char letter[] = "x";
    struct arena *arena = arena_make(16);
    ck_assert_ptr_nonnull(arena_alloc(arena, 16));
    ck_assert(!arena_defer(arena, note, letter));
    ck_assert_str_eq(order, "x");
    arena_free(arena);
    ck_assert_str_eq(order, "x");
}
END_TEST

SUITE("arena", memory_is_zeroed_aligned_and_apart, a_cap_is_a_cap,
      copies_are_terminated_and_one_s_own, what_was_deferred_runs_once_the_latest_first,
      what_cannot_be_deferred_runs_at_once)
