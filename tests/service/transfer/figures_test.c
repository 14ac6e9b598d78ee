/* figures_test.c - sums and charts of rows, and what does not add up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart.h"
#include "transfer/markup.h"
#include "transfer/svg.h"

#include "service/suite.h"

#include <stdio.h>
#include <string.h>

static const char manifest_text[] =
    "{\"totals\":[\"amount\"],\"columns\":["
    "{\"name\":\"donor\",\"type\":\"text\"},{\"name\":\"year\",\"type\":\"integer\"},"
    "{\"name\":\"currency\",\"type\":\"text\"},"
    "{\"name\":\"amount\",\"type\":\"decimal\",\"unit\":\"currency of the row\"}],\"charts\":["
    "{\"kind\":\"bars\",\"title\":\"By year\",\"by\":\"year\",\"values\":[\"amount\"],"
    "\"where\":{\"donor\":[\"A\",\"B\"]}},"
    "{\"kind\":\"flow\",\"title\":\"Flow\",\"through\":[\"donor\",\"year\"],\"value\":\"amount\"},"
    "{\"kind\":\"heat\",\"title\":\"Heat\",\"rows\":\"donor\",\"columns\":\"year\","
    "\"value\":\"amount\"},"
    "{\"kind\":\"bars\",\"title\":\"No such column\",\"by\":\"country\",\"values\":[\"amount\"]}]}";

struct run {
    struct arena *arena;
    json_t *manifest;
    struct figures *figures;
};

/* A kind of money is kept apart; a rate adds up nowhere. */
static const char apart_text[] =
    "{\"totals\":[\"amount\"],\"apart\":[\"donor\"],\"totals_where\":{\"year\":[null,\"2021\"]},"
    "\"columns\":["
    "{\"name\":\"donor\",\"type\":\"text\"},{\"name\":\"year\",\"type\":\"integer\"},"
    "{\"name\":\"currency\",\"type\":\"text\"},"
    "{\"name\":\"amount\",\"type\":\"decimal\",\"unit\":\"currency of the row\"},"
    "{\"name\":\"rate\",\"type\":\"decimal\",\"unit\":\"percent\"}],\"charts\":["
    "{\"kind\":\"bars\",\"title\":\"By year\",\"by\":\"year\",\"values\":[\"amount\"]},"
    "{\"kind\":\"bars\",\"title\":\"Rate\",\"by\":\"year\",\"values\":[\"rate\"]},"
    "{\"kind\":\"flow\",\"title\":\"No "
    "flow\",\"through\":[\"donor\",\"year\"],\"value\":\"amount\"},"
    "{\"kind\":\"flow\",\"title\":\"Neither\",\"through\":[\"currency\",\"year\"],\"value\":"
    "\"rate\"}]}";

static struct run prepare_from(const char *text)
{
    struct run run = {.arena = arena_make(64 << 20), .manifest = json_loads(text, 0, NULL)};
    ck_assert_ptr_nonnull(run.manifest);
    const struct report report = {.manifest = run.manifest};
    run.figures = figures_open(run.arena, &report);
    ck_assert_ptr_nonnull(run.figures);
    return run;
}

static struct run prepare(void)
{
    return prepare_from(manifest_text);
}

static void end(struct run *run)
{
    json_decref(run->manifest);
    arena_free(run->arena);
}

static void take(struct run *run, const char *donor, const char *year, const char *currency,
                 const char *amount)
{
    const char *const cells[] = {donor, year, currency, amount};
    ck_assert(figures_take(run->figures, cells));
}

START_TEST(sums_are_exact_and_by_currency)
{
    struct run run = prepare();
    take(&run, "A", "2020", "USD", "12345678901234567.89");
    take(&run, "B", "2021", "JPY", "7");
    take(&run, NULL, "2020", "USD", "0.11");
    take(&run, "A", "2019", "USD", NULL);
    const struct tally *sums = &run.figures->sums;
    ck_assert_uint_eq(sums->count, 2);
    ck_assert_str_eq(chart_sum(run.figures, &sums->entries[0].sums[0]), "12345678901234568.00");
    ck_assert_uint_eq(sums->entries[0].sums[0].missing, 1);
    ck_assert_str_eq(chart_sum(run.figures, &sums->entries[1].sums[0]), "7");
    ck_assert_uint_eq(run.figures->row_count, 4);
    end(&run);
}
END_TEST

START_TEST(a_chart_takes_the_rows_it_asks_for_and_orders_years)
{
    struct run run = prepare();
    take(&run, "A", "2021", "USD", "1");
    take(&run, "C", "2021", "USD", "100");
    take(&run, "B", "2019", "USD", "2");
    take(&run, "B", "2021", "USD", "3");
    ck_assert_uint_eq(run.figures->chart_count, 3);
    const struct chart *bars = &run.figures->charts[0];
    const struct tally_entry **order = chart_order(run.figures, bars, bars->panels);
    ck_assert_uint_eq(bars->panels->tally.count, 2);
    ck_assert_str_eq(order[0]->key[0], "2019");
    ck_assert_str_eq(chart_sum(run.figures, &order[1]->sums[0]), "4");
    ck_assert_str_eq(chart_title(run.figures, bars, bars->panels), "By year, USD");
    end(&run);
}
END_TEST

START_TEST(what_cannot_be_added_up_has_no_sum)
{
    struct run run = prepare();
    take(&run, "A", "2021", "USD", "999999999999999999999999999999999999999999999999999999");
    take(&run, "A", "2021", "USD", "1");
    take(&run, "A", "2021", "EUR", NULL);
    const struct panel *usd = run.figures->charts[0].panels;
    ck_assert_str_eq(chart_sum(run.figures, &usd->tally.entries[0].sums[0]), "");
    ck_assert(!chart_shows(&run.figures->charts[0], usd));
    ck_assert(!chart_shows(&run.figures->charts[0], usd->next));
    end(&run);
}
END_TEST

static void take_rate(struct run *run, const char *donor, const char *year, const char *amount,
                      const char *rate)
{
    const char *const cells[] = {donor, year, "USD", amount, rate};
    ck_assert(figures_take(run->figures, cells));
}

START_TEST(a_title_of_long_words_is_whole)
{
    struct run run = prepare_from(apart_text);
    struct text donor = text_open(run.arena, 1000);
    for (size_t i = 0; i < 200; i++)
        text_add(&donor, "\u0928");
    take_rate(&run, donor.data, "2021", "1", NULL);
    const struct chart *bars = &run.figures->charts[0];
    const char *title = chart_title(run.figures, bars, bars->panels);
    ck_assert(text_is_utf8(title, strlen(title)));
    ck_assert_ptr_nonnull(strstr(title, donor.data));
    ck_assert_ptr_nonnull(strstr(title, "\u2069, USD"));
    end(&run);
}
END_TEST

START_TEST(what_is_kept_apart_has_panels_and_totals_of_its_own)
{
    struct run run = prepare_from(apart_text);
    ck_assert_uint_eq(run.figures->chart_count, 2);
    take_rate(&run, "A", "2020", "1", "10");
    take_rate(&run, "B", "2021", "2", "20");
    take_rate(&run, "B", "2021", "4", "30");
    take_rate(&run, "A", NULL, "8", "40");
    take_rate(&run, "B", "2020", "16", "50");
    const struct chart *bars = &run.figures->charts[0];
    /* The panel of the most rows is the first. */
    ck_assert_str_eq(chart_title(run.figures, bars, bars->panels), "By year, donor B, USD");
    ck_assert_str_eq(bars->panels->next->apart[0], "A");
    ck_assert_ptr_null(bars->panels->next->next);
    /* 2020 is not among the rows that are added up. */
    const struct tally *sums = &run.figures->sums;
    ck_assert_uint_eq(sums->count, 2);
    ck_assert_str_eq(chart_sum(run.figures, &sums->entries[0].sums[0]), "6");
    ck_assert_str_eq(chart_sum(run.figures, &sums->entries[1].sums[0]), "8");
    end(&run);
}
END_TEST

START_TEST(two_rows_never_meet_in_a_rate)
{
    struct run run = prepare_from(apart_text);
    take_rate(&run, "A", "2020", "1", "10");
    take_rate(&run, "A", "2021", "2", "20");
    take_rate(&run, "A", "2021", "4", "30");
    const struct chart *rate = &run.figures->charts[1];
    const struct tally_entry **order = chart_order(run.figures, rate, rate->panels);
    ck_assert_str_eq(chart_sum(run.figures, &order[0]->sums[0]), "10");
    ck_assert_str_eq(chart_sum(run.figures, &order[1]->sums[0]), "");
    ck_assert_ptr_null(chart_caption(run.figures, rate, rate->panels));
    ck_assert_str_eq(
        chart_caption(run.figures, &run.figures->charts[0], run.figures->charts[0].panels),
        "Altogether 7.");
    end(&run);
}
END_TEST

/* No row, one row, and nothing but nulls: each is drawn or left out whole. */
START_TEST(little_or_nothing_is_drawn_as_well)
{
    struct run run = prepare();
    struct text out = text_open(run.arena, 1 << 20);
    struct markup page = markup_begin(&out);
    struct svg svg = {.page = &page, .class = "wide"};
    const struct canvas canvas = svg_canvas(&svg);
    ck_assert_ptr_null(run.figures->charts[0].panels);
    take(&run, NULL, NULL, NULL, NULL);
    for (size_t i = 0; i < run.figures->chart_count; i++)
        if (run.figures->charts[i].panels != NULL)
            chart_draw(&canvas, run.figures, &run.figures->charts[i], run.figures->charts[i].panels,
                       5600);
    ck_assert_ptr_nonnull(strstr(out.data, "1 figure, 1 not known."));
    take(&run, "A", "2020", "USD", "5");
    for (size_t i = 0; i < run.figures->chart_count; i++)
        for (const struct panel *panel = run.figures->charts[i].panels; panel != NULL;
             panel = panel->next)
            chart_draw(&canvas, run.figures, &run.figures->charts[i], panel, 5600);
    ck_assert_ptr_nonnull(strstr(out.data, "A to 2020: 5. "));
    ck_assert_uint_eq(page.depth, 0);
    end(&run);
}
END_TEST

/* What has no room of its own is in one figure, and its sum is kept: 1 + 2 + .. + 13. */
START_TEST(everything_else_keeps_its_sum)
{
    struct run run = prepare();
    struct text out = text_open(run.arena, 1 << 20);
    struct markup page = markup_begin(&out);
    struct svg svg = {.page = &page, .class = "wide"};
    const struct canvas canvas = svg_canvas(&svg);
    for (int i = 1; i <= 20; i++) {
        char donor[8];
        char amount[8];
        (void)snprintf(donor, sizeof donor, "D%d", i);
        (void)snprintf(amount, sizeof amount, "%d", i);
        take(&run, donor, "2020", "USD", amount);
    }
    chart_draw(&canvas, run.figures, &run.figures->charts[1], run.figures->charts[1].panels, 5600);
    ck_assert_ptr_nonnull(strstr(out.data, "everything else (13)"));
    ck_assert_ptr_nonnull(strstr(out.data, "  91</text>"));
    ck_assert_str_eq(
        chart_caption(run.figures, &run.figures->charts[1], run.figures->charts[1].panels),
        "Altogether 210.");
    end(&run);
}
END_TEST

/* Many keys, negative and missing sums, long names: a drawing is closed, and in bounds of memory.
 */
START_TEST(every_chart_draws_what_it_is_given)
{
    struct run run = prepare();
    struct text out = text_open(run.arena, 16 << 20);
    struct markup page = markup_begin(&out);
    struct svg svg = {.page = &page, .class = "wide"};
    const struct canvas canvas = svg_canvas(&svg);
    for (int i = 0; i < 2500; i++) {
        char donor[80];
        char year[8];
        char amount[32];
        (void)snprintf(donor, sizeof donor, "Ministère de l’économie numérique %d", i % 57);
        (void)snprintf(year, sizeof year, "%d", 1950 + i % 83);
        (void)snprintf(amount, sizeof amount, "%d.%02d", (i - 40) * 977, i % 100);
        take(&run, i % 11 == 0 ? "A" : donor, i % 13 == 0 ? NULL : year, i % 7 ? "USD" : NULL,
             i % 17 == 0 ? NULL : amount);
    }
    for (size_t i = 0; i < run.figures->chart_count; i++)
        for (const struct panel *panel = run.figures->charts[i].panels; panel != NULL;
             panel = panel->next)
            chart_draw(&canvas, run.figures, &run.figures->charts[i], panel, 3360);
    ck_assert(!out.full);
    ck_assert_uint_eq(page.depth, 0);
    ck_assert_uint_eq(run.figures->kept, FIGURES_KEPT);
    ck_assert_ptr_nonnull(strstr(out.data, "more are in the table."));
    ck_assert_ptr_nonnull(strstr(out.data, "everything else ("));
    ck_assert_ptr_nonnull(strstr(out.data, "not stated"));
    end(&run);
}
END_TEST

SUITE("figures", sums_are_exact_and_by_currency,
      a_chart_takes_the_rows_it_asks_for_and_orders_years, what_cannot_be_added_up_has_no_sum,
      a_title_of_long_words_is_whole, what_is_kept_apart_has_panels_and_totals_of_its_own,
      two_rows_never_meet_in_a_rate, little_or_nothing_is_drawn_as_well,
      everything_else_keeps_its_sum, every_chart_draws_what_it_is_given)
