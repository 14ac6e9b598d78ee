/* address_test.c - addresses, ranges of them, and the networks that limits are counted by. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/address.h"

#include "service/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const char *printed(const struct address *address)
{
    static char text[ADDRESS_BYTES];
    address_print(address, text);
    return text;
}

static struct address parsed(const char *text)
{
    struct address address;
    ck_assert_msg(address_parse(text, &address), "%s", text);
    return address;
}

START_TEST(addresses_are_written_the_way_people_do)
{
    static const char *const known[][2] = {{"192.0.2.1", "192.0.2.1"},
                                           {"::ffff:192.0.2.1", "192.0.2.1"},
                                           {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
                                           {"::1", "::1"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct address address = parsed(known[i][0]);
        ck_assert_str_eq(printed(&address), known[i][1]);
    }
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
    static const char *const others[] = {
        "",      "localhost", "192.0.2", "192.0.2.256", "192.0.2.1:80",
        "[::1]", "1::2::3",   "::1%lo",  " ::1",        "0x7f.1"};
    struct address address;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(!address_parse(others[i], &address), "%s", others[i]);
}
END_TEST

START_TEST(the_address_of_a_peer)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    struct sockaddr other = {.sa_family = AF_UNIX};
    ck_assert_int_eq(inet_pton(AF_INET, "198.51.100.7", &v4.sin_addr), 1);
    struct address address = address_of((const struct sockaddr *)(const void *)&v4);
    ck_assert_str_eq(printed(&address), "198.51.100.7");
    address = address_of((const struct sockaddr *)(const void *)&v6);
    ck_assert_str_eq(printed(&address), "::1");
    address = address_of(&other);
    ck_assert_str_eq(printed(&address), "::");
}
END_TEST

static bool is_in(const char *text, const char *list)
{
    struct address_ranges ranges;
    const struct address address = parsed(text);
    ck_assert_msg(address_ranges_parse(list, &ranges), "%s", list);
    return address_is_in(&address, &ranges);
}

START_TEST(ranges_hold_what_begins_alike)
{
    ck_assert(is_in("10.255.0.1", "10.0.0.0/8"));
    ck_assert(!is_in("11.0.0.0", "10.0.0.0/8"));
    ck_assert(is_in("192.0.2.127", "192.0.2.0/25"));
    ck_assert(!is_in("192.0.2.128", "192.0.2.0/25"));
    ck_assert(is_in("192.0.2.1", "192.0.2.1"));
    ck_assert(!is_in("192.0.2.2", "192.0.2.1"));
    ck_assert(is_in("192.0.2.1", "0.0.0.0/0"));
    ck_assert(!is_in("2001:db8::1", "0.0.0.0/0"));
    ck_assert(is_in("192.0.2.1", "::/0"));
    ck_assert(is_in("2001:db8:1::1", "::1, 2001:db8::/32"));
    ck_assert(!is_in("2001:db9::1", "::1 2001:db8::/32"));
    ck_assert(!is_in("::1", ""));
}
END_TEST

START_TEST(lists_that_cannot_be_read_are_refused)
{
    static const char *const others[] = {"10.0.0.0/33", "::/129", "10.0.0.0/",   "10.0.0.0/-1",
                                         "10/8",        "a",      "10.0.0.1;::1"};
    struct address_ranges ranges;
    char many[ADDRESS_RANGES_MAX * 4 + 8] = "";
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(!address_ranges_parse(others[i], &ranges), "%s", others[i]);
    for (size_t i = 0; i < ADDRESS_RANGES_MAX; i++)
        memcpy(many + i * 4, "::1,", 5);
    ck_assert(address_ranges_parse(many, &ranges));
    memcpy(many + (size_t)ADDRESS_RANGES_MAX * 4, "::1", 4);
    ck_assert(!address_ranges_parse(many, &ranges));
}
END_TEST

START_TEST(a_subscriber_is_an_address_or_a_64)
{
    struct address address = parsed("2001:db8:1:2:3:4:5:6");
    address = address_network(&address);
    ck_assert_str_eq(printed(&address), "2001:db8:1:2::");
    address = parsed("192.0.2.77");
    address = address_network(&address);
    ck_assert_str_eq(printed(&address), "192.0.2.77");
}
END_TEST

SUITE("address", addresses_are_written_the_way_people_do, what_is_no_address_is_refused,
      the_address_of_a_peer, ranges_hold_what_begins_alike, lists_that_cannot_be_read_are_refused,
      a_subscriber_is_an_address_or_a_64)
