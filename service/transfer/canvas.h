/* canvas.h - what a chart is drawn on, whether it becomes SVG or PDF. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* Every length is in tenths of a pixel (1/96 inch), from the top and the left. */

/* Told apart by pattern as well as by colour. */
enum paint {
    PAINT_1,
    PAINT_2,
    PAINT_3,
    PAINT_4,
    PAINT_5,
    PAINT_6,
    PAINT_REST, /* everything else together */
    PAINT_INK,
    PAINT_HEAT_0, /* a cell of a heat map: from nothing to all; its number stands in it */
    PAINT_HEAT_1,
    PAINT_HEAT_2,
    PAINT_HEAT_3,
    PAINT_HEAT_4,
    PAINT_UNKNOWN,
    PAINTS
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
enum voice { VOICE_PLAIN, VOICE_SOFT, VOICE_STRONG };

struct box {
    int x;
    int y;
    int width;
    int height;
};

/* From the right side of one box to the left side of another. */
struct band {
    int x1;
    int top1;
    int x2;
    int top2;
    int height;
};

struct label {
    int x;
    int y; /* of the line that letters stand on */
    enum anchor anchor;
    enum voice voice;
    const char *text;
};

struct canvas {
    void *to;
    /* Begins a drawing, which says in words what it shows. */
    void (*open)(void *to, int width, int height, const char *title, const char *description);
    void (*box)(void *to, const struct box *box, enum paint paint);
    void (*line)(void *to, const struct box *from_to, bool strong);
    void (*band)(void *to, const struct band *band, enum paint paint);
    void (*label)(void *to, const struct label *label);
    void (*close)(void *to);
};
