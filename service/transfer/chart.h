/* chart.h - the charts of a report, laid out on a canvas. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/canvas.h"
#include "transfer/figures.h"

/* Draws one panel of a chart as wide as this, in tenths of a pixel; nothing when it has nothing to
   show. Texts are made in the arena of the figures. */
void chart_draw(const struct canvas *canvas, const struct figures *figures,
                const struct chart *chart, const struct panel *panel, int width);
/* Whether chart_draw would draw anything. */
bool chart_shows(const struct chart *chart, const struct panel *panel);
/* "Committed and disbursed by year, USD" */
const char *chart_title(const struct figures *figures, const struct chart *chart,
                        const struct panel *panel);
/* Sentences for below the title: what the manifest says of it, what it adds up to, what it does not
   show. NULL for none. */
const char *chart_caption(const struct figures *figures, const struct chart *chart,
                          const struct panel *panel);
/* The entries of a panel in the order in which they are drawn; NULL when memory is short. */
const struct tally_entry **chart_order(const struct figures *figures, const struct chart *chart,
                                       const struct panel *panel);
/* A key as people read it: "not stated" for null. */
const char *chart_key(const char *key);
/* A sum as text, exact; "" when there is none. */
const char *chart_sum(const struct figures *figures, const struct sum *sum);
