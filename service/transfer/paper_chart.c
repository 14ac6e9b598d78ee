/* paper_chart.c - the charts of a report on paper. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart.h"
#include "transfer/paper_parts.h"

enum {
    /* What a page has for a drawing at most, its heading and what stands above it left out. */
    DRAWING_MOST = PAPER_LONG - PAPER_MARGIN - PAPER_FOOT - 6 * PAPER_GAP,
    WORDS_LEAST = 400, /* room below a drawing for the beginning of its words */
    HALO = 12,
    LETTER_HEIGHT = 100
};

/* A drawing on its way onto the paper. */
struct easel {
    struct paper *paper;
    const char *caption;
    const char *words;
    int height;
    bool banded; /* letters stand on bands */
};

static int caption_height(const struct easel *easel)
{
    struct paper *paper = easel->paper;
    return easel->caption == NULL
               ? 0
               : ink_measure(paper->ink, INK_SOFT, easel->caption, paper_width(paper)).height +
                     PAPER_GAP;
}

static void open(void *to, int width, int height, const char *title, const char *description)
{
    struct easel *easel = to;
    struct paper *paper = easel->paper;
    (void)width;
    const int above = caption_height(easel);
    const int most = DRAWING_MOST - above;
    const int percent = height > most ? 100 * most / height : 100;
    easel->words = description;
    easel->height = height * percent / 100;
    paper_head(paper, title, easel->height + (percent == 100 ? WORDS_LEAST : 0) + above);
    if (easel->caption != NULL)
        paper_say(paper, INK_SOFT, "P", easel->caption);
    const char *words = arena_format(paper->arena, "%s. The figures follow in words.", title);
    ink_tag_figure(paper->ink, words != NULL ? words : title);
    ink_move(paper->ink, PAPER_MARGIN, paper->y, percent);
}

static void box(void *to, const struct box *box, enum paint paint)
{
    const struct easel *easel = to;
    ink_paint_box(easel->paper->ink, box, paint);
}

static void line(void *to, const struct box *from_to, bool strong)
{
    const struct easel *easel = to;
    ink_rule(easel->paper->ink, from_to, strong ? 10 : 6, strong ? INK_GREY : INK_LINE);
}

static void band(void *to, const struct band *band, enum paint paint)
{
    struct easel *easel = to;
    easel->banded = true;
    ink_paint_band(easel->paper->ink, band, paint);
}

static void label(void *to, const struct label *label)
{
    static const enum ink_voice voices[] = {
        [VOICE_PLAIN] = INK_MARK, [VOICE_SOFT] = INK_MARK_SOFT, [VOICE_STRONG] = INK_MARK_STRONG};
    const struct easel *easel = to;
    struct ink *ink = easel->paper->ink;
    const enum ink_voice voice = voices[label->voice];
    if (easel->banded) {
        const int width = ink_width(ink, voice, label->text);
        const int left = label->anchor == ANCHOR_START    ? 0
                         : label->anchor == ANCHOR_MIDDLE ? width / 2
                                                          : width;
        const struct box below = {label->x - left - HALO, label->y - LETTER_HEIGHT,
                                  width + 2 * HALO, LETTER_HEIGHT + 3 * HALO};
        ink_halo(ink, &below);
    }
    ink_label(ink, voice, label);
}

static void close(void *to)
{
    const struct easel *easel = to;
    ink_unmove(easel->paper->ink);
    ink_untag(easel->paper->ink);
    easel->paper->y += easel->height + PAPER_GAP;
}

void paper_chart(struct paper *paper, const struct chart *chart, const struct panel *panel)
{
    struct easel easel = {.paper = paper, .caption = chart_caption(paper->figures, chart, panel)};
    const struct canvas canvas = {.to = &easel,
                                  .open = open,
                                  .box = box,
                                  .line = line,
                                  .band = band,
                                  .label = label,
                                  .close = close};
    chart_draw(&canvas, paper->figures, chart, panel, PAPER_COLUMN);
    if (easel.words != NULL)
        paper_say(paper, INK_SMALL, "P", easel.words);
    paper->y += PAPER_GAP;
}
