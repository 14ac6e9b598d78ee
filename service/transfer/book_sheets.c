/* book_sheets.c - sums, charts, matrices and flows of a workbook. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/book_parts.h"
#include "transfer/chart.h"

enum {
    PANELS_MAX = 3,
    CHART_ROWS = 18,     /* of cells, that a chart covers */
    MATRIX_COLUMNS = 500 /* a wider one is written as rows */
};

/* ---------------------------------------------------------------- sums and charts */

/* What a total is of stands before it: what is kept apart, and its currency. */
static void write_total(struct book *w, const struct tally_entry *entry)
{
    const struct figures *figures = w->figures;
    lxw_col_t column = 0;
    for (size_t i = 0; i <= figures->apart_count; i++)
        if (entry->key[i] != NULL)
            book_text(w, w->sums, w->sums_row, (lxw_col_t)i, entry->key[i], NULL);
    column = (lxw_col_t)(figures->apart_count + 1);
    for (size_t i = 0; i < figures->total_count; i++)
        book_number(w, w->sums, w->sums_row, (lxw_col_t)(column + i),
                    chart_sum(figures, &entry->sums[i]), false);
    w->sums_row++;
}

static void write_totals(struct book *w)
{
    const struct figures *figures = w->figures;
    const size_t first = figures->apart_count + 1;
    if (figures->sums.count == 0)
        return;
    book_text(w, w->sums, w->sums_row, 0, "Total", w->head);
    for (size_t i = 0; i < figures->apart_count; i++)
        book_text(w, w->sums, w->sums_row, (lxw_col_t)(i + 1),
                  figures_label(figures, figures->apart[i]), w->head);
    for (size_t i = 0; i < figures->total_count; i++)
        book_text(w, w->sums, w->sums_row, (lxw_col_t)(first + i),
                  figures_label(figures, figures->totals[i]), w->head);
    w->sums_row++;
    for (size_t e = 0; e < figures->sums.count; e++)
        write_total(w, &figures->sums.entries[e]);
    w->sums_row++;
}

static void add_series(struct book *w, lxw_chart *chart, const struct chart *spec, size_t value,
                       lxw_row_t first, lxw_row_t last)
{
    static const uint8_t patterns[CHART_VALUES] = {
        LXW_CHART_PATTERN_NONE, LXW_CHART_PATTERN_WIDE_UPWARD_DIAGONAL,
        LXW_CHART_PATTERN_DARK_HORIZONTAL, LXW_CHART_PATTERN_WIDE_DOWNWARD_DIAGONAL};
    static const lxw_color_t colours[CHART_VALUES] = {0x1b5e9e, 0x8fb8de, 0x0c7f76, 0xd9a15a};
    static const char sheet[] = "Sums and charts";
    const lxw_col_t column = (lxw_col_t)(value + 1);
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fill = {.color = colours[value]};
    lxw_chart_pattern pattern = {
        .fg_color = 0xffffff, .bg_color = colours[value], .type = patterns[value]};
    if (series == NULL) {
        w->failed = true;
        return;
    }
    chart_series_set_categories(series, sheet, first, 0, last, 0);
    chart_series_set_values(series, sheet, first, column, last, column);
    chart_series_set_name(series, figures_label(w->figures, spec->values[value]));
    if (value == 0)
        chart_series_set_fill(series, &fill);
    else
        chart_series_set_pattern(series, &pattern);
}

/* The title of a panel and what it says of itself. */
static void write_words(struct book *w, lxw_worksheet *sheet, lxw_row_t *row,
                        const struct chart *spec, const struct panel *panel)
{
    const char *caption = chart_caption(w->figures, spec, panel);
    book_text(w, sheet, (*row)++, 0, chart_title(w->figures, spec, panel), w->bold);
    if (caption != NULL)
        book_text(w, sheet, (*row)++, 0, caption, NULL);
}

/* The figures of a panel, a row each. */
static void write_figures(struct book *w, lxw_worksheet *sheet, lxw_row_t *row,
                          const struct chart *spec, const struct panel *panel)
{
    const struct figures *figures = w->figures;
    const struct tally_entry **entries = chart_order(figures, spec, panel);
    const size_t keys = spec->key_count;
    for (size_t k = 0; k < keys; k++)
        book_text(w, sheet, *row, (lxw_col_t)k, figures_label(figures, spec->keys[k]), w->head);
    for (size_t v = 0; v < spec->value_count; v++)
        book_text(w, sheet, *row, (lxw_col_t)(keys + v), figures_label(figures, spec->values[v]),
                  w->head);
    w->failed = w->failed || entries == NULL;
    for (size_t i = 0; !w->failed && i < panel->tally.count; i++) {
        ++*row;
        for (size_t k = 0; k < keys; k++)
            book_text(w, sheet, *row, (lxw_col_t)k, chart_key(entries[i]->key[k]), NULL);
        for (size_t v = 0; v < spec->value_count; v++)
            book_number(w, sheet, *row, (lxw_col_t)(keys + v),
                        chart_sum(figures, &entries[i]->sums[v]), false);
    }
    ++*row;
}

/* ---------------------------------------------------------------- bars */

static void write_bars(struct book *w, const struct chart *spec, const struct panel *panel)
{
    const struct figures *figures = w->figures;
    lxw_chart *chart = workbook_add_chart(w->book, LXW_CHART_COLUMN);
    const lxw_row_t begin = w->sums_row;
    if (chart == NULL) {
        w->failed = true;
        return;
    }
    write_words(w, w->sums, &w->sums_row, spec, panel);
    const lxw_row_t first = w->sums_row + 1;
    write_figures(w, w->sums, &w->sums_row, spec, panel);
    for (size_t v = 0; !w->failed && v < spec->value_count; v++)
        add_series(w, chart, spec, v, first, w->sums_row - 1);
    chart_title_set_name(chart, chart_title(figures, spec, panel));
    book_note(w, worksheet_insert_chart(w->sums, begin + 1, CHART_VALUES + 2, chart));
    if (w->sums_row < begin + CHART_ROWS)
        w->sums_row = begin + CHART_ROWS;
    w->sums_row++;
}

/* ---------------------------------------------------------------- matrices */

/* The names of one side of a matrix, each once, in the order in which they come. */
static struct tally names_of(const struct book *w, const struct panel *panel, size_t side)
{
    struct tally names = tally_make(w->figures->arena, 1, 1);
    for (size_t i = 0; i < panel->tally.count; i++) {
        const char *key[TALLY_KEYS] = {panel->tally.entries[i].key[side]};
        (void)tally_find(&names, key);
    }
    return names;
}

static void write_cells(struct book *w, lxw_worksheet *sheet, lxw_row_t row,
                        const struct panel *panel, const char *name, const struct tally *columns)
{
    book_text(w, sheet, row, 0, chart_key(name), NULL);
    for (size_t c = 0; c < columns->count; c++) {
        const char *key[TALLY_KEYS] = {name, columns->entries[c].key[0]};
        const struct tally_entry *entry = tally_get(&panel->tally, key);
        if (entry == NULL)
            continue;
        const char *number = chart_sum(w->figures, &entry->sums[0]);
        if (number[0] != '\0')
            book_number(w, sheet, row, (lxw_col_t)(c + 1), number, false);
        else
            book_text(w, sheet, row, (lxw_col_t)(c + 1), "not known", w->exact);
    }
}

/* From white to blue: the darker the larger. */
static void shade(struct book *w, lxw_worksheet *sheet, const struct chart *spec,
                  const lxw_row_t rows[2], lxw_col_t columns)
{
    lxw_conditional_format scale = {
        .type = LXW_CONDITIONAL_2_COLOR_SCALE, .min_color = 0xffffff, .max_color = 0x8fb8de};
    const lxw_col_t step = spec->by_column ? 1 : columns;
    for (lxw_col_t c = 1; c <= columns; c = (lxw_col_t)(c + step))
        book_note(w, worksheet_conditional_format_range(sheet, rows[0], c, rows[1],
                                                        (lxw_col_t)(c + step - 1), &scale));
}

static void write_matrix(struct book *w, lxw_worksheet *sheet, lxw_row_t *row,
                         const struct chart *spec, const struct panel *panel)
{
    const struct tally rows = names_of(w, panel, 0);
    struct tally columns = names_of(w, panel, 1);
    write_words(w, sheet, row, spec, panel);
    if (columns.count > MATRIX_COLUMNS) {
        write_figures(w, sheet, row, spec, panel);
        return;
    }
    book_text(w, sheet, *row, 0, figures_label(w->figures, spec->keys[0]), w->head);
    for (size_t c = 0; c < columns.count; c++)
        book_text(w, sheet, *row, (lxw_col_t)(c + 1), chart_key(columns.entries[c].key[0]),
                  w->head);
    const lxw_row_t within[2] = {*row + 1, *row + (lxw_row_t)rows.count};
    for (size_t r = 0; !w->failed && r < rows.count; r++)
        write_cells(w, sheet, ++*row, panel, rows.entries[r].key[0], &columns);
    shade(w, sheet, spec, within, (lxw_col_t)columns.count);
    *row += 2;
}

/* ---------------------------------------------------------------- sheets */

/* What has no native chart is a sheet: "Matrix", "Flow", "Matrix 2". */
static lxw_worksheet *make_sheet(struct book *w, enum chart_kind kind, size_t before)
{
    const char *name = kind == CHART_HEAT ? "Matrix" : "Flow";
    if (before > 0)
        name = arena_format(w->figures->arena, "%s %zu", name, before + 1);
    lxw_worksheet *sheet = name != NULL ? workbook_add_worksheet(w->book, name) : NULL;
    if (sheet == NULL) {
        w->failed = true;
        return NULL;
    }
    book_note(w, worksheet_set_column(sheet, 0, 0, BOOK_NAME_WIDTH, NULL));
    book_note(w, worksheet_set_column(sheet, 1, TALLY_KEYS, BOOK_NAME_WIDTH - 6, NULL));
    return sheet;
}

static void write_sheet(struct book *w, const struct chart *spec, lxw_worksheet *sheet)
{
    lxw_row_t row = 0;
    size_t shown = 0;
    for (const struct panel *panel = spec->panels;
         !w->failed && panel != NULL && shown < PANELS_MAX; panel = panel->next) {
        if (!chart_shows(spec, panel))
            continue;
        shown++;
        if (spec->kind == CHART_HEAT) {
            write_matrix(w, sheet, &row, spec, panel);
        } else {
            write_words(w, sheet, &row, spec, panel);
            write_figures(w, sheet, &row, spec, panel);
            row++;
        }
    }
    if (row == 0)
        book_text(w, sheet, 0, 0,
                  spec->many ? "It has too many figures; see the rows." : "Nothing to show.", NULL);
}

static void write_sheets(struct book *w)
{
    size_t made[] = {[CHART_BARS] = 0, [CHART_FLOW] = 0, [CHART_HEAT] = 0};
    for (size_t i = 0; !w->failed && i < w->figures->chart_count; i++) {
        const struct chart *spec = &w->figures->charts[i];
        lxw_worksheet *sheet =
            spec->kind != CHART_BARS ? make_sheet(w, spec->kind, made[spec->kind]++) : NULL;
        if (sheet != NULL)
            write_sheet(w, spec, sheet);
    }
}

void book_write_sums(struct book *w)
{
    const struct figures *figures = w->figures;
    book_note(w, worksheet_set_column(w->sums, 0, CHART_VALUES + 1, BOOK_NAME_WIDTH, NULL));
    write_totals(w);
    for (size_t i = 0; i < figures->chart_count; i++) {
        const struct chart *spec = &figures->charts[i];
        size_t shown = 0;
        for (const struct panel *panel = spec->panels; panel != NULL && shown < PANELS_MAX;
             panel = panel->next)
            if (spec->kind == CHART_BARS && chart_shows(spec, panel)) {
                write_bars(w, spec, panel);
                shown++;
            }
    }
    if (w->sums_row == 0)
        book_text(w, w->sums, 0, 0, "Nothing of this report adds up.", NULL);
    write_sheets(w);
}
