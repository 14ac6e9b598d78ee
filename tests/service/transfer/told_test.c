/* told_test.c - which panels of a chart are drawn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/told.h"

#include "service/suite.h"

#include <stdio.h>

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

SUITE("told", of_a_chart_alone_more_panels_are_drawn_and_what_is_left_out_is_told)
