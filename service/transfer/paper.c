/* paper.c - a report as a document to file: what it says, from the title to how it is verified. */
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
    KEYWORD_BYTES = 300,
    SQUARE = 1500, /* of the QR code */
    SQUARE_GAP = 250,
    CODE_DIGITS = 16,
    CODE_GROUP = 4,
    CODE_BYTES = 64
};

/* What paper without a known checkpoint is dated: as good as any, and always the same. */
static const char undated[] = "2000-01-01T00:00:00Z";

/* ---------------------------------------------------------------- the first page */

static void draw_square(struct paper *paper, int top)
{
    const int x = PAPER_MARGIN + paper_width(paper) - SQUARE;
    const struct box square = {x, top, SQUARE, SQUARE};
    const struct box words = {x - 100, top + SQUARE + 10, SQUARE + 200, PAPER_LINE};
    const struct box code = {x - 100, top + SQUARE + 160, SQUARE + 200, PAPER_LINE};
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
        paper_fact(paper, &fact);
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
    paper_say_at(paper, INK_TITLE, "H1", report_word(manifest, "title"), &place);
    paper_say_at(paper, INK_LEAD, "P", report_word(manifest, "question"), &place);
    paper->y += PAPER_GAP;
    say_facts(paper, width);
    draw_square(paper, top + 40);
    if (paper->link != NULL && paper->y < top + SQUARE + 400)
        paper->y = top + SQUARE + 400;
}

static void say_limits(struct paper *paper)
{
    const struct place place = {PAPER_MARGIN + PAPER_INDENT, paper_width(paper) - 2 * PAPER_INDENT,
                                GROUND_LIMITS};
    paper->y += PAPER_GAP;
    paper_need(paper, paper_bottom(paper) / 8);
    ink_outline(paper->ink, "What it does not tell", paper->y);
    paper_ground(paper, GROUND_LIMITS, PAPER_GAP);
    paper->y += PAPER_GAP;
    paper_say_at(paper, INK_HEAD, "H2", "What it does not tell", &place);
    paper_list(paper, "limitations", GROUND_LIMITS);
    paper_ground(paper, GROUND_LIMITS, PAPER_GAP / 2);
    paper->y += PAPER_GAP;
}

/* ---------------------------------------------------------------- charts */

static void say_panels(struct paper *paper, const struct chart *chart)
{
    const struct panel *drawn[TOLD_PANELS];
    const char *rest = NULL;
    const size_t count = told_panels(paper->figures, chart, drawn, &rest);
    for (size_t i = 0; i < count; i++)
        paper_chart(paper, chart, drawn[i]);
    if (rest != NULL)
        paper_say(paper, INK_SOFT, "P", rest);
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
        return key == NULL ? "Total" : told_total(paper->arena, key);
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
    const char *notes[TOLD_SUM_NOTES];
    const size_t count = told_sums(paper->figures, notes);
    for (size_t i = 0; i < count; i++)
        paper_say(paper, INK_SOFT, "P", notes[i]);
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
    paper_head(paper, "Rows", paper_bottom(paper) / 6);
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
    const char *head = arena_format(
        paper->arena, "%s, %s",
        told_isolated(paper->arena, report_word(json_object_get(item, "commitment"), "title")),
        report_word(item, "country"));
    paper_need(paper, paper_bottom(paper) / 12);
    paper_say(paper, INK_STRONG, "H3", head != NULL ? head : "");
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *text = json_array_get(texts, i);
        const char *said = arena_format(paper->arena, "%s: %s", report_word(text, "side"),
                                        told_isolated(paper->arena, report_word(text, "text")));
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
    paper_head(paper, "Where both sides agreed to differ", paper_bottom(paper) / 10);
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
    paper_head(paper, "How it is computed", paper_bottom(paper) / 10);
    paper_list(paper, "method", GROUND_PAPER);
    const struct fact empty = {.name = "Empty cells",
                               .text = report_word(manifest, "null_rule"),
                               .voice = INK_TEXT,
                               .width = PAPER_COLUMN};
    const struct fact adding = {
        .name = "Adding up", .text = rule, .voice = INK_TEXT, .width = PAPER_COLUMN};
    paper_fact(paper, &empty);
    if (rule[0] != '\0')
        paper_fact(paper, &adding);
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
    paper_head(paper, "What the columns mean", paper_bottom(paper) / 8);
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
    paper_fact(paper, &fact);
    paper_ground(paper, GROUND_PROOF, PAPER_GAP / 2);
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
    const struct place place = {PAPER_MARGIN + PAPER_INDENT, PAPER_COLUMN - 2 * PAPER_INDENT,
                                GROUND_PROOF};
    paper->y += PAPER_GAP;
    paper_need(paper, paper_bottom(paper) / 3);
    ink_outline(paper->ink, "Check this report", paper->y);
    paper_ground(paper, GROUND_PROOF, PAPER_GAP);
    paper->y += PAPER_GAP;
    paper_say_at(paper, INK_HEAD, "H2", "Check this report", &place);
    paper_say_at(
        paper, INK_TEXT, "P",
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
        paper_say_at(
            paper, INK_SOFT, "P",
            "The service has not been told its public address: read these behind the address "
            "that this paper came from. That is also why no square code stands on it.",
            &place);
    paper_ground(paper, GROUND_PROOF, PAPER_GAP / 2);
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
