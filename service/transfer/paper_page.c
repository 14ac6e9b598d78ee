/* paper_page.c - the pages of a paper, and the text on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/paper_parts.h"

#include <stdio.h>

enum {
    FOOT_BYTES = 400,
    TERM = 1350, /* width of the names of facts */
    ROOT_SHORT = 12
};

int paper_bottom(const struct paper *paper)
{
    return (paper->wide ? PAPER_SHORT : PAPER_LONG) - PAPER_FOOT;
}

int paper_room(const struct paper *paper)
{
    return paper_bottom(paper) - paper->y;
}

int paper_width(const struct paper *paper)
{
    return (paper->wide ? PAPER_LONG : PAPER_SHORT) - 2 * PAPER_MARGIN;
}

/* ---------------------------------------------------------------- pages */

/* Outside of every tag: it is no part of what the document says. */
static void draw_foot(struct paper *paper)
{
    char left[FOOT_BYTES];
    char right[FOOT_BYTES];
    const struct footing *footing = &paper->report->footing;
    const int y = paper_bottom(paper) + 190;
    const struct box line = {PAPER_MARGIN, y, paper_width(paper), 0};
    const struct box text = {PAPER_MARGIN, y + 50, paper_width(paper), PAPER_LINE};
    (void)snprintf(left, sizeof left, "%s · tree size %s%s%.*s%s",
                   report_word(paper->report->manifest, "slug"), paper->report->tree_size,
                   footing->root != NULL ? " · root " : "", ROOT_SHORT,
                   footing->root != NULL ? footing->root : "", footing->root != NULL ? "…" : "");
    (void)snprintf(right, sizeof right, "page %d of %d", ink_pages(paper->ink), paper->pages);
    ink_rule(paper->ink, &line, 5, INK_LINE);
    ink_text(paper->ink, INK_SMALL, ANCHOR_START, left, &text);
    ink_text(paper->ink, INK_SMALL, ANCHOR_END, right, &text);
}

static void draw_top(struct paper *paper)
{
    const struct box text = {PAPER_MARGIN, PAPER_MARGIN - 220, paper_width(paper), PAPER_LINE};
    if (ink_pages(paper->ink) > 1)
        ink_text(paper->ink, INK_SMALL, ANCHOR_START, report_word(paper->report->manifest, "title"),
                 &text);
}

void paper_turn(struct paper *paper, bool wide)
{
    paper->wide = wide;
    ink_page(paper->ink, wide ? PAPER_LONG : PAPER_SHORT, wide ? PAPER_SHORT : PAPER_LONG);
    draw_top(paper);
    draw_foot(paper);
    paper->y = PAPER_MARGIN + (ink_pages(paper->ink) > 1 ? PAPER_GAP : 0);
}

void paper_need(struct paper *paper, int height)
{
    if (paper_room(paper) < height)
        paper_turn(paper, paper->wide);
}

/* ---------------------------------------------------------------- text */

void paper_ground(struct paper *paper, enum ground kind, int height)
{
    static const enum ink_colour shades[] = {
        [GROUND_LIMITS] = INK_WARN_SHADE, [GROUND_PROOF] = INK_SHADE};
    static const enum ink_colour edges[] = {[GROUND_LIMITS] = INK_WARN, [GROUND_PROOF] = INK_BLUE};
    if (kind == GROUND_PAPER)
        return;
    const struct box ground = {PAPER_MARGIN, paper->y - 2, paper_width(paper), height + 4};
    const struct box edge = {PAPER_MARGIN, paper->y - 2, 50, height + 4};
    ink_boxes(paper->ink, &ground, 1, shades[kind]);
    ink_boxes(paper->ink, &edge, 1, edges[kind]);
}

static void draw_piece(struct paper *paper, enum ink_voice voice, const char *tag, const char *text,
                       const struct place *place, int gap)
{
    const int height = ink_measure(paper->ink, voice, text, place->width).height;
    const struct box box = {place->x, paper->y, place->width, height};
    paper_ground(paper, place->ground, height + gap);
    ink_tag(paper->ink, tag);
    ink_text(paper->ink, voice, ANCHOR_START, text, &box);
    ink_untag(paper->ink);
    paper->y += height + gap;
}

void paper_say_at(struct paper *paper, enum ink_voice voice, const char *tag, const char *text,
                  const struct place *place)
{
    const int gap = voice == INK_CODE ? 0 : PAPER_GAP / 2;
    while (ink_measure(paper->ink, voice, text, place->width).height > paper_room(paper)) {
        const struct ink_size room = {place->width, paper_room(paper)};
        const size_t bytes = ink_fit(paper->ink, voice, text, room);
        const bool begun = paper->y > PAPER_MARGIN + PAPER_GAP;
        if (bytes == 0 && !begun)
            break;
        if (bytes > 0 && paper_room(paper) > paper_bottom(paper) / 4) {
            const char *piece = arena_copy_bytes(paper->arena, text, bytes);
            draw_piece(paper, voice, tag, piece != NULL ? piece : "", place, 0);
            text += bytes;
        }
        paper_turn(paper, paper->wide);
    }
    draw_piece(paper, voice, tag, text, place, gap);
}

void paper_say(struct paper *paper, enum ink_voice voice, const char *tag, const char *text)
{
    const struct place place = {PAPER_MARGIN, paper_width(paper), GROUND_PAPER};
    paper_say_at(paper, voice, tag, text, &place);
}

void paper_head(struct paper *paper, const char *text, int more)
{
    const int height = ink_measure(paper->ink, INK_HEAD, text, paper_width(paper)).height;
    if (paper->y > PAPER_MARGIN + PAPER_GAP)
        paper->y += PAPER_GAP;
    paper_need(paper, height + more);
    ink_outline(paper->ink, text, paper->y);
    paper_say(paper, INK_HEAD, "H2", text);
}

static void say_item(struct paper *paper, const char *text, enum ground ground)
{
    const struct place place = {PAPER_MARGIN + 2 * PAPER_INDENT,
                                paper_width(paper) - 3 * PAPER_INDENT, ground};
    ink_tag(paper->ink, "LI");
    const int height = ink_measure(paper->ink, INK_TEXT, text, place.width).height;
    if (height < paper_bottom(paper) / 2)
        paper_need(paper, height + PAPER_GAP);
    const struct label point = {.x = PAPER_MARGIN + PAPER_INDENT, .y = paper->y + 135, .text = "•"};
    paper_say_at(paper, INK_TEXT, "LBody", text, &place);
    ink_tag(paper->ink, "Lbl");
    ink_label(paper->ink, INK_TEXT, &point);
    ink_untag(paper->ink);
    ink_untag(paper->ink);
}

void paper_list(struct paper *paper, const char *name, enum ground ground)
{
    const json_t *list = json_object_get(paper->report->manifest, name);
    ink_tag(paper->ink, "L");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        say_item(paper, item != NULL ? item : "", ground);
    }
    ink_untag(paper->ink);
}

void paper_fact(struct paper *paper, const struct fact *fact)
{
    const int inset = fact->ground == GROUND_PAPER ? 0 : PAPER_INDENT;
    const struct place place = {PAPER_MARGIN + inset + TERM, fact->width - 2 * inset - TERM,
                                fact->ground};
    const int height = ink_measure(paper->ink, fact->voice, fact->text, place.width).height;
    paper_need(paper, height < paper_bottom(paper) / 2 ? height : PAPER_LINE);
    const struct box box = {PAPER_MARGIN + inset, paper->y + (fact->voice == INK_TEXT ? 10 : 0),
                            TERM - PAPER_INDENT, PAPER_LINE};
    paper_ground(paper, fact->ground, PAPER_LINE);
    ink_tag(paper->ink, "P");
    paper_say_at(paper, fact->voice, "Span", fact->text, &place);
    ink_tag(paper->ink, "Span");
    ink_text(paper->ink, INK_SOFT, ANCHOR_START, fact->name, &box);
    ink_untag(paper->ink);
    ink_untag(paper->ink);
}
