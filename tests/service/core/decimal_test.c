/* decimal_test.c - exact decimals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decimal.h"

#include "service/suite.h"

static struct decimal make(const char *text)
{
    struct decimal decimal;
    ck_assert_msg(decimal_parse(text, &decimal), "%s", text);
    return decimal;
}

static void expect_sum(const char *a, const char *b, const char *sum)
{
    struct decimal total = make(a);
    const struct decimal more = make(b);
    char text[DECIMAL_BYTES];
    ck_assert(decimal_add(&total, &more));
    decimal_print(&total, text);
    ck_assert_str_eq(text, sum);
}

START_TEST(sums_keep_every_digit)
{
    expect_sum("12345678901234567.89", "0.11", "12345678901234568.00");
    expect_sum("0.1", "0.2", "0.3");
    expect_sum("1", "0.005", "1.005");
    expect_sum("999999999", "1", "1000000000");
    expect_sum("-0.01", "0.01", "0.00");
    expect_sum("-100.00", "30.5", "-69.50");
    expect_sum("30.5", "-100.00", "-69.50");
    expect_sum("-1", "-2.50", "-3.50");
    expect_sum("1000000000000000000", "-1", "999999999999999999");
}
END_TEST

START_TEST(what_is_no_decimal_or_too_long_is_refused)
{
    static const char *const bad[] = {
        "",   "-",   ".5",  "5.",  "1e3", "+1",    " 1",
        "1 ", "1,0", "0x1", "NaN", "--1", "1.2.3", "0.1234567890123456789"};
    struct decimal decimal;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!decimal_parse(bad[i], &decimal), "%s", bad[i]);
    const char most[] = "999999999999999999999999999999999999999999999999999999";
    struct decimal sum = make(most);
    const struct decimal one = make("1");
    char text[DECIMAL_BYTES];
    ck_assert(!decimal_add(&sum, &one));
    decimal_print(&sum, text);
    ck_assert_str_eq(text, most);
    ck_assert(!decimal_parse("1000000000000000000000000000000000000000000000000000000", &sum));
}
END_TEST

START_TEST(they_compare_by_value)
{
    static const char *const rising[] = {"-2", "-1.5", "-0.01", "0", "0.001", "1", "1000000000"};
    for (size_t i = 0; i + 1 < sizeof rising / sizeof rising[0]; i++) {
        const struct decimal a = make(rising[i]);
        const struct decimal b = make(rising[i + 1]);
        ck_assert_int_lt(decimal_compare(&a, &b), 0);
        ck_assert_int_gt(decimal_compare(&b, &a), 0);
    }
    const struct decimal short_one = make("-0");
    const struct decimal long_one = make("0.00");
    ck_assert_int_eq(decimal_compare(&short_one, &long_one), 0);
}
END_TEST

START_TEST(short_for_the_eye)
{
    static const char *const pairs[][2] = {{"0.00", "0"},
                                           {"7.00", "7"},
                                           {"0.05", "0.05"},
                                           {"1234.5", "1,230"},
                                           {"12345", "12.3 thousand"},
                                           {"999999", "1 million"},
                                           {"1250000", "1.25 million"},
                                           {"-50.01", "-50"},
                                           {"100.00", "100"},
                                           {"12345678901234567.89", "12,300 trillion"},
                                           {"0.000123456", "0.000123"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct decimal decimal = make(pairs[i][0]);
        char text[DECIMAL_SHORT_BYTES];
        decimal_print_short(&decimal, text);
        ck_assert_str_eq(text, pairs[i][1]);
    }
}
END_TEST

static int measure(const char *part, const char *whole, int of)
{
    const struct decimal a = make(part);
    const struct decimal b = make(whole);
    return decimal_measure(&a, &b, of);
}

START_TEST(lengths_are_shares_rounded_down)
{
    ck_assert_int_eq(measure("1", "3", 300), 100);
    ck_assert_int_eq(measure("2", "3", 1000), 666);
    ck_assert_int_eq(measure("-1", "2", 1000), 500);
    ck_assert_int_eq(measure("5", "2", 1000), 1000);
    ck_assert_int_eq(measure("1", "0", 1000), 0);
    ck_assert_int_eq(measure("0", "1", 1000), 0);
    ck_assert_int_eq(measure("0.000000001", "0.000000003", 300), 100);
    ck_assert_int_eq(
        measure("333333333333333333333333333333.33", "1000000000000000000000000000000", 100000),
        33333);
    ck_assert_int_eq(measure("2000000000", "1", 10), 10);
}
END_TEST

START_TEST(a_scale_ends_at_a_round_number)
{
    static const char *const rows[][3] = {{"0", "1", "0.5"},         {"0.03", "0.05", "0.025"},
                                          {"1", "1", "0.5"},         {"1.01", "2", "1"},
                                          {"2.3", "2.5", "1.25"},    {"6", "10", "5"},
                                          {"-499.99", "500", "250"}, {"50.01", "100", "50"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct decimal value = make(rows[i][0]);
        const struct decimal end = decimal_round_up(&value);
        const struct decimal half = decimal_half(&end);
        char text[DECIMAL_SHORT_BYTES];
        decimal_print_short(&end, text);
        ck_assert_str_eq(text, rows[i][1]);
        decimal_print_short(&half, text);
        ck_assert_str_eq(text, rows[i][2]);
    }
}
END_TEST

SUITE("decimal", sums_keep_every_digit, what_is_no_decimal_or_too_long_is_refused,
      they_compare_by_value, short_for_the_eye, lengths_are_shares_rounded_down,
      a_scale_ends_at_a_round_number)
