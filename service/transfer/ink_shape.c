/* ink_shape.c - what a paper is drawn with: boxes, lines, and the paints of charts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/ink_parts.h"

enum {
    HATCH = 80, /* from one line of a pattern to the next */
    FINE = 8,   /* a thin line */
    BAND_PERCENT = 40,
    HALO_PERCENT = 75,
    OUTLINE = 0x0c1f33
};

/* The colours of the page's stylesheet in print. Each has a pattern of its own, so that they are
   told apart without colour. */
enum hatch { PLAIN, RISING, LYING, FALLING, UPRIGHT, CROSSED, DOTTED };

static const struct {
    int colour;
    int percent;
    enum hatch hatch;
    int outline;
    int lines;
} paints[PAINTS] = {
    [PAINT_1] = {0x1b5e9e, 100, PLAIN, OUTLINE, 0},
    [PAINT_2] = {0x8fb8de, 100, RISING, OUTLINE, OUTLINE},
    [PAINT_3] = {0x0c7f76, 100, LYING, OUTLINE, 0xffffff},
    [PAINT_4] = {0xd9a15a, 100, FALLING, OUTLINE, OUTLINE},
    [PAINT_5] = {0x7a4aa0, 100, UPRIGHT, OUTLINE, 0xffffff},
    [PAINT_6] = {0xd98aa3, 100, CROSSED, OUTLINE, OUTLINE},
    [PAINT_REST] = {0x9aa7b4, 100, DOTTED, OUTLINE, OUTLINE},
    [PAINT_INK] = {OUTLINE, 100, PLAIN, OUTLINE, 0},
    [PAINT_HEAT_0] = {0xffffff, 100, PLAIN, 0xaab6c2, 0},
    [PAINT_HEAT_1] = {0x8fb8de, 25, PLAIN, 0xaab6c2, 0},
    [PAINT_HEAT_2] = {0x8fb8de, 50, PLAIN, 0xaab6c2, 0},
    [PAINT_HEAT_3] = {0x8fb8de, 75, PLAIN, 0xaab6c2, 0},
    [PAINT_HEAT_4] = {0x8fb8de, 100, PLAIN, 0xaab6c2, 0},
    [PAINT_UNKNOWN] = {0xffffff, 100, RISING, 0xaab6c2, 0xaab6c2},
};

/* ---------------------------------------------------------------- plain ones */

void ink_boxes(struct ink *ink, const struct box *boxes, size_t count, enum ink_colour colour)
{
    if (ink->rehearsing)
        return;
    for (size_t i = 0; i < count; i++)
        cairo_rectangle(ink->cairo, boxes[i].x, boxes[i].y, boxes[i].width, boxes[i].height);
    ink_colour_set(ink, ink_colour_of(colour), 100);
    cairo_fill(ink->cairo);
}

void ink_rule(struct ink *ink, const struct box *from_to, int thickness, enum ink_colour colour)
{
    if (ink->rehearsing)
        return;
    cairo_move_to(ink->cairo, from_to->x, from_to->y);
    cairo_rel_line_to(ink->cairo, from_to->width, from_to->height);
    cairo_set_line_width(ink->cairo, thickness);
    ink_colour_set(ink, ink_colour_of(colour), 100);
    cairo_stroke(ink->cairo);
}

void ink_halo(struct ink *ink, const struct box *box)
{
    if (ink->rehearsing)
        return;
    cairo_rectangle(ink->cairo, box->x, box->y, box->width, box->height);
    ink_colour_set(ink, 0xffffff, HALO_PERCENT);
    cairo_fill(ink->cairo);
}

/* ---------------------------------------------------------------- patterns */

static void add_line(cairo_t *cairo, int x1, int y1, int x2, int y2)
{
    cairo_move_to(cairo, x1, y1);
    cairo_line_to(cairo, x2, y2);
}

static void add_dots(cairo_t *cairo, const struct box *box)
{
    for (int y = box->y + HATCH / 4; y < box->y + box->height; y += HATCH / 2)
        for (int x = box->x + HATCH / 4 + (y / (HATCH / 2)) % 2 * HATCH / 2;
             x < box->x + box->width; x += HATCH)
            add_line(cairo, x, y, x + 2 * FINE, y);
}

/* Over the whole box; whoever calls has clipped what is to be seen of it. */
static void draw_hatch(struct ink *ink, const struct box *box, enum paint paint, int percent)
{
    const enum hatch hatch = paints[paint].hatch;
    cairo_t *cairo = ink->cairo;
    const int right = box->x + box->width;
    const int bottom = box->y + box->height;
    if (hatch == RISING || hatch == CROSSED)
        for (int x = box->x; x < right + box->height; x += HATCH)
            add_line(cairo, x, box->y, x - box->height, bottom);
    if (hatch == FALLING || hatch == CROSSED)
        for (int x = box->x - box->height; x < right; x += HATCH)
            add_line(cairo, x, box->y, x + box->height, bottom);
    if (hatch == LYING)
        for (int y = box->y + HATCH / 2; y < bottom; y += HATCH / 2)
            add_line(cairo, box->x, y, right, y);
    if (hatch == UPRIGHT)
        for (int x = box->x + HATCH / 2; x < right; x += HATCH / 2)
            add_line(cairo, x, box->y, x, bottom);
    if (hatch == DOTTED)
        add_dots(cairo, box);
    cairo_set_line_width(cairo, hatch == DOTTED ? 2 * FINE : FINE);
    ink_colour_set(ink, paints[paint].lines, percent);
    cairo_stroke(cairo);
}

/* Fills and outlines the path there is, which lies in the box. */
static void paint_path(struct ink *ink, const struct box *box, enum paint paint, int percent)
{
    cairo_t *cairo = ink->cairo;
    ink_colour_set(ink, paints[paint].colour, percent * paints[paint].percent / 100);
    cairo_fill_preserve(cairo);
    if (paints[paint].hatch != PLAIN) {
        cairo_path_t *path = cairo_copy_path(cairo);
        cairo_save(cairo);
        cairo_clip(cairo);
        draw_hatch(ink, box, paint, percent);
        cairo_restore(cairo);
        cairo_append_path(cairo, path);
        cairo_path_destroy(path);
    }
    cairo_set_line_width(cairo, FINE - 2);
    ink_colour_set(ink, paints[paint].outline, percent == 100 ? 100 : percent / 2);
    cairo_stroke(cairo);
}

void ink_paint_box(struct ink *ink, const struct box *box, enum paint paint)
{
    if (ink->rehearsing)
        return;
    cairo_rectangle(ink->cairo, box->x, box->y, box->width, box->height);
    paint_path(ink, box, paint, 100);
}

void ink_paint_band(struct ink *ink, const struct band *band, enum paint paint)
{
    const int middle = (band->x1 + band->x2) / 2;
    const int height = band->height > FINE ? band->height : FINE;
    const int top = band->top1 < band->top2 ? band->top1 : band->top2;
    const int below = band->top1 < band->top2 ? band->top2 : band->top1;
    const struct box box = {band->x1, top, band->x2 - band->x1, below + height - top};
    cairo_t *cairo = ink->cairo;
    if (ink->rehearsing)
        return;
    cairo_move_to(cairo, band->x1, band->top1);
    cairo_curve_to(cairo, middle, band->top1, middle, band->top2, band->x2, band->top2);
    cairo_rel_line_to(cairo, 0, height);
    cairo_curve_to(cairo, middle, band->top2 + height, middle, band->top1 + height, band->x1,
                   band->top1 + height);
    cairo_close_path(cairo);
    paint_path(ink, &box, paint, BAND_PERCENT);
}
