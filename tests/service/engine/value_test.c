/* value_test.c - what a piece of text must look like. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/value.h"

#include "service/suite.h"

#include <string.h>

struct sample {
    const char *text;
    bool good;
};

static void check_samples(bool (*fits)(const char *), const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(fits(samples[i].text) == samples[i].good, "\"%s\"", samples[i].text);
}

#define CHECK_SAMPLES(fits, samples)                                                               \
    check_samples(fits, samples, sizeof samples / sizeof samples[0])

START_TEST(a_date_is_a_day_that_the_calendar_has)
{
    static const struct sample samples[] = {
        {"2026-02-28", true},           {"2026-02-29", false},  {"2024-02-29", true},
        {"1900-02-29", false},          {"2000-02-29", true},   {"2026-04-31", false},
        {"2026-12-31", true},           {"2026-00-10", false},  {"2026-13-01", false},
        {"2026-01-00", false},          {"0000-01-01", false},  {"0001-01-01", true},
        {"2026-1-01", false},           {"2026-01-1", false},   {"20260101", false},
        {"2026-01-01 ", false},         {"+2026-01-01", false}, {"", false},
        {"2026-01-01T00:00:00Z", false}};
    CHECK_SAMPLES(value_is_date, samples);
}
END_TEST

START_TEST(a_moment_has_a_day_a_time_and_an_offset)
{
    static const struct sample samples[] = {
        {"2026-11-24T10:00:00Z", true},          {"2026-11-24T10:00:00.123456Z", true},
        {"2026-11-24T10:00:00.1234567Z", false}, {"2026-11-24T10:00:00.Z", false},
        {"2026-11-24T23:59:59+05:45", true},     {"2026-11-24T24:00:00Z", false},
        {"2026-11-24T10:60:00Z", false},         {"2026-11-24T10:00:60Z", false},
        {"2026-11-24T10:00:00+24:00", false},    {"2026-11-24T10:00:00", false},
        {"2026-11-24 10:00:00Z", false},         {"2026-11-24T10:00:00Zx", false},
        {"2026-11-31T10:00:00Z", false}};
    CHECK_SAMPLES(value_is_date_time, samples);
}
END_TEST

START_TEST(a_uuid_has_its_dashes_where_they_belong)
{
    static const struct sample samples[] = {{"3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f", true},
                                            {"3F1F0D4E-98A5-4F8E-9F0A-2B7B0C1D2E3F", true},
                                            {"3f1f0d4e98a54f8e9f0a2b7b0c1d2e3f", false},
                                            {"3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3", false},
                                            {"3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f0", false},
                                            {"{3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f}", false},
                                            {"3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3g", false},
                                            {"", false}};
    CHECK_SAMPLES(value_is_uuid, samples);
}
END_TEST

START_TEST(an_address_is_http_and_absolute)
{
    static const struct sample samples[] = {{"https://example.org/a?b=c#d", true},
                                            {"http://example.org", true},
                                            {"https://", false},
                                            {"https:///a", false},
                                            {"ftp://example.org", false},
                                            {"javascript:alert(1)", false},
                                            {"//example.org", false},
                                            {"https://example.org/a b", false},
                                            {"https://example.org/\"", false},
                                            {"https://example.org/<x>", false},
                                            {"https://example.org/\n", false},
                                            {"HTTPS://example.org", false}};
    CHECK_SAMPLES(value_is_uri, samples);
    char longest[2100];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "https://", 8);
    longest[2000] = '\0';
    ck_assert(value_is_uri(longest));
    longest[2000] = 'a';
    longest[2001] = '\0';
    ck_assert(!value_is_uri(longest));
}
END_TEST

START_TEST(codes_and_capitals_have_their_letters)
{
    static const struct sample codes[] = {{"22040", true},
                                          {"pillar-c", true},
                                          {"A.1_b", true},
                                          {"", false},
                                          {"a b", false},
                                          {"a/b", false},
                                          {"\xC3\xA9", false},
                                          {"0123456789012345678901234567890123456789", true},
                                          {"01234567890123456789012345678901234567890", false}};
    CHECK_SAMPLES(value_is_code, codes);
    ck_assert(value_is_capitals("MW", 2));
    ck_assert(!value_is_capitals("MWI", 2));
    ck_assert(!value_is_capitals("M", 2));
    ck_assert(!value_is_capitals("mw", 2));
    ck_assert(!value_is_capitals("M1", 2));
}
END_TEST

START_TEST(characters_are_counted_not_bytes)
{
    ck_assert_uint_eq(value_characters(""), 0);
    ck_assert_uint_eq(value_characters("abc"), 3);
    ck_assert_uint_eq(value_characters("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8C\x8D"), 3);
}
END_TEST

SUITE("value", a_date_is_a_day_that_the_calendar_has, a_moment_has_a_day_a_time_and_an_offset,
      a_uuid_has_its_dashes_where_they_belong, an_address_is_http_and_absolute,
      codes_and_capitals_have_their_letters, characters_are_counted_not_bytes)
