/* paper_parts.h - what the files of a paper share; for them alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/figures.h"
#include "transfer/ink.h"
#include "transfer/report.h"

#include <stdbool.h>
#include <stddef.h>

/* A4, in tenths of a pixel. */
enum {
    PAPER_SHORT = 7937,
    PAPER_LONG = 11225,
    PAPER_MARGIN = 567, /* 15 mm */
    PAPER_FOOT = 760,   /* what the footer takes of the page */
    PAPER_GAP = 110,
    PAPER_INDENT = 150,
    PAPER_LINE = 220,                             /* room for one line, at least */
    PAPER_COLUMN = PAPER_SHORT - 2 * PAPER_MARGIN /* wide, of text */
};

struct paper_plan; /* of a table */

/* A paper is laid out twice by the same calls: once to learn how many pages there are and where
   sections begin, once to write it. */
struct paper {
    struct arena *arena;
    struct ink *ink;
    const struct report *report;
    const struct figures *figures;
    const char *digest;
    const char *code; /* short, for the eye */
    const char *link; /* where a reader verifies it; NULL when no address is known */
    bool wide;        /* the page lies on its long side */
    int y;
    bool rehearsing;
    int pages;      /* of the rehearsal */
    size_t unknown; /* letters without a glyph, likewise */
    size_t cut;     /* cells that were too long, likewise */
    struct paper_plan *rows;
    struct paper_plan *meanings;
};

/* ---- pages */

/* The next page. */
void paper_turn(struct paper *paper, bool wide);
/* Where the page ends. */
int paper_bottom(const struct paper *paper);
/* How much of it is left. */
int paper_room(const struct paper *paper);
/* How wide its lines are. */
int paper_width(const struct paper *paper);
/* Turns the page unless there is so much room. */
void paper_need(struct paper *paper, int height);

/* ---- text */

/* What text stands on. */
enum ground { GROUND_PAPER, GROUND_LIMITS, GROUND_PROOF };

struct place {
    int x;
    int width;
    enum ground ground;
};

/* Shades so much of what follows. */
void paper_ground(struct paper *paper, enum ground kind, int height);
/* A paragraph. One that fits on no page is broken where the page ends; one that fits on the next
   one goes there. */
void paper_say_at(struct paper *paper, enum ink_voice voice, const char *tag, const char *text,
                  const struct place *place);
/* The same, as wide as the page. */
void paper_say(struct paper *paper, enum ink_voice voice, const char *tag, const char *text);
/* The heading of a section, with its entry in the outline, above at least so much more. */
void paper_head(struct paper *paper, const char *text, int more);

/* A list of the manifest, as a list. */
void paper_list(struct paper *paper, const char *name, enum ground ground);

/* A fact: its name, and beside it what it is. */
struct fact {
    const char *name;
    const char *text;
    enum ink_voice voice;
    int width; /* of both */
    enum ground ground;
};
void paper_fact(struct paper *paper, const struct fact *fact);

/* ---- tables */

struct paper_table {
    const void *owner;
    size_t columns;
    size_t rows;
    size_t sums; /* rows below them */
    size_t keys; /* columns from the first on that may be repeated where others do not fit beside */
    bool counted; /* rows have numbers */
    const char *(*head)(const void *owner, size_t column);
    /* NULL: nothing is in it. Rows from `rows` on are the sums. */
    const char *(*cell)(const void *owner, size_t row, size_t column);
    bool (*is_number)(const void *owner, size_t column);
};

/* Whether it takes pages that lie on their long side. Plans it when it is not planned yet. */
bool paper_table_is_wide(struct paper *paper, const struct paper_table *table,
                         struct paper_plan **plan);
void paper_table_draw(struct paper *paper, const struct paper_table *table,
                      struct paper_plan *plan);

/* ---- charts */

/* One of them, with its heading, as a figure; what it shows stands below it in words. */
void paper_chart(struct paper *paper, const struct chart *chart, const struct panel *panel);
