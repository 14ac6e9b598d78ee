/* told_test.c - words that turn nothing around them, and which panels are drawn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/told.h"

#include "service/suite.h"

#include <stdio.h>

#define FSI "\u2068"
#define PDI "\u2069"
#define RLO "\u202E"
#define LRI "\u2066"

static void isolates(const char *words, const char *expected)
{
    struct arena *arena = suite_arena();
    ck_assert_str_eq(told_isolated(arena, words), expected);
    arena_free(arena);
}

START_TEST(words_of_another_direction_are_isolated_and_those_of_ascii_stay)
{
    isolates("XI-DEMO", "XI-DEMO");
    isolates("", "");
    isolates("two\nlines", "two\nlines");
    isolates("مرحبا", FSI "مرحبا" PDI);
    isolates("a" RLO "b", FSI "a" RLO "b" PDI);
}
END_TEST

START_TEST(nothing_in_them_leaves_the_isolate)
{
    isolates("a" PDI RLO "b", FSI "a" RLO "b" PDI);
    isolates("a" LRI "b" PDI PDI "c", FSI "a" LRI "b" PDI "c" PDI);
    isolates("a" LRI LRI "b", FSI "a" LRI LRI "b" PDI PDI PDI);
    isolates("a" LRI RLO "\nb" PDI "c", FSI "a" LRI RLO PDI PDI "\n" FSI "b"
                                            "c" PDI);
    isolates("a\u2029b\xc2\x85"
             "c\rd",
             FSI "a" PDI "\u2029" FSI "b" PDI "\xc2\x85" FSI "c" PDI "\r" FSI "d" PDI);
    isolates("\u00e9" RLO "\x1c"
             "b\x1d\x1e",
             FSI "\u00e9" RLO PDI "\x1c" FSI "b" PDI "\x1d" FSI PDI "\x1e" FSI PDI);
}
END_TEST

START_TEST(they_are_added_whole_or_not_at_all)
{
    struct arena *arena = suite_arena();
    for (size_t cap = 0; cap < 24; cap++) {
        struct text out = text_open(arena, cap);
        text_add(&out, "a ");
        told_add_isolated(&out, "नमस्ते");
        ck_assert_str_eq(out.data, cap < 2 ? "" : "a ");
        ck_assert(out.full);
    }
    struct text out = text_open(arena, 2 + 3 + 18 + 3);
    text_add(&out, "a ");
    told_add_isolated(&out, "नमस्ते");
    ck_assert_str_eq(out.data, "a " FSI "नमस्ते" PDI);
    arena_free(arena);
}
END_TEST

START_TEST(a_preface_that_cannot_be_read_is_not_taken_for_none)
{
    struct arena *arena = suite_arena();
    struct report report = {.preface = {.members = NULL}};
    ck_assert_ptr_null(told_preface(arena, &report));
    report.preface.members = "\"a\":1";
    ck_assert_int_eq(json_integer_value(json_object_get(told_preface(arena, &report), "a")), 1);
    ck_assert(!arena_is_short(arena));
    report.preface.members = "\"a\":";
    ck_assert_ptr_null(told_preface(arena, &report));
    ck_assert(arena_is_short(arena));
    arena_free(arena);
}
END_TEST

START_TEST(what_is_asked_for_turns_nothing_behind_it)
{
    struct arena *arena = suite_arena();
    const struct field asked[] = {{.name = "donor", .value = RLO "x"},
                                  {.name = "year", .value = "2021"}};
    const struct report report = {.parameters = asked, .parameter_count = 2};
    ck_assert_str_eq(told_parameters(arena, &report),
                     "Asked for: donor " FSI RLO "x" PDI ", year 2021.");
    ck_assert_str_eq(told_total(arena, RLO "x"), "Total, " FSI RLO "x" PDI);
    arena_free(arena);
}
END_TEST

static const char manifest_text[] =
    "{\"totals\":[\"amount\"],\"columns\":["
    "{\"name\":\"year\",\"type\":\"integer\"},{\"name\":\"currency\",\"type\":\"text\"},"
    "{\"name\":\"amount\",\"type\":\"decimal\",\"unit\":\"currency of the row\"}],\"charts\":["
    "{\"kind\":\"bars\",\"title\":\"By year\",\"by\":\"year\",\"values\":[\"amount\"]}%s]}";

static const char second_chart[] =
    ",{\"kind\":\"bars\",\"title\":\"Again\",\"by\":\"year\",\"values\":[\"amount\"]}";

/* How many panels are drawn of a report of so many currencies, the first of nothing. */
static size_t drawn_of(size_t currencies, bool two_charts, bool *has_rest)
{
    char text[2000];
    char currency[] = "AAA";
    struct arena *arena = suite_arena();
    (void)snprintf(text, sizeof text, manifest_text, two_charts ? second_chart : "");
    json_t *manifest = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(manifest);
    const struct report report = {.manifest = manifest};
    struct figures *figures = figures_open(arena, &report);
    for (size_t i = 0; i < currencies; i++) {
        const char *const cells[] = {"2021", currency, i == 0 ? "0" : "1.00"};
        ck_assert(figures_take(figures, cells));
        currency[0]++;
    }
    const struct panel *drawn[TOLD_PANELS];
    const char *rest = NULL;
    const size_t count = told_panels(figures, &figures->charts[0], drawn, &rest);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_ne(drawn[i]->currency, "AAA");
    *has_rest = rest != NULL;
    json_decref(manifest);
    arena_free(arena);
    return count;
}

START_TEST(of_a_chart_alone_more_panels_are_drawn_and_what_is_left_out_is_told)
{
    bool rest = true;
    ck_assert_uint_eq(drawn_of(0, false, &rest), 0);
    ck_assert(!rest);
    ck_assert_uint_eq(drawn_of(1, false, &rest), 0);
    ck_assert(!rest);
    ck_assert_uint_eq(drawn_of(5, false, &rest), 4);
    ck_assert(!rest);
    ck_assert_uint_eq(drawn_of(6, false, &rest), 4);
    ck_assert(rest);
    ck_assert_uint_eq(drawn_of(3, true, &rest), 2);
    ck_assert(!rest);
    ck_assert_uint_eq(drawn_of(4, true, &rest), 2);
    ck_assert(rest);
}
END_TEST

SUITE("told", words_of_another_direction_are_isolated_and_those_of_ascii_stay,
      nothing_in_them_leaves_the_isolate, they_are_added_whole_or_not_at_all,
      a_preface_that_cannot_be_read_is_not_taken_for_none,
      what_is_asked_for_turns_nothing_behind_it,
      of_a_chart_alone_more_panels_are_drawn_and_what_is_left_out_is_told)
