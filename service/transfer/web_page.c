/* web_page.c - a report as a page to read and to print. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/web_page.h"

#include "transfer/chart.h"
#include "transfer/markup.h"
#include "transfer/svg.h"
#include "transfer/told.h"

#include <inttypes.h>
#include <string.h>

const char web_page_policy[] = "default-src 'none'; style-src 'self'; img-src data:; "
                               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

enum {
    ROWS_SHOWN = 500, /* a page stays light; the other forms hold all */
    SUMS_SHOWN = 60,
    WIDE = 5600,
    NARROW = 3360,
    WIDE_TABLE = 9 /* columns, from which it is printed on the long side */
};

struct page_writer {
    struct markup markup;
    struct arena *arena;
    const struct report *report;
    const struct figures *figures;
    const char *digest;
};

/* ---------------------------------------------------------------- parts */

static void add_link(struct page_writer *page, const char *class, const char *address,
                     const char *text)
{
    struct markup *m = &page->markup;
    markup_open(m, "a");
    if (class != NULL)
        markup_set(m, "class", class);
    markup_set(m, "href", address != NULL ? address : "");
    markup_text(m, text);
    markup_close(m);
}

static void open_with_class(struct page_writer *page, const char *name, const char *class)
{
    markup_open(&page->markup, name);
    markup_set(&page->markup, "class", class);
}

static void add_list(struct page_writer *page, const char *name)
{
    struct markup *m = &page->markup;
    const json_t *list = json_object_get(page->report->manifest, name);
    markup_open(m, "ul");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        markup_add(m, "li", NULL, item != NULL ? item : "");
    }
    markup_close(m);
}

static void add_head(struct page_writer *page)
{
    struct markup *m = &page->markup;
    text_add(m->out, "<!doctype html>\n");
    markup_open(m, "html");
    markup_set(m, "lang", "en");
    markup_set(m, "dir", "ltr");
    markup_open(m, "head");
    markup_open(m, "meta");
    markup_set(m, "charset", "utf-8");
    markup_void(m);
    markup_open(m, "meta");
    markup_set(m, "name", "viewport");
    markup_set(m, "content", "width=device-width,initial-scale=1");
    markup_void(m);
    markup_add(m, "title", NULL, report_word(page->report->manifest, "title"));
    markup_open(m, "link");
    markup_set(m, "rel", "stylesheet");
    markup_set(m, "href", "/style.css");
    markup_void(m);
    /* Else a browser asks for /favicon.ico. */
    markup_open(m, "link");
    markup_set(m, "rel", "icon");
    markup_set(m, "href", "data:,");
    markup_void(m);
    markup_close(m);
}

static void add_top(struct page_writer *page)
{
    struct markup *m = &page->markup;
    add_link(page, "skip", "#main", "Skip to the report");
    open_with_class(page, "header", "top");
    open_with_class(page, "div", "wrap");
    add_link(page, "brand", "/", "aidledger");
    markup_open(m, "nav");
    markup_set(m, "aria-label", "Main");
    add_link(page, NULL, "/v1/reports", "Reports");
    add_link(page, NULL, "/verify", "Verify");
    add_link(page, NULL, "/openapi.json", "API");
    markup_close(m);
    markup_close(m);
    markup_close(m);
}

static void add_forms(struct page_writer *page)
{
    static const char *const forms[][2] = {
        {"json", "JSON"}, {"ndjson", "NDJSON"}, {"csv", "CSV"}, {"xlsx", "Excel"}, {"pdf", "PDF"}};
    struct markup *m = &page->markup;
    open_with_class(page, "nav", "bar noprint");
    markup_set(m, "aria-label", "Other forms of this report");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        add_link(page, "btn", told_address(page->arena, page->report, forms[i][0]), forms[i][1]);
    markup_close(m);
}

static void add_title(struct page_writer *page)
{
    struct markup *m = &page->markup;
    const json_t *manifest = page->report->manifest;
    markup_add(m, "h1", NULL, report_word(manifest, "title"));
    markup_add(m, "p", "lead", report_word(manifest, "question"));
    open_with_class(page, "p", "soft");
    markup_text(m, told_parameters(page->arena, page->report));
    markup_text(m, " As of tree size ");
    markup_add(m, "b", NULL, page->report->tree_size);
    markup_text(m, ", definition version ");
    markup_text(m, report_word(manifest, "definition_version"));
    markup_text(m, ".");
    markup_close(m);
    add_forms(page);
}

/* ---------------------------------------------------------------- tables */

static bool is_number(const struct page_writer *page, size_t column)
{
    return figures_is_number(page->figures, column);
}

static void add_number(struct page_writer *page, const char *name, const char *text)
{
    markup_add(&page->markup, name, "num", text);
}

static void add_text_cell(struct page_writer *page, const char *name, const char *text)
{
    struct markup *m = &page->markup;
    markup_open(m, name);
    markup_set(m, "dir", "auto");
    markup_text(m, text);
    markup_close(m);
}

static void add_header_cell(struct page_writer *page, size_t column)
{
    struct markup *m = &page->markup;
    markup_open(m, "th");
    markup_set(m, "scope", "col");
    if (is_number(page, column))
        markup_set(m, "class", "num");
    markup_set(m, "title", report_word(figures_column(page->figures, column), "meaning"));
    markup_text(m, figures_label(page->figures, column));
    markup_close(m);
}

static void add_row(struct page_writer *page, const char *const *cells)
{
    struct markup *m = &page->markup;
    markup_open(m, "tr");
    for (size_t i = 0; i < page->figures->columns; i++) {
        if (cells[i] == NULL)
            markup_add(m, "td", NULL, "");
        else if (is_number(page, i))
            add_number(page, "td", told_cell(page->arena, page->figures, i, cells[i]));
        else
            add_text_cell(page, "td", cells[i]);
    }
    markup_close(m);
}

static void add_sums(struct page_writer *page, const struct tally_entry *entry)
{
    const struct figures *figures = page->figures;
    struct markup *m = &page->markup;
    markup_open(m, "tr");
    for (size_t i = 0; i < figures->columns; i++) {
        const struct sum *sum = figures_sum(figures, entry, i);
        const char *key = figures_key(figures, entry, i);
        if (i == 0)
            markup_add(m, "th", NULL, key == NULL ? "Total" : told_total(page->arena, key));
        else if (sum != NULL)
            add_number(page, "td", told_number(page->arena, chart_sum(figures, sum)));
        else
            markup_add(m, "td", NULL, key != NULL ? key : "");
    }
    markup_close(m);
}

static void add_body(struct page_writer *page)
{
    const struct figures *figures = page->figures;
    struct markup *m = &page->markup;
    markup_open(m, "tbody");
    for (size_t i = 0; i < figures->kept && i < ROWS_SHOWN; i++)
        add_row(page, figures->rows[i]);
    markup_close(m);
    if (figures->sums.count == 0)
        return;
    markup_open(m, "tfoot");
    for (size_t i = 0; i < figures->sums.count && i < SUMS_SHOWN; i++)
        add_sums(page, &figures->sums.entries[i]);
    markup_close(m);
}

/* What the sums are not. */
static void add_sum_notes(struct page_writer *page)
{
    const struct figures *figures = page->figures;
    const char *notes[TOLD_SUM_NOTES];
    const size_t count = told_sums(figures, notes);
    for (size_t i = 0; i < count; i++)
        markup_add(&page->markup, "p", "soft", notes[i]);
    if (figures->sums.count > SUMS_SHOWN)
        markup_add(&page->markup, "p", "soft", "Further totals are in the XLSX.");
}

static void add_table(struct page_writer *page)
{
    const struct figures *figures = page->figures;
    struct markup *m = &page->markup;
    const char *rest = told_rest(page->arena, figures, ROWS_SHOWN);
    open_with_class(page, "section", figures->columns >= WIDE_TABLE ? "card landscape" : "card");
    markup_add(m, "h2", NULL, "Rows");
    if (rest != NULL)
        markup_add(m, "p", "note", rest);
    markup_add(m, "p", "soft", report_word(page->report->manifest, "null_rule"));
    open_with_class(page, "div", "scroll");
    markup_set(m, "tabindex", "0");
    markup_set(m, "role", "region");
    markup_set(m, "aria-label", "Rows of the report");
    markup_open(m, "table");
    markup_set(m, "id", "rows");
    markup_open(m, "thead");
    markup_open(m, "tr");
    for (size_t i = 0; i < figures->columns; i++)
        add_header_cell(page, i);
    markup_close(m);
    markup_close(m);
    add_body(page);
    markup_close(m);
    markup_close(m);
    add_sum_notes(page);
    if (figures->row_count == 0)
        markup_add(m, "p", NULL, "There are no rows: nothing that was asked for is in the ledger.");
    markup_close(m);
}

/* ---------------------------------------------------------------- charts */

static void add_chart_row(struct page_writer *page, const struct chart *chart,
                          const struct tally_entry *entry)
{
    struct markup *m = &page->markup;
    markup_open(m, "tr");
    for (size_t i = 0; i < chart->key_count; i++)
        add_text_cell(page, "td", chart_key(entry->key[i]));
    for (size_t i = 0; i < chart->value_count; i++)
        add_number(page, "td", told_number(page->arena, chart_sum(page->figures, &entry->sums[i])));
    markup_close(m);
}

/* What the drawing shows, exactly. */
static void add_chart_table(struct page_writer *page, const struct chart *chart,
                            const struct panel *panel)
{
    struct markup *m = &page->markup;
    const struct tally_entry **entries = chart_order(page->figures, chart, panel);
    markup_open(m, "details");
    markup_add(m, "summary", NULL, "Figures of this chart");
    open_with_class(page, "div", "scroll");
    markup_open(m, "table");
    markup_open(m, "thead");
    markup_open(m, "tr");
    for (size_t i = 0; i < chart->key_count; i++)
        markup_add(m, "th", NULL, figures_label(page->figures, chart->keys[i]));
    for (size_t i = 0; i < chart->value_count; i++)
        add_number(page, "th", figures_label(page->figures, chart->values[i]));
    markup_close(m);
    markup_close(m);
    markup_open(m, "tbody");
    for (size_t i = 0; entries != NULL && i < panel->tally.count && i < ROWS_SHOWN; i++)
        add_chart_row(page, chart, entries[i]);
    markup_close(m);
    markup_close(m);
    markup_close(m);
    markup_close(m);
}

static void add_panel(struct page_writer *page, const struct chart *chart,
                      const struct panel *panel)
{
    struct svg wide = {.page = &page->markup, .class = "wide"};
    struct svg narrow = {.page = &page->markup, .class = "narrow"};
    const struct canvas wide_canvas = svg_canvas(&wide);
    const struct canvas narrow_canvas = svg_canvas(&narrow);
    const char *caption = chart_caption(page->figures, chart, panel);
    open_with_class(page, "section", "card");
    markup_add(&page->markup, "h2", NULL, chart_title(page->figures, chart, panel));
    if (caption != NULL)
        markup_add(&page->markup, "p", "soft", caption);
    chart_draw(&wide_canvas, page->figures, chart, panel, WIDE);
    chart_draw(&narrow_canvas, page->figures, chart, panel, NARROW);
    add_chart_table(page, chart, panel);
    markup_close(&page->markup);
}

/* Rows that no chart can show. */
static void add_nothing(struct page_writer *page, const struct chart *chart)
{
    open_with_class(page, "section", "card");
    markup_add(&page->markup, "h2", NULL, chart->title);
    markup_add(&page->markup, "p", "soft", "There is nothing to draw: see the rows.");
    markup_close(&page->markup);
}

static void add_chart(struct page_writer *page, const struct chart *chart)
{
    const struct panel *drawn[TOLD_PANELS];
    const char *rest = NULL;
    const size_t count = told_panels(page->figures, chart, drawn, &rest);
    for (size_t i = 0; i < count; i++)
        add_panel(page, chart, drawn[i]);
    if (count == 0)
        add_nothing(page, chart);
    if (rest != NULL)
        markup_add(&page->markup, "p", "soft", rest);
}

static void add_charts(struct page_writer *page)
{
    const struct figures *figures = page->figures;
    if (figures->chart_count == 0 || figures->row_count == 0)
        return;
    svg_patterns(&page->markup);
    open_with_class(page, "div", "grid");
    for (size_t i = 0; i < figures->chart_count; i++)
        add_chart(page, &figures->charts[i]);
    markup_close(&page->markup);
}

/* ---------------------------------------------------------------- disagreements, method, proof */

static void add_disagreement(struct page_writer *page, const json_t *item)
{
    struct markup *m = &page->markup;
    const json_t *texts = json_object_get(item, "texts");
    open_with_class(page, "div", "find");
    markup_open(m, "h3");
    markup_text(
        m, told_isolated(page->arena, report_word(json_object_get(item, "commitment"), "title")));
    markup_text(m, ", ");
    markup_text(m, report_word(item, "country"));
    markup_close(m);
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *text = json_array_get(texts, i);
        markup_open(m, "blockquote");
        markup_set(m, "dir", "auto");
        markup_add(m, "b", NULL, report_word(text, "side"));
        markup_text(m, ": ");
        markup_text(m, told_isolated(page->arena, report_word(text, "text")));
        markup_close(m);
    }
    markup_close(m);
}

static void add_disagreements(struct page_writer *page)
{
    struct markup *m = &page->markup;
    const json_t *told =
        json_object_get(told_preface(page->arena, page->report), "standing_disagreements");
    const json_t *items = json_object_get(told, "items");
    const int64_t count = (int64_t)json_integer_value(json_object_get(told, "count"));
    if (count == 0)
        return;
    open_with_class(page, "section", "card");
    markup_add(m, "h2", NULL, "Where both sides agreed to differ");
    for (size_t i = 0; i < json_array_size(items); i++)
        add_disagreement(page, json_array_get(items, i));
    if ((size_t)count > json_array_size(items)) {
        const char *text = arena_format(page->arena, "All %" PRId64, count);
        markup_open(m, "p");
        add_link(page, NULL, report_word(told, "list"), text != NULL ? text : "All");
        markup_close(m);
    }
    markup_close(m);
}

static void add_columns(struct page_writer *page)
{
    struct markup *m = &page->markup;
    markup_open(m, "details");
    markup_add(m, "summary", NULL, "What the columns mean");
    markup_open(m, "dl");
    for (size_t i = 0; i < page->figures->columns; i++) {
        const json_t *column = figures_column(page->figures, i);
        markup_add(m, "dt", NULL, figures_label(page->figures, i));
        markup_open(m, "dd");
        markup_text(m, report_word(column, "meaning"));
        if (report_word(column, "unit")[0] != '\0') {
            markup_text(m, " Unit: ");
            markup_text(m, report_word(column, "unit"));
            markup_text(m, ".");
        }
        markup_close(m);
    }
    markup_close(m);
    markup_close(m);
}

static void add_method(struct page_writer *page)
{
    struct markup *m = &page->markup;
    const json_t *manifest = page->report->manifest;
    const char *rule = report_word(manifest, "aggregation_rule");
    open_with_class(page, "section", "card limits");
    markup_add(m, "h2", NULL, "What it does not tell");
    add_list(page, "limitations");
    markup_close(m);
    open_with_class(page, "section", "card");
    markup_add(m, "h2", NULL, "How it is computed");
    add_list(page, "method");
    if (rule[0] != '\0')
        markup_add(m, "p", NULL, rule);
    add_columns(page);
    markup_close(m);
}

static void add_fact(struct page_writer *page, const char *term, const char *value)
{
    struct markup *m = &page->markup;
    markup_open(m, "div");
    markup_add(m, "dt", NULL, term);
    markup_open(m, "dd");
    markup_add(m, "code", NULL, value);
    markup_close(m);
    markup_close(m);
}

static void add_checkpoint(struct page_writer *page)
{
    struct markup *m = &page->markup;
    const struct footing *footing = &page->report->footing;
    if (footing->checkpoint == NULL) {
        add_link(page, NULL, "/v1/ledger/checkpoint", "the next signed checkpoint");
        return;
    }
    add_link(page, NULL,
             arena_format(page->arena, "/v1/ledger/checkpoints/%s", footing->checkpoint_size),
             "its signed checkpoint");
    if (strcmp(footing->checkpoint_size, footing->size) != 0) {
        markup_text(m, " of size ");
        markup_text(m, footing->checkpoint_size);
        markup_text(m, ", which extends it (");
        add_link(page, NULL,
                 arena_format(page->arena, "/v1/ledger/consistency?old=%s&new=%s", footing->size,
                              footing->checkpoint_size),
                 "the proof");
        markup_text(m, ")");
    }
}

static void add_proof(struct page_writer *page)
{
    struct markup *m = &page->markup;
    const struct footing *footing = &page->report->footing;
    const char *address = told_address(page->arena, page->report, NULL);
    const char *verify = told_verify(page->arena, page->report, page->digest);
    open_with_class(page, "section", "card");
    markup_set(m, "id", "verify");
    markup_add(m, "h2", NULL, "Check this report");
    open_with_class(page, "dl", "facts");
    add_fact(page, "Tree size", page->report->tree_size);
    if (footing->at != NULL)
        add_fact(page, "Its newest statement", footing->at);
    if (footing->root != NULL)
        add_fact(page, "Its root hash", footing->root);
    add_fact(page, "SHA-256 of its JSON", page->digest);
    markup_close(m);
    markup_open(m, "p");
    markup_text(m, "The same tree size gives the same bytes, for everybody and for ever: ");
    add_link(page, NULL, address, "this report as JSON");
    markup_text(m, " has that SHA-256. What the ledger held at this size is proved by ");
    add_checkpoint(page);
    markup_text(m, ". All of it is verified ");
    add_link(page, NULL, verify != NULL ? verify : "/verify", "in your browser");
    markup_text(m, ".");
    markup_close(m);
    markup_close(m);
}

/* ---------------------------------------------------------------- the page */

void web_page_write(struct text *out, const struct report *report, const struct figures *figures,
                    const char *digest)
{
    struct page_writer page = {.markup = markup_begin(out),
                               .arena = figures->arena,
                               .report = report,
                               .figures = figures,
                               .digest = digest};
    struct markup *m = &page.markup;
    add_head(&page);
    markup_open(m, "body");
    add_top(&page);
    markup_open(m, "main");
    markup_set(m, "id", "main");
    markup_set(m, "class", "wrap");
    add_title(&page);
    add_charts(&page);
    add_table(&page);
    add_disagreements(&page);
    add_method(&page);
    add_proof(&page);
    markup_close(m);
    markup_close(m);
    markup_close(m);
    text_add_char(out, '\n');
}

/* ---------------------------------------------------------------- from rows */

static bool take_rows(struct figures *figures, const struct rows *rows)
{
    const char **cells = arena_alloc(figures->arena, (rows->columns + 1) * sizeof *cells);
    if (cells == NULL)
        return false;
    for (size_t row = 0; row < rows->count; row++) {
        for (size_t i = 0; i < rows->columns; i++)
            cells[i] = rows->cell(rows->source, row, i);
        if (!figures_take(figures, cells))
            return false;
    }
    return true;
}

static void digest_lines(const struct text *lines, char hex[DIGEST_BYTES])
{
    struct digest digest;
    const char *line = lines->data;
    const char *end = strchr(line, '\n');
    digest_begin(&digest, line, (size_t)(end - line));
    for (line = end + 1; (end = strchr(line, '\n')) != NULL; line = end + 1)
        digest_row(&digest, line, (size_t)(end - line));
    digest_end(&digest, hex);
}

bool report_write_html(struct text *out, const struct report *report, const struct rows *rows)
{
    char digest[DIGEST_BYTES];
    struct text lines = text_open(out->arena, out->cap);
    if (!report_write(&lines, &report_ndjson, report, rows))
        return false;
    struct figures *figures = figures_open(out->arena, report);
    if (lines.full || figures == NULL || !take_rows(figures, rows)) {
        out->full = true;
        return true;
    }
    digest_lines(&lines, digest);
    web_page_write(out, report, figures, digest);
    out->full = out->full || arena_is_short(out->arena);
    return true;
}
