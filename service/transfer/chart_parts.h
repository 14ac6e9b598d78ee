/* chart_parts.h - what the kinds of charts share; for this room's chart files alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/chart.h"

enum {
    LETTER = 62, /* tenths of a pixel of a usual letter; fonts differ, so lengths are generous */
    LINE = 170,  /* from one line of text to the next */
    ASCENT = 110 /* of a line, above the letters' line */
};

struct drawing {
    const struct canvas *canvas;
    const struct figures *figures;
    const struct chart *chart;
    const struct panel *panel;
    const struct tally_entry **entries;
    size_t count;
    int width;
    const char *title;
    const char *description;
};

/* About how wide a text is. */
int chart_width(const char *text);
/* The text, or its beginning and "…", so that it is no wider. */
const char *chart_shorten(const struct figures *figures, const char *text, int width);
/* The sum for the eye; "" when there is none. */
const char *chart_short(const struct figures *figures, const struct sum *sum);
/* The same in a cell: "1.23k", "45M", where the word has no room. */
const char *chart_tiny(const struct figures *figures, const struct sum *sum, int width);
/* Whether the sum is one, and not of nulls alone. */
bool chart_is_known(const struct sum *sum);
/* Whether a band can show it. */
bool chart_flows(const struct tally_entry *entry);
/* Whether the chart shows money. */
bool chart_is_money(const struct chart *chart);
/* Whether two panels differ in nothing but their currency. */
bool chart_is_beside(const struct chart *chart, const struct panel *one, const struct panel *other);
/* Leaves the largest entries and, where they add up, one for everything else; otherwise the answer
   says how many there are no more. */
size_t chart_fold(const struct drawing *drawing, const struct tally_entry ***entries, size_t *count,
                  size_t most);
/* "everything else (12)" */
const char *chart_rest_name(const struct figures *figures, size_t count);
/* What the drawing says: its gist, then its figures. */
const char *chart_describe(const struct drawing *drawing);
/* "3 more (of these) are in the table." below a drawing; its height, 0 for none. */
int chart_tell_rest(const struct drawing *drawing, size_t rest, const char *of, int y);

/* Each kind; height and all. */
void chart_draw_bars(const struct drawing *drawing);
void chart_draw_flow(const struct drawing *drawing);
void chart_draw_heat(const struct drawing *drawing);
