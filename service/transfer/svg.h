/* svg.h - a canvas that writes SVG into a page. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/canvas.h"
#include "transfer/markup.h"

/* Draws into the page; class tells the stylesheet on which screens. */
struct svg {
    struct markup *page;
    const char *class;
};

/* Both are borrowed by the canvas. */
struct canvas svg_canvas(struct svg *svg);
/* The patterns that all drawings of a page refer to; once in a page, before them. */
void svg_patterns(struct markup *page);
