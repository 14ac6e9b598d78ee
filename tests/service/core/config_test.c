/* config_test.c - settings from the environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config.h"

#include "core/number.h"
#include "service/suite.h"

#include <string.h>

static const char *set_name;
static const char *set_value;

static const char *look_up(const char *name)
{
    return set_name != NULL && strcmp(name, set_name) == 0 ? set_value : NULL;
}

static bool read_with(const char *name, const char *value, struct config *config, char reason[256])
{
    set_name = name;
    set_value = value;
    reason[0] = '\0';
    return config_read(config, look_up, reason, 256);
}

START_TEST(what_is_not_set_has_its_default)
{
    struct config config;
    char reason[256];
    ck_assert(read_with(NULL, NULL, &config, reason));
    ck_assert_str_eq(config.listen, "127.0.0.1");
    ck_assert_int_eq(config.port, 8080);
    ck_assert_int_eq(config.loops, 1);
    ck_assert_int_eq(config.allow_unsafe, 0);
    ck_assert(read_with("AIDLEDGER_PORT", "", &config, reason));
    ck_assert_int_eq(config.port, 8080);
}
END_TEST

START_TEST(what_is_set_is_taken)
{
    struct config config;
    char reason[256];
    ck_assert(read_with("AIDLEDGER_PORT", "0", &config, reason));
    ck_assert_int_eq(config.port, 0);
    ck_assert(read_with("AIDLEDGER_LISTEN", "::1", &config, reason));
    ck_assert_str_eq(config.listen, "::1");
}
END_TEST

START_TEST(a_wrong_value_is_told_with_name_and_bounds)
{
    static const char *const wrong[] = {"65536", "-1",  "8080x", " 8080",
                                        "1e3",   "080", "x",     "99999999999999999999"};
    struct config config;
    char reason[256];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!read_with("AIDLEDGER_PORT", wrong[i], &config, reason), "%s", wrong[i]);
        ck_assert_ptr_nonnull(strstr(reason, "AIDLEDGER_PORT"));
        ck_assert_ptr_nonnull(strstr(reason, wrong[i]));
        ck_assert_ptr_nonnull(strstr(reason, "0 to 65535"));
    }
    ck_assert(!read_with("AIDLEDGER_LOG_LEVEL", "loud", &config, reason));
    ck_assert_ptr_nonnull(strstr(reason, "loud"));
}
END_TEST

START_TEST(whole_numbers)
{
    int64_t number = 7;
    ck_assert(number_parse("0", 0, 10, &number));
    ck_assert_int_eq(number, 0);
    ck_assert(number_parse("999999999999999999", 0, INT64_MAX, &number));
    ck_assert(number == INT64_C(999999999999999999));
    ck_assert(number_parse("10", 10, 10, &number));
    static const char *const wrong[] = {"",
                                        "1000000000000000000",
                                        "18446744073709551617",
                                        "11",
                                        "01",
                                        "+1",
                                        "-1",
                                        "1 ",
                                        " 1",
                                        "1.0",
                                        "0x1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!number_parse(wrong[i], 0, i < 3 ? INT64_MAX : 10, &number), "%s", wrong[i]);
}
END_TEST

START_TEST(proxies_are_understood_or_refused)
{
    struct config config;
    char reason[256];
    ck_assert(read_with(NULL, NULL, &config, reason));
    ck_assert_uint_eq(config.proxies.count, 0);
    ck_assert(read_with("AIDLEDGER_TRUSTED_PROXIES", "10.0.0.0/8, ::1", &config, reason));
    ck_assert_uint_eq(config.proxies.count, 2);
    ck_assert(!read_with("AIDLEDGER_TRUSTED_PROXIES", "proxy.example", &config, reason));
    ck_assert_ptr_nonnull(strstr(reason, "AIDLEDGER_TRUSTED_PROXIES is \"proxy.example\""));
}
END_TEST

START_TEST(a_public_address_can_be_continued_and_printed)
{
    static const char *const good[] = {"https://aid.example.org", "http://127.0.0.1:8080",
                                       "http://[::1]:8080", "https://example.org/aid"};
    static const char *const wrong[] = {"aid.example.org",
                                        "https://",
                                        "https:///x",
                                        "https://:80",
                                        "https://example.org/",
                                        "javascript:alert(1)",
                                        "https://example.org?x",
                                        "https://example.org/#a",
                                        "https://a b",
                                        "https://a'b",
                                        "https://user@example.org",
                                        "ftp://example.org"};
    struct config config;
    char reason[512];
    ck_assert(read_with(NULL, NULL, &config, reason));
    ck_assert_str_eq(config.public_url, "");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(read_with("AIDLEDGER_PUBLIC_URL", good[i], &config, reason), "%s", good[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!read_with("AIDLEDGER_PUBLIC_URL", wrong[i], &config, reason), "%s",
                      wrong[i]);
        ck_assert_ptr_nonnull(strstr(reason, "AIDLEDGER_PUBLIC_URL"));
    }
}
END_TEST

SUITE("config", a_public_address_can_be_continued_and_printed, what_is_not_set_has_its_default,
      what_is_set_is_taken, proxies_are_understood_or_refused,
      a_wrong_value_is_told_with_name_and_bounds, whole_numbers)
