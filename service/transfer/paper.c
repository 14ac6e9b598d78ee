/* paper.c - a report as a document to file: its pages, from the title to how it is verified. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/paper.h"

#include "transfer/chart.h"
#include "transfer/paper_parts.h"
#include "transfer/qr.h"
#include "transfer/told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    FOOT_BYTES = 400,
    KEYWORD_BYTES = 300,
    SQUARE = 1500, /* of the QR code */
    SQUARE_GAP = 250,
    TERM = 1350, /* width of the names of facts */
    INDENT = 150,
    PANELS_SHOWN = 2, /* currencies of one chart, or what else is kept apart */
    PANELS_ALONE = 4,
    ROOT_SHORT = 12,
    CODE_DIGITS = 16,
    CODE_GROUP = 4,
    CODE_BYTES = 64,
    LINE_LEAST = 220,
    HEAD_GAP = 60
};

/* What paper without a known checkpoint is dated: as good as any, and always the same. */
static const char undated[] = "2000-01-01T00:00:00Z";

static int bottom_of(const struct paper *paper)
{
    return (paper->wide ? PAPER_SHORT : PAPER_LONG) - PAPER_FOOT;
}

int paper_room(const struct paper *paper)
{
    return bottom_of(paper) - paper->y;
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
    const int y = bottom_of(paper) + 190;
    const struct box line = {PAPER_MARGIN, y, paper_width(paper), 0};
    const struct box text = {PAPER_MARGIN, y + 50, paper_width(paper), LINE_LEAST};
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
    const struct box text = {PAPER_MARGIN, PAPER_MARGIN - 220, paper_width(paper), LINE_LEAST};
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

/* What text stands on. */
enum ground { GROUND_PAPER, GROUND_LIMITS, GROUND_PROOF };

struct place {
    int x;
    int width;
    enum ground ground;
};

static void draw_ground(struct paper *paper, enum ground kind, int height)
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
    draw_ground(paper, place->ground, height + gap);
    ink_tag(paper->ink, tag);
    ink_text(paper->ink, voice, ANCHOR_START, text, &box);
    ink_untag(paper->ink);
    paper->y += height + gap;
}

/* A paragraph that fits on no page is broken where the page ends; one that fits on the next one
   goes there. */
static void say_at(struct paper *paper, enum ink_voice voice, const char *tag, const char *text,
                   const struct place *place)
{
    const int gap = voice == INK_CODE ? 0 : PAPER_GAP / 2;
    while (ink_measure(paper->ink, voice, text, place->width).height > paper_room(paper)) {
        const struct ink_size room = {place->width, paper_room(paper)};
        const size_t bytes = ink_fit(paper->ink, voice, text, room);
        const bool begun = paper->y > PAPER_MARGIN + PAPER_GAP;
        if (bytes == 0 && !begun)
            break;
        if (bytes > 0 && paper_room(paper) > bottom_of(paper) / 4) {
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
    say_at(paper, voice, tag, text, &place);
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
    const struct place place = {PAPER_MARGIN + 2 * INDENT, paper_width(paper) - 3 * INDENT, ground};
    ink_tag(paper->ink, "LI");
    const int height = ink_measure(paper->ink, INK_TEXT, text, place.width).height;
    if (height < bottom_of(paper) / 2)
        paper_need(paper, height + PAPER_GAP);
    const struct label point = {.x = PAPER_MARGIN + INDENT, .y = paper->y + 135, .text = "•"};
    say_at(paper, INK_TEXT, "LBody", text, &place);
    ink_tag(paper->ink, "Lbl");
    ink_label(paper->ink, INK_TEXT, &point);
    ink_untag(paper->ink);
    ink_untag(paper->ink);
}

static void say_list(struct paper *paper, const char *name, enum ground ground)
{
    const json_t *list = json_object_get(paper->report->manifest, name);
    ink_tag(paper->ink, "L");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        say_item(paper, item != NULL ? item : "", ground);
    }
    ink_untag(paper->ink);
}

/* A fact: its name, and beside it what it is. */
struct fact {
    const char *name;
    const char *text;
    enum ink_voice voice;
    int width; /* of both */
    enum ground ground;
};

static void say_fact(struct paper *paper, const struct fact *fact)
{
    const int inset = fact->ground == GROUND_PAPER ? 0 : INDENT;
    const struct place place = {PAPER_MARGIN + inset + TERM, fact->width - 2 * inset - TERM,
                                fact->ground};
    const int height = ink_measure(paper->ink, fact->voice, fact->text, place.width).height;
    paper_need(paper, height < bottom_of(paper) / 2 ? height : LINE_LEAST);
    const struct box box = {PAPER_MARGIN + inset, paper->y + (fact->voice == INK_TEXT ? 10 : 0),
                            TERM - INDENT, LINE_LEAST};
    draw_ground(paper, fact->ground, LINE_LEAST);
    ink_tag(paper->ink, "P");
    say_at(paper, fact->voice, "Span", fact->text, &place);
    ink_tag(paper->ink, "Span");
    ink_text(paper->ink, INK_SOFT, ANCHOR_START, fact->name, &box);
    ink_untag(paper->ink);
    ink_untag(paper->ink);
}

/* ---------------------------------------------------------------- the first page */

static void draw_square(struct paper *paper, int top)
{
    const int x = PAPER_MARGIN + paper_width(paper) - SQUARE;
    const struct box square = {x, top, SQUARE, SQUARE};
    const struct box words = {x - 100, top + SQUARE + 10, SQUARE + 200, LINE_LEAST};
    const struct box code = {x - 100, top + SQUARE + 160, SQUARE + 200, LINE_LEAST};
    if (paper->link != NULL) {
        ink_tag_figure(paper->ink, "QR code: it leads to the page that verifies this paper.");
        if (!qr_draw(paper->arena, paper->ink, paper->link, &square))
            paper->link = NULL;
        ink_untag(paper->ink);
    }
    if (paper->link == NULL)
        return;
    ink_tag(paper->ink, "P");
    ink_tag_link(paper->ink, paper->link);
    ink_text(paper->ink, INK_SMALL, ANCHOR_MIDDLE, "Verify this paper", &words);
    ink_untag(paper->ink);
    ink_text(paper->ink, INK_STRONG, ANCHOR_MIDDLE, paper->code, &code);
    ink_untag(paper->ink);
}

static const char *told_position(const struct paper *paper)
{
    const struct footing *footing = &paper->report->footing;
    const char *size = told_number(paper->arena, paper->report->tree_size);
    if (footing->at == NULL)
        return arena_format(paper->arena, "tree size %s", size);
    return arena_format(paper->arena, "tree size %s, newest statement %.10s %.8s UTC", size,
                        footing->at, footing->at + 11);
}

static const char *told_checkpoint(const struct paper *paper)
{
    const struct footing *footing = &paper->report->footing;
    if (footing->root == NULL)
        return "not told to whoever made this paper";
    if (footing->checkpoint == NULL)
        return "none covers this size yet: it was asked for in the moment before";
    return arena_format(paper->arena, "of size %s, signed by %.*s",
                        told_number(paper->arena, footing->checkpoint_size),
                        (int)strcspn(footing->checkpoint, "\n"), footing->checkpoint);
}

static void say_facts(struct paper *paper, int width)
{
    const json_t *manifest = paper->report->manifest;
    const char *told = told_parameters(paper->arena, paper->report);
    const char *asked = strstr(told, ": "); /* none when memory is short */
    const char *rows = arena_format(paper->arena, "%zu", paper->figures->row_count);
    const struct {
        const char *name;
        const char *text;
    } facts[] = {
        {"Asked for", asked != NULL ? asked + 2 : told},
        {"As of", told_position(paper)},
        {"Definition", arena_format(paper->arena, "%s, version %s", report_word(manifest, "slug"),
                                    report_word(manifest, "definition_version"))},
        {"Rows", rows != NULL ? told_number(paper->arena, rows) : NULL},
        {"Checkpoint", told_checkpoint(paper)},
        {"Code", paper->code}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const struct fact fact = {.name = facts[i].name,
                                  .text = facts[i].text != NULL ? facts[i].text : "",
                                  .voice = INK_TEXT,
                                  .width = width};
        say_fact(paper, &fact);
    }
}

static void say_beginning(struct paper *paper)
{
    const json_t *manifest = paper->report->manifest;
    const int beside = paper->link != NULL ? SQUARE + SQUARE_GAP : 0;
    const int width = paper_width(paper) - beside;
    const struct place place = {PAPER_MARGIN, width, GROUND_PAPER};
    const struct box band = {PAPER_MARGIN, PAPER_MARGIN, paper_width(paper), 40};
    const int top = PAPER_MARGIN + 170;
    ink_boxes(paper->ink, &band, 1, INK_BLUE);
    paper->y = top;
    say_at(paper, INK_TITLE, "H1", report_word(manifest, "title"), &place);
    say_at(paper, INK_LEAD, "P", report_word(manifest, "question"), &place);
    paper->y += PAPER_GAP;
    say_facts(paper, width);
    draw_square(paper, top + 40);
    if (paper->link != NULL && paper->y < top + SQUARE + 400)
        paper->y = top + SQUARE + 400;
}

static void say_limits(struct paper *paper)
{
    const struct place place = {PAPER_MARGIN + INDENT, paper_width(paper) - 2 * INDENT,
                                GROUND_LIMITS};
    paper->y += PAPER_GAP;
    paper_need(paper, bottom_of(paper) / 8);
    ink_outline(paper->ink, "What it does not tell", paper->y);
    draw_ground(paper, GROUND_LIMITS, PAPER_GAP);
    paper->y += PAPER_GAP;
    say_at(paper, INK_HEAD, "H2", "What it does not tell", &place);
    say_list(paper, "limitations", GROUND_LIMITS);
    draw_ground(paper, GROUND_LIMITS, PAPER_GAP / 2);
    paper->y += PAPER_GAP;
}

/* ---------------------------------------------------------------- charts */

static void say_panels(struct paper *paper, const struct chart *chart)
{
    const struct panel *panel = chart->panels;
    const size_t most = paper->figures->chart_count == 1 ? PANELS_ALONE : PANELS_SHOWN;
    size_t shown = 0;
    for (; panel != NULL && shown < most; panel = panel->next)
        if (chart_shows(chart, panel)) {
            paper_chart(paper, chart, panel);
            shown++;
        }
    while (panel != NULL && !chart_shows(chart, panel))
        panel = panel->next;
    if (panel != NULL)
        paper_say(paper, INK_SOFT, "P",
                  "Drawn is what the most rows are about; everything else is in the rows.");
}

static void say_charts(struct paper *paper)
{
    for (size_t i = 0; i < paper->figures->chart_count; i++)
        say_panels(paper, &paper->figures->charts[i]);
}

/* ---------------------------------------------------------------- rows */

static const char *row_head(const void *owner, size_t column)
{
    const struct paper *paper = owner;
    return figures_label(paper->figures, column);
}

static bool row_is_number(const void *owner, size_t column)
{
    const struct paper *paper = owner;
    return figures_is_number(paper->figures, column);
}

static const char *sum_cell(const struct paper *paper, size_t sum, size_t column)
{
    const struct figures *figures = paper->figures;
    const struct tally_entry *entry = &figures->sums.entries[sum];
    const struct sum *value = figures_sum(figures, entry, column);
    const char *key = figures_key(figures, entry, column);
    if (column == 0)
        return key == NULL ? "Total" : arena_format(paper->arena, "Total, %s", key);
    return value != NULL ? told_number(paper->arena, chart_sum(figures, value)) : key;
}

static const char *row_cell(const void *owner, size_t row, size_t column)
{
    const struct paper *paper = owner;
    const struct figures *figures = paper->figures;
    if (row >= figures->kept)
        return sum_cell(paper, row - figures->kept, column);
    const char *cell = figures->rows[row][column];
    return cell != NULL ? told_cell(paper->arena, figures, column, cell) : NULL;
}

/* Columns that say what a row is about stand before its first amount. */
static size_t count_keys(const struct figures *figures)
{
    size_t keys = 0;
    while (keys < figures->columns &&
           strcmp(report_word(figures_column(figures, keys), "type"), "decimal") != 0)
        keys++;
    return keys;
}

static void tell_losses(struct paper *paper)
{
    const char *cut =
        arena_format(paper->arena,
                     "%zu cells were too long for paper and end in \"…\"; the other forms hold "
                     "them whole.",
                     paper->cut);
    const char *unknown =
        arena_format(paper->arena,
                     "The fonts of the service lack %zu letters of this paper, which stand as "
                     "boxes; the other forms hold them.",
                     paper->unknown);
    if (paper->cut > 0)
        paper_say(paper, INK_TEXT, "P", cut != NULL ? cut : "");
    if (paper->unknown > 0)
        paper_say(paper, INK_TEXT, "P", unknown != NULL ? unknown : "");
}

static void tell_sums(struct paper *paper)
{
    const struct figures *figures = paper->figures;
    size_t missing = 0;
    for (size_t i = 0; i < figures->sums.count; i++)
        for (size_t v = 0; v < figures->total_count; v++)
            missing += figures->sums.entries[i].sums[v].missing;
    if (figures->sums.count > 0 && figures->summed != NULL)
        paper_say(paper, INK_SOFT, "P", "Totals leave out rows of which nothing is known.");
    if (missing > 0)
        paper_say(paper, INK_SOFT, "P",
                  "Totals are of what is known: cells that are empty are in none.");
}

static void say_rows(struct paper *paper)
{
    const struct figures *figures = paper->figures;
    const struct paper_table table = {.owner = paper,
                                      .columns = figures->columns,
                                      .rows = figures->kept,
                                      .sums = figures->sums.count,
                                      .keys = count_keys(figures),
                                      .counted = true,
                                      .head = row_head,
                                      .cell = row_cell,
                                      .is_number = row_is_number};
    const bool wide = paper_table_is_wide(paper, &table, &paper->rows);
    if (wide)
        paper_turn(paper, true);
    paper_head(paper, "Rows", bottom_of(paper) / 6);
    paper_say(paper, INK_SOFT, "P", report_word(paper->report->manifest, "null_rule"));
    tell_losses(paper);
    if (figures->row_count == 0)
        paper_say(paper, INK_TEXT, "P",
                  "There are no rows: nothing that was asked for is in the ledger.");
    else
        paper_table_draw(paper, &table, paper->rows);
    tell_sums(paper);
    if (wide)
        paper_turn(paper, false);
}

/* ---------------------------------------------------------------- disagreements, method, columns
 */

static void say_disagreement(struct paper *paper, const json_t *item)
{
    const json_t *texts = json_object_get(item, "texts");
    const char *head = arena_format(paper->arena, "%s, %s",
                                    report_word(json_object_get(item, "commitment"), "title"),
                                    report_word(item, "country"));
    paper_need(paper, bottom_of(paper) / 12);
    paper_say(paper, INK_STRONG, "H3", head != NULL ? head : "");
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *text = json_array_get(texts, i);
        const char *said = arena_format(paper->arena, "%s: \u2068%s\u2069",
                                        report_word(text, "side"), report_word(text, "text"));
        paper_say(paper, INK_TEXT, "P", said != NULL ? said : "");
    }
}

static void say_disagreements(struct paper *paper)
{
    const json_t *told =
        json_object_get(told_preface(paper->arena, paper->report), "standing_disagreements");
    const json_t *items = json_object_get(told, "items");
    const int64_t count = (int64_t)json_integer_value(json_object_get(told, "count"));
    if (count == 0)
        return;
    paper_head(paper, "Where both sides agreed to differ", bottom_of(paper) / 10);
    for (size_t i = 0; i < json_array_size(items); i++)
        say_disagreement(paper, json_array_get(items, i));
    const char *rest =
        arena_format(paper->arena, "All %" PRId64 " are at %s", count, report_word(told, "list"));
    if ((size_t)count > json_array_size(items))
        paper_say(paper, INK_TEXT, "P", rest != NULL ? rest : "");
}

static void say_method(struct paper *paper)
{
    const json_t *manifest = paper->report->manifest;
    const char *rule = report_word(manifest, "aggregation_rule");
    paper_head(paper, "How it is computed", bottom_of(paper) / 10);
    say_list(paper, "method", GROUND_PAPER);
    const struct fact empty = {.name = "Empty cells",
                               .text = report_word(manifest, "null_rule"),
                               .voice = INK_TEXT,
                               .width = PAPER_COLUMN};
    const struct fact adding = {
        .name = "Adding up", .text = rule, .voice = INK_TEXT, .width = PAPER_COLUMN};
    say_fact(paper, &empty);
    if (rule[0] != '\0')
        say_fact(paper, &adding);
}

static const char *meaning_head(const void *owner, size_t column)
{
    static const char *const heads[] = {"Column", "Unit", "Meaning"};
    (void)owner;
    return heads[column];
}

static const char *meaning_cell(const void *owner, size_t row, size_t column)
{
    static const char *const names[] = {NULL, "unit", "meaning"};
    const struct paper *paper = owner;
    return column == 0 ? figures_label(paper->figures, row)
                       : report_word(figures_column(paper->figures, row), names[column]);
}

static bool meaning_is_number(const void *owner, size_t column)
{
    (void)owner;
    (void)column;
    return false;
}

static void say_columns(struct paper *paper)
{
    const struct paper_table table = {.owner = paper,
                                      .columns = 3,
                                      .rows = paper->figures->columns,
                                      .head = meaning_head,
                                      .cell = meaning_cell,
                                      .is_number = meaning_is_number};
    (void)paper_table_is_wide(paper, &table, &paper->meanings);
    paper_head(paper, "What the columns mean", bottom_of(paper) / 8);
    paper_table_draw(paper, &table, paper->meanings);
}

/* ---------------------------------------------------------------- how it is verified */

static void say_proven(struct paper *paper, const char *name, const char *text)
{
    const struct fact fact = {.name = name,
                              .text = text != NULL ? text : "",
                              .voice = INK_CODE,
                              .width = PAPER_COLUMN,
                              .ground = GROUND_PROOF};
    if (text == NULL)
        return;
    say_fact(paper, &fact);
    draw_ground(paper, GROUND_PROOF, PAPER_GAP / 2);
    paper->y += PAPER_GAP / 2;
}

static bool has_site(const struct paper *paper)
{
    return paper->report->footing.site != NULL && paper->report->footing.site[0] != '\0';
}

static void say_link(struct paper *paper, const char *name, const char *path)
{
    const char *address = arena_format(paper->arena, "%s%s",
                                       has_site(paper) ? paper->report->footing.site : "", path);
    if (address == NULL)
        return;
    if (has_site(paper))
        ink_tag_link(paper->ink, address);
    say_proven(paper, name, address);
    if (has_site(paper))
        ink_untag(paper->ink);
}

static void say_links(struct paper *paper)
{
    const struct footing *footing = &paper->report->footing;
    say_link(paper, "The JSON", told_address(paper->arena, paper->report, NULL));
    if (paper->link != NULL)
        say_link(paper, "To verify", paper->link + strlen(footing->site));
    if (footing->checkpoint != NULL && strcmp(footing->checkpoint_size, footing->size) != 0)
        say_link(paper, "Of both sizes",
                 arena_format(paper->arena, "/v1/ledger/consistency?old=%s&new=%s", footing->size,
                              footing->checkpoint_size));
    say_link(paper, "If it was issued",
             arena_format(paper->arena, "/v1/report-runs?sha256=%s", paper->digest));
}

static void say_proof(struct paper *paper)
{
    const struct footing *footing = &paper->report->footing;
    const struct place place = {PAPER_MARGIN + INDENT, PAPER_COLUMN - 2 * INDENT, GROUND_PROOF};
    paper->y += PAPER_GAP;
    paper_need(paper, bottom_of(paper) / 3);
    ink_outline(paper->ink, "Check this report", paper->y);
    draw_ground(paper, GROUND_PROOF, PAPER_GAP);
    paper->y += PAPER_GAP;
    say_at(paper, INK_HEAD, "H2", "Check this report", &place);
    say_at(paper, INK_TEXT, "P",
           "The same tree size gives the same report, for everybody and for ever: as JSON, from "
           "the address below, it has this SHA-256. The root hash is that of all statements the "
           "report was made of; a signed checkpoint of that size or a larger one binds the ledger "
           "to it: nothing of it can be altered or left out unnoticed.",
           &place);
    say_proven(paper, "SHA-256 of the JSON", paper->digest);
    say_proven(paper, "Tree size", paper->report->tree_size);
    say_proven(paper, "Root hash", footing->root);
    say_proven(paper, "Signed checkpoint", footing->checkpoint);
    say_links(paper);
    if (!has_site(paper))
        say_at(paper, INK_SOFT, "P",
               "The service has not been told its public address: read these behind the address "
               "that this paper came from. That is also why no square code stands on it.",
               &place);
    draw_ground(paper, GROUND_PROOF, PAPER_GAP / 2);
}

/* ---------------------------------------------------------------- the paper */

static void say_all(struct paper *paper)
{
    paper_turn(paper, false);
    ink_tag(paper->ink, "Document");
    say_beginning(paper);
    say_limits(paper);
    say_charts(paper);
    say_rows(paper);
    say_disagreements(paper);
    say_method(paper);
    say_columns(paper);
    say_proof(paper);
    ink_untag(paper->ink);
}

/* "1F3A-9C2E-77B0-4D21": the beginning of the digest. */
static const char *make_code(struct paper *paper)
{
    static const char small[] = "0123456789abcdef";
    static const char large[] = "0123456789ABCDEF";
    struct text code = text_open(paper->arena, CODE_BYTES);
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        const char *digit = strchr(small, paper->digest[i]);
        if (i > 0 && i % CODE_GROUP == 0)
            text_add_char(&code, '-');
        text_add_char(&code, large[digit != NULL ? digit - small : 0]);
    }
    return code.data;
}

static const char *make_link(const struct paper *paper)
{
    const char *path = told_verify(paper->arena, paper->report, paper->digest);
    return has_site(paper) && path != NULL
               ? arena_format(paper->arena, "%s%s", paper->report->footing.site, path)
               : NULL;
}

static const char *make_author(const struct paper *paper)
{
    const char *note = paper->report->footing.checkpoint;
    const char *origin =
        note != NULL ? arena_copy_bytes(paper->arena, note, strcspn(note, "\n")) : NULL;
    return origin != NULL ? origin : "aidledger";
}

bool paper_write(struct text *out, const struct report *report, const struct figures *figures,
                 const char *digest)
{
    char keywords[KEYWORD_BYTES];
    struct paper paper = {
        .arena = figures->arena, .report = report, .figures = figures, .digest = digest};
    const struct ink_about about = {.title = report_word(report->manifest, "title"),
                                    .subject = report_word(report->manifest, "question"),
                                    .author = make_author(&paper),
                                    .keywords = keywords,
                                    .made =
                                        report->footing.at != NULL ? report->footing.at : undated};
    (void)snprintf(keywords, sizeof keywords, "%s, tree size %s, SHA-256 %s",
                   report_word(report->manifest, "slug"), report->tree_size, digest);
    paper.code = make_code(&paper);
    paper.link = make_link(&paper);
    paper.ink = ink_open(figures->arena, &about, out);
    if (paper.ink == NULL)
        return false;
    ink_rehearse(paper.ink, true);
    say_all(&paper);
    paper.pages = ink_pages(paper.ink);
    paper.unknown = ink_unknown(paper.ink);
    ink_rehearse(paper.ink, false);
    say_all(&paper);
    return ink_close(paper.ink);
}
