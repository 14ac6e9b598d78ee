/* chart_words.c - what a chart says in words: its title, what it adds up to, its gist. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"

#include "transfer/told.h"

#include <string.h>

/* Somebody's words are in them, and those may be long. */
enum { WORDS_BYTES = 256 * 1024, DESCRIPTION_BYTES = 2000, NAMED_MAX = 12 };

/* ---------------------------------------------------------------- title */

/* A column whose value the chart has chosen itself needs no second word. */
static bool is_chosen(const struct figures *figures, const struct chart *chart, size_t column)
{
    const json_t *values =
        json_object_get(chart->where, report_word(figures_column(figures, column), "name"));
    return values != NULL && (!json_is_array(values) || json_array_size(values) == 1);
}

bool chart_is_money(const struct chart *chart)
{
    return strncmp(chart->unit, "currency", strlen("currency")) == 0;
}

const char *chart_title(const struct figures *figures, const struct chart *chart,
                        const struct panel *panel)
{
    struct text title = text_open(figures->arena, WORDS_BYTES);
    text_add(&title, chart->title);
    for (size_t i = 0; i < chart->apart_count; i++) {
        if (panel->apart[i] == NULL || is_chosen(figures, chart, chart->apart[i]))
            continue;
        text_addf(&title, ", %s ", figures_label(figures, chart->apart[i]));
        told_add_isolated(&title, panel->apart[i]);
    }
    if (chart->unit[0] != '\0' && !chart_is_money(chart))
        text_addf(&title, ", %s", chart->unit);
    if (panel->currency != NULL)
        text_addf(&title, ", %s", panel->currency);
    return title.data;
}

/* ---------------------------------------------------------------- caption */

/* All that is drawn of one column. */
static struct sum sum_up(const struct chart *chart, const struct panel *panel, size_t value)
{
    struct sum sum = {.missing = 0};
    for (size_t i = 0; i < panel->tally.count; i++)
        if (chart->kind != CHART_FLOW || chart_flows(&panel->tally.entries[i]))
            sum_join(&sum, &panel->tally.entries[i].sums[value]);
    return sum;
}

static void tell_sums(struct text *out, const struct figures *figures, const struct chart *chart,
                      const struct panel *panel)
{
    for (size_t v = 0; v < chart->value_count; v++) {
        const struct sum sum = sum_up(chart, panel, v);
        const char *text = chart_sum(figures, &sum);
        const bool known = text[0] != '\0';
        if (v == 0)
            text_add(out, chart->value_count > 1 ? "Altogether: " : "Altogether ");
        else
            text_add(out, ", ");
        if (chart->value_count > 1)
            text_addf(out, "%s ", figures_label(figures, chart->values[v]));
        text_add(out, known ? told_number(figures->arena, text) : "what is not known");
        if (known && sum.missing > 0)
            text_add(out, " of what is known");
    }
    text_add(out, ". ");
}

/* Sums that no band can show: those below 0. */
static void tell_left_out(struct text *out, const struct figures *figures,
                          const struct panel *panel)
{
    struct sum sum = {.missing = 0};
    size_t count = 0;
    for (size_t i = 0; i < panel->tally.count; i++)
        if (panel->tally.entries[i].sums[0].value.negative) {
            sum_join(&sum, &panel->tally.entries[i].sums[0]);
            count++;
        }
    if (count > 0)
        text_addf(out, "Not drawn: %s in %zu flows below 0. ",
                  told_number(figures->arena, chart_sum(figures, &sum)), count);
}

static bool is_nothing(const struct chart *chart, const struct tally_entry *entry)
{
    for (size_t v = 0; v < chart->value_count; v++)
        if (!chart_is_known(&entry->sums[v]) || !decimal_is_zero(&entry->sums[v].value))
            return false;
    return true;
}

/* The keys of a panel of which there is nothing, and that are not in this one; how many were told
   before, and then. */
static size_t tell_keys_of_nothing(struct text *out, const struct chart *chart,
                                   const struct panel *panel, const struct panel *nothing,
                                   size_t told)
{
    for (size_t i = 0; i < nothing->tally.count && told < NAMED_MAX; i++) {
        const struct tally_entry *entry = &nothing->tally.entries[i];
        if (!is_nothing(chart, entry) || tally_get(&panel->tally, entry->key) != NULL)
            continue;
        text_add(out, told++ == 0 ? "Nothing at all: " : ", ");
        told_add_isolated(out, chart_key(entry->key[0]));
    }
    return told;
}

/* Rows of nothing have no currency, and so no place in the panel of one. */
static void tell_nothing(struct text *out, const struct chart *chart, const struct panel *panel)
{
    size_t told = 0;
    if (panel->currency == NULL || chart->kind != CHART_BARS || !chart_is_money(chart))
        return;
    for (const struct panel *other = chart->panels; other != NULL; other = other->next)
        if (other->currency == NULL && chart_is_beside(chart, panel, other))
            told = tell_keys_of_nothing(out, chart, panel, other, told);
    text_add(out, told > 0 ? ". " : "");
}

const char *chart_caption(const struct figures *figures, const struct chart *chart,
                          const struct panel *panel)
{
    struct text out = text_open(figures->arena, WORDS_BYTES);
    if (chart->note[0] != '\0')
        text_addf(&out, "%s ", chart->note);
    if (chart->adds && panel->tally.count > 1)
        tell_sums(&out, figures, chart, panel);
    if (chart->kind == CHART_FLOW)
        tell_left_out(&out, figures, panel);
    tell_nothing(&out, chart, panel);
    if (out.length == 0 || out.full)
        return NULL;
    out.data[out.length - 1] = '\0'; /* the space behind the last sentence */
    return out.data;
}

/* ---------------------------------------------------------------- the drawing in words */

static void tell_keys(struct text *out, const struct chart *chart, const struct tally_entry *entry)
{
    for (size_t i = 0; i < chart->key_count; i++) {
        text_add(out, i == 0 ? "" : chart->kind == CHART_FLOW ? " to " : ", ");
        told_add_isolated(out, chart_key(entry->key[i]));
    }
}

/* The figure that is furthest in this direction; NULL when none is known. */
static const struct tally_entry *furthest(const struct drawing *drawing, int direction)
{
    const struct tally_entry *found = NULL;
    for (size_t i = 0; i < drawing->count; i++) {
        const struct tally_entry *entry = drawing->entries[i];
        if (chart_is_known(&entry->sums[0]) &&
            (found == NULL ||
             direction * decimal_compare(&entry->sums[0].value, &found->sums[0].value) > 0))
            found = entry;
    }
    return found;
}

static void tell_furthest(struct text *out, const struct drawing *drawing, const char *word,
                          const struct tally_entry *entry)
{
    text_addf(out, "%s %s: ", word, figures_label(drawing->figures, drawing->chart->values[0]));
    tell_keys(out, drawing->chart, entry);
    text_addf(out, " with %s. ", chart_sum(drawing->figures, &entry->sums[0]));
}

/* What somebody who sees the drawing sees first. */
static void tell_gist(struct text *out, const struct drawing *drawing)
{
    const struct tally_entry *most = furthest(drawing, 1);
    const struct tally_entry *least = furthest(drawing, -1);
    size_t unknown = 0;
    for (size_t i = 0; i < drawing->count; i++)
        unknown += !chart_is_known(&drawing->entries[i]->sums[0]);
    text_addf(out, "%zu %s", drawing->count, drawing->count == 1 ? "figure" : "figures");
    if (unknown > 0)
        text_addf(out, ", %zu not known", unknown);
    text_add(out, ". ");
    if (drawing->chart->adds && drawing->count > 1)
        tell_sums(out, drawing->figures, drawing->chart, drawing->panel);
    if (most != NULL && drawing->count > 1) {
        tell_furthest(out, drawing, "Highest", most);
        tell_furthest(out, drawing, "Lowest", least);
    }
}

static void tell_entry(struct text *out, const struct drawing *drawing,
                       const struct tally_entry *entry)
{
    const struct chart *chart = drawing->chart;
    tell_keys(out, chart, entry);
    text_add(out, ": ");
    for (size_t i = 0; i < chart->value_count; i++) {
        const char *sum = chart_sum(drawing->figures, &entry->sums[i]);
        text_add(out, i > 0 ? ", " : "");
        if (chart->value_count > 1)
            text_addf(out, "%s ", figures_label(drawing->figures, chart->values[i]));
        text_add(out, sum[0] != '\0' ? sum : "not known");
    }
    text_add(out, ". ");
}

const char *chart_describe(const struct drawing *drawing)
{
    struct text out = text_open(drawing->figures->arena, WORDS_BYTES);
    size_t told = 0;
    tell_gist(&out, drawing);
    for (; told < drawing->count && out.length < DESCRIPTION_BYTES; told++)
        tell_entry(&out, drawing, drawing->entries[told]);
    if (told < drawing->count)
        text_addf(&out, "%zu more are in the table.", drawing->count - told);
    return out.data;
}
