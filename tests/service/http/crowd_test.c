/* crowd_test.c - how many connections each address has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/crowd.h"

#include "service/suite.h"

#include <stdio.h>

static struct address at(const char *text)
{
    struct address address;
    ck_assert(address_parse(text, &address));
    return address;
}

START_TEST(who_joins_is_counted_until_they_leave)
{
    struct arena *arena = suite_arena();
    struct crowd *crowd = crowd_make(arena);
    const struct address a = at("192.0.2.1");
    const struct address b = at("192.0.2.2");
    ck_assert_ptr_nonnull(crowd);
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_uint_eq(crowd_count(crowd, &a), i);
        crowd_join(crowd, &a);
    }
    ck_assert_uint_eq(crowd_count(crowd, &b), 0);
    for (unsigned i = 10; i > 0; i--) {
        ck_assert_uint_eq(crowd_count(crowd, &a), i);
        crowd_leave(crowd, &a);
    }
    ck_assert_uint_eq(crowd_count(crowd, &a), 0);
    arena_free(arena);
}
END_TEST

START_TEST(a_64_is_one_client)
{
    struct arena *arena = suite_arena();
    struct crowd *crowd = crowd_make(arena);
    const struct address a = at("2001:db8::1");
    const struct address same = at("2001:db8::ffff:1");
    const struct address other = at("2001:db8:0:1::1");
    ck_assert_ptr_nonnull(crowd);
    crowd_join(crowd, &a);
    ck_assert_uint_eq(crowd_count(crowd, &same), 1);
    ck_assert_uint_eq(crowd_count(crowd, &other), 0);
    arena_free(arena);
}
END_TEST

/* A few hundred busy addresses do not make a newcomer look busy. */
START_TEST(many_do_not_speak_for_one)
{
    struct arena *arena = suite_arena();
    struct crowd *crowd = crowd_make(arena);
    const struct address newcomer = at("203.0.113.1");
    ck_assert_ptr_nonnull(crowd);
    for (int i = 0; i < 256; i++) {
        char text[ADDRESS_BYTES];
        (void)snprintf(text, sizeof text, "10.0.0.%d", i);
        const struct address busy = at(text);
        for (int j = 0; j < 100; j++)
            crowd_join(crowd, &busy);
    }
    ck_assert_uint_lt(crowd_count(crowd, &newcomer), 100);
    arena_free(arena);
}
END_TEST

SUITE("crowd", who_joins_is_counted_until_they_leave, a_64_is_one_client, many_do_not_speak_for_one)
