/* chart.c - the charts of a report: what is drawn, and in which order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"

#include <stdlib.h>
#include <string.h>

enum { POINTER_BYTES = sizeof(void *) };

/* ---------------------------------------------------------------- text */

static bool is_first_byte(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

int chart_width(const char *text)
{
    int letters = 0;
    for (; *text != '\0'; text++)
        letters += is_first_byte(*text);
    return letters * LETTER;
}

const char *chart_shorten(const struct figures *figures, const char *text, int width)
{
    if (chart_width(text) <= width)
        return text;
    const int letters = width / LETTER - 1;
    size_t length = 0;
    for (int seen = 0; text[length] != '\0'; length++) {
        seen += is_first_byte(text[length]);
        if (seen > letters)
            break;
    }
    const char *cut = arena_format(figures->arena, "%.*s…", (int)length, text);
    return cut != NULL ? cut : "";
}

const char *chart_key(const char *key)
{
    return key != NULL && key[0] != '\0' ? key : "not stated";
}

bool chart_is_known(const struct sum *sum)
{
    return !sum->broken && (sum->missing == 0 || !decimal_is_zero(&sum->value));
}

const char *chart_sum(const struct figures *figures, const struct sum *sum)
{
    char text[DECIMAL_BYTES];
    if (!chart_is_known(sum))
        return "";
    decimal_print(&sum->value, text);
    const char *copy = arena_copy(figures->arena, text);
    return copy != NULL ? copy : "";
}

const char *chart_short(const struct figures *figures, const struct sum *sum)
{
    char text[DECIMAL_SHORT_BYTES];
    if (!chart_is_known(sum))
        return "";
    decimal_print_short(&sum->value, text);
    const char *copy = arena_copy(figures->arena, text);
    return copy != NULL ? copy : "";
}

const char *chart_tiny(const struct figures *figures, const struct sum *sum, int width)
{
    static const char *const words[][2] = {
        {" thousand", "k"}, {" million", "M"}, {" billion", "bn"}, {" trillion", "tn"}};
    const char *text = chart_short(figures, sum);
    const char *word = strchr(text, ' ');
    if (word == NULL || chart_width(text) <= width)
        return text;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i][0]) == 0)
            text = arena_format(figures->arena, "%.*s%s", (int)(word - text), text, words[i][1]);
    return text != NULL ? text : "";
}

/* ---------------------------------------------------------------- order */

/* Years and other whole numbers by value. */
static int compare_keys(const void *a, const void *b)
{
    const struct tally_entry *const *left = a;
    const struct tally_entry *const *right = b;
    const char *one = (*left)->key[0] != NULL ? (*left)->key[0] : "";
    const char *other = (*right)->key[0] != NULL ? (*right)->key[0] : "";
    const size_t lengths[] = {strlen(one), strlen(other)};
    if (lengths[0] != lengths[1])
        return lengths[0] < lengths[1] ? -1 : 1;
    return strcmp(one, other);
}

/* The largest first; the keys decide between equals, so that the same rows give the same drawing.
 */
static int compare_sums(const void *a, const void *b)
{
    const struct tally_entry *const *left = a;
    const struct tally_entry *const *right = b;
    const int order = decimal_compare(&(*right)->sums[0].value, &(*left)->sums[0].value);
    for (size_t i = 0; order == 0 && i < TALLY_KEYS; i++) {
        const char *one = (*left)->key[i] != NULL ? (*left)->key[i] : "";
        const char *other = (*right)->key[i] != NULL ? (*right)->key[i] : "";
        if (strcmp(one, other) != 0)
            return strcmp(one, other);
    }
    return order;
}

const struct tally_entry **chart_order(const struct figures *figures, const struct chart *chart,
                                       const struct panel *panel)
{
    const size_t count = panel->tally.count;
    const struct tally_entry **entries = arena_alloc(figures->arena, (count + 1) * POINTER_BYTES);
    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        entries[i] = &panel->tally.entries[i];
    if (chart->kind == CHART_FLOW)
        qsort(entries, count, POINTER_BYTES, compare_sums);
    else if (chart->kind == CHART_BARS &&
             strcmp(report_word(figures_column(figures, chart->keys[0]), "type"), "integer") == 0)
        qsort(entries, count, POINTER_BYTES, compare_keys);
    return entries;
}

int chart_tell_rest(const struct drawing *drawing, size_t rest, const char *of, int y)
{
    if (rest == 0)
        return 0;
    const char *text =
        arena_format(drawing->figures->arena, "%zu more %sare in the table.", rest, of);
    const struct label label = {
        .x = 0, .y = y + ASCENT, .voice = VOICE_SOFT, .text = text != NULL ? text : ""};
    drawing->canvas->label(drawing->canvas->to, &label);
    return LINE;
}

/* The sums of the entries from here on. */
static struct tally_entry *join(const struct drawing *drawing, const struct tally_entry **entries,
                                size_t from, size_t count)
{
    struct arena *arena = drawing->figures->arena;
    struct tally_entry *rest = arena_alloc(arena, sizeof *rest);
    struct sum *sums = arena_alloc(arena, drawing->chart->value_count * sizeof *sums);
    const char *name = chart_rest_name(drawing->figures, count - from);
    if (rest == NULL || sums == NULL)
        return NULL;
    *rest = (struct tally_entry){.key = {name}, .sums = sums};
    for (size_t i = from; i < count; i++)
        for (size_t v = 0; v < drawing->chart->value_count; v++)
            sum_join(&sums[v], &entries[i]->sums[v]);
    return rest;
}

size_t chart_fold(const struct drawing *drawing, const struct tally_entry ***entries, size_t *count,
                  size_t most)
{
    const size_t rest = *count - most;
    const struct tally_entry **sorted =
        arena_alloc(drawing->figures->arena, (*count + 1) * POINTER_BYTES);
    if (sorted == NULL) {
        *count = most;
        return rest;
    }
    memcpy(sorted, *entries, *count * POINTER_BYTES);
    qsort(sorted, *count, POINTER_BYTES, compare_sums);
    const struct tally_entry *joined =
        drawing->chart->adds ? join(drawing, sorted, most, *count) : NULL;
    *entries = sorted;
    *count = most + (joined != NULL);
    sorted[most] = joined != NULL ? joined : sorted[most];
    return joined != NULL ? 0 : rest;
}

const char *chart_rest_name(const struct figures *figures, size_t count)
{
    const char *name = arena_format(figures->arena, "everything else (%zu)", count);
    return name != NULL ? name : "everything else";
}

/* ---------------------------------------------------------------- all of them */

bool chart_flows(const struct tally_entry *entry)
{
    const struct sum *sum = &entry->sums[0];
    return !sum->broken && !sum->value.negative && !decimal_is_zero(&sum->value);
}

bool chart_is_beside(const struct chart *chart, const struct panel *one, const struct panel *other)
{
    for (size_t i = 0; i < chart->apart_count; i++) {
        const char *a = one->apart[i];
        const char *b = other->apart[i];
        if (a != b && (a == NULL || b == NULL || strcmp(a, b) != 0))
            return false;
    }
    return true;
}

/* Bars of nothing show nothing, and unknown ones too; a grid shows what is not known. */
static bool shows_entry(const struct chart *chart, const struct tally_entry *entry)
{
    for (size_t v = 0; v < chart->value_count; v++)
        if (chart_is_known(&entry->sums[v]) && !decimal_is_zero(&entry->sums[v].value))
            return true;
    return chart->kind == CHART_HEAT;
}

bool chart_shows(const struct chart *chart, const struct panel *panel)
{
    for (size_t i = 0; i < panel->tally.count; i++)
        if (chart->kind == CHART_FLOW ? chart_flows(&panel->tally.entries[i])
                                      : shows_entry(chart, &panel->tally.entries[i]))
            return true;
    return false;
}

void chart_draw(const struct canvas *canvas, const struct figures *figures,
                const struct chart *chart, const struct panel *panel, int width)
{
    static void (*const kinds[])(const struct drawing *drawing) = {[CHART_BARS] = chart_draw_bars,
                                                                   [CHART_FLOW] = chart_draw_flow,
                                                                   [CHART_HEAT] = chart_draw_heat};
    struct drawing drawing = {.canvas = canvas,
                              .figures = figures,
                              .chart = chart,
                              .panel = panel,
                              .entries = chart_order(figures, chart, panel),
                              .count = panel->tally.count,
                              .width = width,
                              .title = chart_title(figures, chart, panel)};
    if (drawing.entries == NULL || !chart_shows(chart, panel))
        return;
    drawing.description = chart_describe(&drawing);
    kinds[chart->kind](&drawing);
}
