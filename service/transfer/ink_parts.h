/* ink_parts.h - what the ink's own files share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/ink.h"
#include "transfer/mend.h"

#include <cairo.h>
#include <pango/pangocairo.h>

enum { INK_TAGS = 16, INK_ASCII = 128 };

struct ink {
    struct arena *arena;
    struct text *out;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoLayout *layout;
    PangoFontDescription *faces[INK_VOICES];
    int widths[INK_VOICES][INK_ASCII]; /* of one letter, and one; 0: not known yet */
    const char *tags[INK_TAGS];
    size_t tag_count;
    struct mend mend;
    int pages;
    size_t unknown;
    bool rehearsing;
};

/* From here on with this colour, 0xRRGGBB, so many percent of it. */
void ink_colour_set(struct ink *ink, int rgb, int percent);
/* The colour of a name. */
int ink_colour_of(enum ink_colour colour);
