/* svg.c - a canvas that writes SVG into a page. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/svg.h"

enum { TENTHS = 10 };

/* Colours are the stylesheet's, so that they follow light, dark and print. */
static const char *const classes[PAINTS] = {"p1",  "p2", "p3", "p4", "p5", "p6", "p7",
                                            "ink", "h0", "h1", "h2", "h3", "h4", "hx"};

static void set(struct markup *page, const char *name, int tenths)
{
    const int whole = tenths / TENTHS;
    const int rest = tenths % TENTHS;
    if (rest == 0)
        markup_set_number(page, name, whole);
    else
        markup_setf(page, name, "%s%d.%d", tenths < 0 ? "-" : "", whole < 0 ? -whole : whole,
                    rest < 0 ? -rest : rest);
}

static void open(void *to, int width, int height, const char *title, const char *description)
{
    const struct svg *svg = to;
    markup_open(svg->page, "svg");
    markup_setf(svg->page, "class", "chart %s", svg->class);
    markup_setf(svg->page, "viewBox", "0 0 %d %d", width / TENTHS, height / TENTHS);
    markup_set(svg->page, "role", "img");
    markup_add(svg->page, "title", NULL, title);
    markup_add(svg->page, "desc", NULL, description);
}

static void box(void *to, const struct box *box, enum paint paint)
{
    const struct svg *svg = to;
    markup_open(svg->page, "rect");
    markup_set(svg->page, "class", classes[paint]);
    set(svg->page, "x", box->x);
    set(svg->page, "y", box->y);
    set(svg->page, "width", box->width);
    set(svg->page, "height", box->height);
    markup_close(svg->page);
}

static void line(void *to, const struct box *from_to, bool strong)
{
    const struct svg *svg = to;
    markup_open(svg->page, "path");
    markup_set(svg->page, "class", strong ? "base" : "ax");
    markup_setf(svg->page, "d", "M%d %dl%d %d", from_to->x / TENTHS, from_to->y / TENTHS,
                from_to->width / TENTHS, from_to->height / TENTHS);
    markup_close(svg->page);
}

/* Whole pixels are enough for a curve. */
static void band(void *to, const struct band *band, enum paint paint)
{
    const struct svg *svg = to;
    const int x1 = band->x1 / TENTHS;
    const int x2 = band->x2 / TENTHS;
    const int middle = (x1 + x2) / 2;
    const int height = band->height / TENTHS > 0 ? band->height / TENTHS : 1;
    const int top1 = band->top1 / TENTHS;
    const int top2 = band->top2 / TENTHS;
    markup_open(svg->page, "path");
    markup_setf(svg->page, "class", "band %s", classes[paint]);
    markup_setf(svg->page, "d", "M%d %dC%d %d %d %d %d %dv%dC%d %d %d %d %d %dz", x1, top1, middle,
                top1, middle, top2, x2, top2, height, middle, top2 + height, middle, top1 + height,
                x1, top1 + height);
    markup_close(svg->page);
}

static void label(void *to, const struct label *label)
{
    static const char *const anchors[] = {NULL, "middle", "end"};
    static const char *const voices[] = {NULL, "m", "s"};
    const struct svg *svg = to;
    markup_open(svg->page, "text");
    set(svg->page, "x", label->x);
    set(svg->page, "y", label->y);
    if (anchors[label->anchor] != NULL)
        markup_set(svg->page, "text-anchor", anchors[label->anchor]);
    if (voices[label->voice] != NULL)
        markup_set(svg->page, "class", voices[label->voice]);
    markup_text(svg->page, label->text);
    markup_close(svg->page);
}

static void close(void *to)
{
    const struct svg *svg = to;
    markup_close(svg->page);
}

struct canvas svg_canvas(struct svg *svg)
{
    const struct canvas canvas = {.to = svg,
                                  .open = open,
                                  .box = box,
                                  .line = line,
                                  .band = band,
                                  .label = label,
                                  .close = close};
    return canvas;
}

/* ---------------------------------------------------------------- patterns */

/* On a tile of 8 pixels, over the colour. */
static const struct {
    const char *id;
    const char *path;
} patterns[] = {
    {"q1", "M0 0"},                         /* plain */
    {"q2", "M0 8L8 0M-2 2L2 -2M6 10L10 6"}, /* rising */
    {"q3", "M0 4h8"},                       /* lying */
    {"q4", "M0 0L8 8M-2 6L2 10M6 -2L10 2"}, /* falling */
    {"q5", "M4 0v8"},                       /* upright */
    {"q6", "M0 0L8 8M0 8L8 0"},             /* crossed */
    {"q7", "M2 2h1M6 6h1"},                 /* dotted */
    {"qx", "M0 8L8 0"},                     /* nothing is known */
};

void svg_patterns(struct markup *page)
{
    markup_open(page, "svg");
    markup_set(page, "class", "defs");
    markup_set(page, "aria-hidden", "true");
    markup_set(page, "width", "0");
    markup_set(page, "height", "0");
    markup_open(page, "defs");
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        markup_open(page, "pattern");
        markup_set(page, "id", patterns[i].id);
        markup_set(page, "width", "8");
        markup_set(page, "height", "8");
        markup_set(page, "patternUnits", "userSpaceOnUse");
        markup_open(page, "rect");
        markup_set(page, "width", "8");
        markup_set(page, "height", "8");
        markup_close(page);
        markup_open(page, "path");
        markup_set(page, "d", patterns[i].path);
        markup_close(page);
        markup_close(page);
    }
    markup_close(page);
    markup_close(page);
}
