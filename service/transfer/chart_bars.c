/* chart_bars.c - bars: years beside one another, names below one another. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"

#include <string.h>

enum {
    YEARS_MAX = 30,
    NAMES_MAX = 12,  /* the others together are one more */
    LYING_YEARS = 8, /* as many are drawn below one another for want of width */
    BAR_SPACE = 40,  /* between groups of bars, at least */
    LABELLED = 480,  /* a bar as wide as this has its value above it */
    WIDEST = 900,
    AXIS = 760,  /* for the numbers of the scale */
    PLOT = 1700, /* from 0 to the end of the scale */
    SWATCH = 100,
    THICK = 120,
    VALUE_ROOM = 900, /* behind a lying bar, for its value */
    NAME_ROOM = 1300, /* before it, for a short name */
    POINTER_BYTES = sizeof(void *)
};

/* ---------------------------------------------------------------- legend */

/* What the bars of each key stand for, in the order in which they stand; returns where it ends. One
   kind of bars is named by the title. Without a canvas nothing is drawn, for the height is told
   first. */
static int draw_legend(const struct drawing *drawing, const struct canvas *canvas)
{
    int x = 0;
    int y = 0;
    if (drawing->chart->value_count == 1)
        return 0;
    for (size_t i = 0; i < drawing->chart->value_count; i++) {
        const char *text = figures_label(drawing->figures, drawing->chart->values[i]);
        const int width = SWATCH + 60 + chart_width(text) + 150;
        if (x > 0 && x + width > drawing->width) {
            x = 0;
            y += LINE;
        }
        const struct box swatch = {x, y + 20, SWATCH, SWATCH};
        const struct label label = {.x = x + SWATCH + 60, .y = y + ASCENT, .text = text};
        if (canvas != NULL) {
            canvas->box(canvas->to, &swatch, (enum paint)(PAINT_1 + i));
            canvas->label(canvas->to, &label);
        }
        x += width;
    }
    return y + LINE;
}

/* ---------------------------------------------------------------- standing */

struct bars {
    const struct drawing *drawing;
    struct decimal end; /* of the scale */
    bool below;         /* there are sums below 0 */
    int zero;           /* y of it */
    int slot;           /* width for all bars of one key */
    int bar;
    size_t first;
};

static bool is_percent(const struct drawing *drawing)
{
    return strcmp(drawing->chart->unit, "percent") == 0;
}

/* Percents are seen against all of it. */
static struct decimal end_of(const struct drawing *drawing, const struct decimal *largest)
{
    struct decimal all;
    if (is_percent(drawing) && decimal_parse("100", &all) && decimal_compare(largest, &all) <= 0)
        return all;
    return decimal_round_up(largest);
}

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
    bars->end = end_of(drawing, &largest);
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

/* Years are named as often as there is room for. */
static void draw_groups(const struct bars *bars, int bottom)
{
    const struct drawing *drawing = bars->drawing;
    const struct canvas *canvas = drawing->canvas;
    int widest = 0;
    for (size_t i = bars->first; i < drawing->count; i++) {
        const int width = chart_width(chart_key(drawing->entries[i]->key[0]));
        widest = width > widest ? width : widest;
    }
    const size_t every = 1 + (size_t)(widest + 60) / (size_t)bars->slot;
    for (size_t i = bars->first; i < drawing->count; i++) {
        const int x = AXIS + (int)(i - bars->first) * bars->slot;
        for (size_t v = 0; v < drawing->chart->value_count; v++)
            draw_bar(bars, &drawing->entries[i]->sums[v], v,
                     x + (bars->slot - bars->bar * (int)drawing->chart->value_count) / 2 +
                         (int)v * bars->bar);
        if ((drawing->count - 1 - i) % every != 0)
            continue;
        const struct label label = {.x = x + bars->slot / 2,
                                    .y = bottom + ASCENT + 40,
                                    .anchor = ANCHOR_MIDDLE,
                                    .text = chart_key(drawing->entries[i]->key[0])};
        canvas->label(canvas->to, &label);
    }
}

/* How many the bars of one key can be wide, the last of the keys being shown. */
static void place_bars(struct bars *bars)
{
    const struct drawing *drawing = bars->drawing;
    bars->first = drawing->count > YEARS_MAX ? drawing->count - YEARS_MAX : 0;
    bars->slot = (drawing->width - AXIS) / (int)(drawing->count - bars->first);
    bars->bar = (bars->slot - BAR_SPACE) / (int)drawing->chart->value_count;
    bars->bar = bars->bar > WIDEST ? WIDEST : bars->bar < 10 ? 10 : bars->bar;
}

static void draw_standing(struct bars *bars)
{
    const struct drawing *drawing = bars->drawing;
    const struct canvas *canvas = drawing->canvas;
    measure_bars(bars);
    bars->zero = draw_legend(drawing, NULL) + 180 + PLOT;
    const int bottom = bars->zero + (bars->below ? PLOT + LINE : 0);
    const int height = bottom + LINE + 60 + (bars->first > 0 ? LINE : 0);
    canvas->open(canvas->to, drawing->width, height, drawing->title, drawing->description);
    (void)draw_legend(drawing, canvas);
    draw_scale(bars);
    draw_groups(bars, bottom);
    (void)chart_tell_rest(drawing, bars->first, "", bottom + LINE + 60);
    canvas->close(canvas->to);
}

/* ---------------------------------------------------------------- lying */

/* Every bar with its value behind it; those below 0 go to the left. */
struct lying {
    const struct drawing *drawing;
    const struct tally_entry **entries;
    size_t count;
    size_t rest;
    struct decimal span; /* from the lowest to the highest, 0 being between them */
    int left;            /* x of the names' end */
    int zero;
    int room; /* for the span */
    bool named_above;
};

static void measure_span(struct lying *lying)
{
    const struct drawing *drawing = lying->drawing;
    struct decimal most = {.negative = false};
    struct decimal least = {.negative = false};
    for (size_t i = 0; i < lying->count; i++)
        for (size_t v = 0; v < drawing->chart->value_count; v++) {
            const struct decimal *value = &lying->entries[i]->sums[v].value;
            if (decimal_compare(value, &most) > 0)
                most = *value;
            if (decimal_compare(value, &least) < 0)
                least = *value;
        }
    least.negative = false;
    lying->span = decimal_is_zero(&least) && is_percent(drawing) ? end_of(drawing, &most) : most;
    lying->room = drawing->width - lying->left - VALUE_ROOM;
    /* Too many digits: each side gets its half. */
    if (!decimal_add(&lying->span, &least))
        lying->room /= 2;
    lying->zero = lying->left + decimal_measure(&least, &lying->span, lying->room);
}

static void place_names(struct lying *lying)
{
    int widest = 0;
    for (size_t i = 0; i < lying->count; i++) {
        const int width = chart_width(chart_key(lying->entries[i]->key[0]));
        widest = width > widest ? width : widest;
    }
    lying->named_above = widest > NAME_ROOM;
    lying->left = lying->named_above ? 0 : widest + 140;
}

static void draw_lying_bar(const struct lying *lying, const struct sum *sum, size_t value, int y)
{
    const struct drawing *drawing = lying->drawing;
    const struct canvas *canvas = drawing->canvas;
    const bool known = chart_is_known(sum);
    const int width = decimal_measure(&sum->value, &lying->span, lying->room);
    const struct box box = {sum->value.negative ? lying->zero - width : lying->zero, y + 20, width,
                            THICK};
    const struct label label = {.x = (sum->value.negative ? lying->zero : box.x + width) + 50,
                                .y = y + ASCENT + 20,
                                .voice = known ? VOICE_PLAIN : VOICE_SOFT,
                                .text = known ? chart_short(drawing->figures, sum) : "not known"};
    if (known)
        canvas->box(canvas->to, &box, (enum paint)(PAINT_1 + value));
    canvas->label(canvas->to, &label);
}

static int height_of(const struct lying *lying)
{
    const int lines = (int)lying->drawing->chart->value_count + lying->named_above;
    return lines * LINE + BAR_SPACE;
}

static void draw_lying_group(const struct lying *lying, const struct tally_entry *entry, int y)
{
    const struct drawing *drawing = lying->drawing;
    const struct label name = {
        .x = lying->named_above ? 0 : lying->left - 80,
        .y = y + ASCENT + (lying->named_above ? 0 : 20),
        .anchor = lying->named_above ? ANCHOR_START : ANCHOR_END,
        .voice = lying->named_above ? VOICE_STRONG : VOICE_PLAIN,
        .text = chart_shorten(drawing->figures, chart_key(entry->key[0]), drawing->width)};
    drawing->canvas->label(drawing->canvas->to, &name);
    for (size_t v = 0; v < drawing->chart->value_count; v++)
        draw_lying_bar(lying, &entry->sums[v], v, y + ((int)v + lying->named_above) * LINE);
}

static void draw_lying(const struct drawing *drawing)
{
    const struct canvas *canvas = drawing->canvas;
    struct lying lying = {.drawing = drawing, .entries = drawing->entries, .count = drawing->count};
    if (lying.count > NAMES_MAX + 1)
        lying.rest = chart_fold(drawing, &lying.entries, &lying.count, NAMES_MAX);
    place_names(&lying);
    measure_span(&lying);
    const int top = draw_legend(drawing, NULL) + 30;
    const int bottom = top + (int)lying.count * height_of(&lying);
    canvas->open(canvas->to, drawing->width, bottom + 20 + (lying.rest > 0 ? LINE : 0),
                 drawing->title, drawing->description);
    (void)draw_legend(drawing, canvas);
    for (size_t i = 0; i < lying.count; i++)
        draw_lying_group(&lying, lying.entries[i], top + (int)i * height_of(&lying));
    const struct box base = {lying.zero, top, 0, bottom - top};
    canvas->line(canvas->to, &base, true);
    (void)chart_tell_rest(drawing, lying.rest, "", bottom + 20);
    canvas->close(canvas->to);
}

/* ---------------------------------------------------------------- either */

/* Names need room, and so do values above bars that are many. */
void chart_draw_bars(const struct drawing *drawing)
{
    struct bars bars = {.drawing = drawing};
    const json_t *column = figures_column(drawing->figures, drawing->chart->keys[0]);
    place_bars(&bars);
    if (strcmp(report_word(column, "type"), "integer") != 0 ||
        (bars.bar < LABELLED && drawing->count <= LYING_YEARS))
        draw_lying(drawing);
    else
        draw_standing(&bars);
}
