/* chart.c - the charts of a report: what they say in words, and bars. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    DESCRIPTION_BYTES = 2000,
    TITLE_BYTES = 400,
    BARS_MAX = 30,
    BAR_SPACE = 40, /* between groups of bars, at least */
    LABELLED = 480, /* a bar as wide as this has its value above it */
    AXIS = 760,     /* for the numbers of the scale */
    PLOT = 1700,    /* from 0 to the end of the scale */
    SWATCH = 100,
    POINTER_BYTES = sizeof(void *)
};

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

const char *chart_title(const struct figures *figures, const struct chart *chart,
                        const struct panel *panel)
{
    const char *unit = report_word(figures_column(figures, chart->values[0]), "unit");
    struct text title = text_open(figures->arena, TITLE_BYTES);
    text_add(&title, chart->title);
    if (panel->currency != NULL)
        text_addf(&title, ", %s", panel->currency);
    else if (unit[0] != '\0' && strncmp(unit, "currency", 8) != 0)
        text_addf(&title, ", %s", unit);
    return title.data;
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

/* ---------------------------------------------------------------- in words */

static void describe_entry(struct text *out, const struct drawing *drawing,
                           const struct tally_entry *entry)
{
    const struct chart *chart = drawing->chart;
    for (size_t i = 0; i < chart->key_count; i++) {
        text_add(out, i == 0 ? "" : chart->kind == CHART_FLOW ? " to " : ", ");
        text_add(out, chart_key(entry->key[i]));
    }
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

static const char *describe(const struct drawing *drawing)
{
    struct text out = text_open(drawing->figures->arena, (size_t)2 * DESCRIPTION_BYTES);
    size_t told = 0;
    for (; told < drawing->count && out.length < DESCRIPTION_BYTES; told++)
        describe_entry(&out, drawing, drawing->entries[told]);
    if (told < drawing->count)
        text_addf(&out, "%zu more are in the table.", drawing->count - told);
    return out.data;
}

int chart_tell_rest(const struct drawing *drawing, size_t rest, int y)
{
    if (rest == 0)
        return 0;
    const char *text = arena_format(drawing->figures->arena, "%zu more are in the table.", rest);
    const struct label label = {
        .x = 0, .y = y + ASCENT, .voice = VOICE_SOFT, .text = text != NULL ? text : ""};
    drawing->canvas->label(drawing->canvas->to, &label);
    return LINE;
}

/* ---------------------------------------------------------------- bars */

struct bars {
    const struct drawing *drawing;
    struct decimal end; /* of the scale */
    bool below;         /* there are sums below 0 */
    int zero;           /* y of it */
    int slot;           /* width for all bars of one key */
    int bar;
    size_t first;
};

static void measure_bars(struct bars *bars)
{
    const struct drawing *drawing = bars->drawing;
    struct decimal largest = {.negative = false};
    for (size_t i = bars->first; i < drawing->count; i++)
        for (size_t v = 0; v < drawing->chart->value_count; v++) {
            struct decimal size = drawing->entries[i]->sums[v].value;
            bars->below = bars->below || size.negative;
            size.negative = false;
            if (decimal_compare(&size, &largest) > 0)
                largest = size;
        }
    bars->end = decimal_round_up(&largest);
}

/* What the bars of each key stand for, in the order in which they stand; returns where it ends. */
static int draw_legend(const struct drawing *drawing)
{
    const struct canvas *canvas = drawing->canvas;
    int x = 0;
    int y = 0;
    for (size_t i = 0; i < drawing->chart->value_count; i++) {
        const char *text = figures_label(drawing->figures, drawing->chart->values[i]);
        const int width = SWATCH + 60 + chart_width(text) + 150;
        if (x > 0 && x + width > drawing->width) {
            x = 0;
            y += LINE;
        }
        const struct box swatch = {x, y + 20, SWATCH, SWATCH};
        const struct label label = {.x = x + SWATCH + 60, .y = y + ASCENT, .text = text};
        canvas->box(canvas->to, &swatch, (enum paint)(PAINT_1 + i));
        canvas->label(canvas->to, &label);
        x += width;
    }
    return y + LINE;
}

/* The same without drawing, for the height is told first. */
static int legend_height(const struct drawing *drawing)
{
    int x = 0;
    int height = LINE;
    for (size_t i = 0; i < drawing->chart->value_count; i++) {
        const char *text = figures_label(drawing->figures, drawing->chart->values[i]);
        const int width = SWATCH + 60 + chart_width(text) + 150;
        if (x > 0 && x + width > drawing->width) {
            x = 0;
            height += LINE;
        }
        x += width;
    }
    return height;
}

static void draw_scale_line(const struct bars *bars, const struct decimal *at, int y)
{
    const struct canvas *canvas = bars->drawing->canvas;
    const struct sum sum = {.value = *at};
    const struct box line = {AXIS, y, bars->drawing->width - AXIS, 0};
    const struct label label = {.x = AXIS - 60,
                                .y = y + 40,
                                .anchor = ANCHOR_END,
                                .voice = VOICE_SOFT,
                                .text = chart_short(bars->drawing->figures, &sum)};
    canvas->line(canvas->to, &line, decimal_is_zero(at));
    canvas->label(canvas->to, &label);
}

static void draw_scale(const struct bars *bars)
{
    const struct decimal none = {.negative = false};
    struct decimal half = decimal_half(&bars->end);
    struct decimal end = bars->end;
    draw_scale_line(bars, &end, bars->zero - PLOT);
    draw_scale_line(bars, &half, bars->zero - PLOT / 2);
    if (bars->below) {
        half.negative = end.negative = true;
        draw_scale_line(bars, &half, bars->zero + PLOT / 2);
        draw_scale_line(bars, &end, bars->zero + PLOT);
    }
    draw_scale_line(bars, &none, bars->zero);
}

static void draw_bar(const struct bars *bars, const struct sum *sum, size_t value, int x)
{
    const struct drawing *drawing = bars->drawing;
    const struct canvas *canvas = drawing->canvas;
    const int height = decimal_measure(&sum->value, &bars->end, PLOT);
    const struct box box = {x, sum->value.negative ? bars->zero : bars->zero - height, bars->bar,
                            height};
    if (!chart_is_known(sum))
        return;
    canvas->box(canvas->to, &box, (enum paint)(PAINT_1 + value));
    if (bars->bar < LABELLED)
        return;
    const struct label label = {.x = x + bars->bar / 2,
                                .y = sum->value.negative ? box.y + height + ASCENT : box.y - 40,
                                .anchor = ANCHOR_MIDDLE,
                                .voice = VOICE_STRONG,
                                .text = chart_shorten(drawing->figures,
                                                      chart_short(drawing->figures, sum),
                                                      bars->bar + BAR_SPACE)};
    canvas->label(canvas->to, &label);
}

static void draw_groups(const struct bars *bars, int bottom)
{
    const struct drawing *drawing = bars->drawing;
    const struct canvas *canvas = drawing->canvas;
    int widest = 0;
    for (size_t i = bars->first; i < drawing->count; i++) {
        const int width = chart_width(chart_key(drawing->entries[i]->key[0]));
        widest = width > widest ? width : widest;
    }
    /* Years are named as often as there is room for; names are cut. */
    const bool number = widest <= 6 * LETTER;
    const size_t every = number ? (size_t)((widest + 60) / bars->slot + 1) : 1;
    for (size_t i = bars->first; i < drawing->count; i++) {
        const int x = AXIS + (int)(i - bars->first) * bars->slot;
        for (size_t v = 0; v < drawing->chart->value_count; v++)
            draw_bar(bars, &drawing->entries[i]->sums[v], v,
                     x + (bars->slot - bars->bar * (int)drawing->chart->value_count) / 2 +
                         (int)v * bars->bar);
        if ((drawing->count - 1 - i) % every != 0)
            continue;
        const struct label label = {
            .x = x + bars->slot / 2,
            .y = bottom + ASCENT + 40,
            .anchor = ANCHOR_MIDDLE,
            .text = number ? chart_key(drawing->entries[i]->key[0])
                           : chart_shorten(drawing->figures, chart_key(drawing->entries[i]->key[0]),
                                           bars->slot)};
        canvas->label(canvas->to, &label);
    }
}

void chart_draw_bars(const struct drawing *drawing)
{
    struct bars bars = {.drawing = drawing,
                        .first = drawing->count > BARS_MAX ? drawing->count - BARS_MAX : 0};
    const size_t shown = drawing->count - bars.first;
    const struct canvas *canvas = drawing->canvas;
    measure_bars(&bars);
    bars.slot = (drawing->width - AXIS) / (int)shown;
    bars.bar = (bars.slot - BAR_SPACE) / (int)drawing->chart->value_count;
    bars.bar = bars.bar > 900 ? 900 : bars.bar < 10 ? 10 : bars.bar;
    bars.zero = legend_height(drawing) + 180 + PLOT;
    const int bottom = bars.zero + (bars.below ? PLOT + LINE : 0);
    const int height = bottom + LINE + 60 + (bars.first > 0 ? LINE : 0);
    canvas->open(canvas->to, drawing->width, height, drawing->title, drawing->description);
    (void)draw_legend(drawing);
    draw_scale(&bars);
    draw_groups(&bars, bottom);
    (void)chart_tell_rest(drawing, bars.first, bottom + LINE + 60);
    canvas->close(canvas->to);
}

/* ---------------------------------------------------------------- all of them */

bool chart_shows(const struct chart *chart, const struct panel *panel)
{
    for (size_t i = 0; i < panel->tally.count; i++)
        for (size_t v = 0; v < chart->value_count; v++) {
            const struct sum *sum = &panel->tally.entries[i].sums[v];
            const bool drawn = chart->kind != CHART_FLOW ||
                               (!sum->value.negative && !decimal_is_zero(&sum->value));
            if (chart_is_known(sum) && drawn)
                return true;
        }
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
    drawing.description = describe(&drawing);
    kinds[chart->kind](&drawing);
}
