/* ink.h - what a paper is written with: pages, text in any script, shapes, tags. It becomes a PDF.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/text.h"
#include "transfer/canvas.h"

#include <stdbool.h>
#include <stddef.h>

/* Every length is in tenths of a pixel (1/96 inch), from the top and the left of the page. Text is
   text: nothing in it is markup, and what no letter can be for is left out. */
struct ink;

/* What the document says of itself. */
struct ink_about {
    const char *title;
    const char *subject;
    const char *author;
    const char *keywords;
    const char *made; /* RFC 3339, UTC: given, so that the same paper is the same bytes */
};

enum ink_voice {
    INK_TEXT,
    INK_SOFT,
    INK_STRONG,
    INK_SMALL,
    INK_LEAD,
    INK_TITLE,
    INK_HEAD,
    INK_CELL,
    INK_CELL_SOFT,
    INK_CELL_STRONG,
    INK_CODE,
    INK_MARK, /* in a drawing */
    INK_MARK_SOFT,
    INK_MARK_STRONG,
    INK_VOICES
};

enum ink_colour { INK_BLACK, INK_GREY, INK_LINE, INK_SHADE, INK_WARN, INK_WARN_SHADE, INK_BLUE };

struct ink_size {
    int width;
    int height;
};

/* Nothing yet; the PDF will be in the text. NULL when memory is short. */
__attribute__((warn_unused_result)) struct ink *
ink_open(struct arena *arena, const struct ink_about *about, struct text *out);
/* While rehearsing everything is measured and nothing written. Both begin before the first page. */
void ink_rehearse(struct ink *ink, bool rehearsing);
/* Ends the document, which is gone after this. False when it is not whole. */
__attribute__((warn_unused_result)) bool ink_close(struct ink *ink);

/* A new page of this size. */
void ink_page(struct ink *ink, int width, int height);
/* How many there are. */
int ink_pages(const struct ink *ink);
/* Letters that no font had, since rehearsing was begun or ended. */
size_t ink_unknown(const struct ink *ink);

/* ---- text */

/* The width of a text on one line. */
int ink_width(struct ink *ink, enum ink_voice voice, const char *text);
/* Its size when it is as wide as this at most. */
struct ink_size ink_measure(struct ink *ink, enum ink_voice voice, const char *text, int width);
/* How many of its bytes, in whole lines, fit into the height. */
size_t ink_fit(struct ink *ink, enum ink_voice voice, const char *text, struct ink_size room);
/* Writes it into the box from its top; what has no room there ends in "…". */
void ink_text(struct ink *ink, enum ink_voice voice, enum anchor anchor, const char *text,
              const struct box *box);
/* Writes one line that stands at a place. */
void ink_label(struct ink *ink, enum ink_voice voice, const struct label *label);

/* ---- shapes */

/* All of them at once: no seam is seen between them. */
void ink_boxes(struct ink *ink, const struct box *boxes, size_t count, enum ink_colour colour);
/* A line as thick as this. */
void ink_rule(struct ink *ink, const struct box *from_to, int thickness, enum ink_colour colour);
/* The shapes of a drawing, in colour and pattern. */
void ink_paint_box(struct ink *ink, const struct box *box, enum paint paint);
void ink_paint_band(struct ink *ink, const struct band *band, enum paint paint);
/* Makes what is below pale, so that letters can be read on it. */
void ink_halo(struct ink *ink, const struct box *box);
/* From here on everything is drawn from this place, so many percent of its size, until it is
   undone. */
void ink_move(struct ink *ink, int x, int y, int percent);
void ink_unmove(struct ink *ink);

/* ---- structure */

/* Begins and ends what is a "P", an "H1", a "TD" of tagged PDF. */
void ink_tag(struct ink *ink, const char *name);
void ink_untag(struct ink *ink);
/* A figure, with what it shows in words; a header of a column or a row. */
void ink_tag_figure(struct ink *ink, const char *words);
void ink_tag_header(struct ink *ink, bool of_row);
/* What is written until ink_untag leads to the address. */
void ink_tag_link(struct ink *ink, const char *address);
/* An entry of the outline that leads to the page and height of now. */
void ink_outline(struct ink *ink, const char *title, int y);
