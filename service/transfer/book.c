/* book.c - a report as a workbook: typed cells, what it is, sums and charts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/book.h"

#include "core/number.h"
#include "transfer/book_parts.h"
#include "transfer/told.h"

#include <inttypes.h>
#include <string.h>

enum {
    DIGITS_MAX = 15,
    TEXT_WIDTH = 110,
    MADE = 946684800 /* 2000-01-01: the same report is the same bytes whenever it is made */
};

void book_note(struct book *w, lxw_error error)
{
    w->failed = w->failed || error != LXW_NO_ERROR;
}

/* ---------------------------------------------------------------- numbers */

/* The digits up to here as a whole number, the point left out; false when there are more than a
   spreadsheet keeps, or something else among them. */
static bool take_digits(const char *at, const char *end, int64_t *whole)
{
    size_t count = 0;
    for (*whole = 0; at < end; at++) {
        if (*at == '.')
            continue;
        if (*at < '0' || *at > '9')
            return false;
        count += count > 0 || *at != '0';
        if (count > DIGITS_MAX)
            return false;
        *whole = 10 * *whole + (*at - '0');
    }
    return true;
}

/* The number as a floating point one, where that is the nearest to it and reads the same in 15
   digits; false where it would not. Both the digits and the power of ten are whole and exact, so
   that the one division is rounded once. */
static bool is_kept(const char *text, double *number, size_t *places)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool negative = text[0] == '-';
    const char *point = strchr(text, '.');
    const char *end = text + strlen(text);
    *places = point != NULL ? (size_t)(end - point) - 1 : 0;
    size_t behind = *places;
    for (; behind > 0 && end[-1] == '0'; behind--)
        end--;
    int64_t whole = 0;
    if (behind > DIGITS_MAX || *places > BOOK_PLACES || !take_digits(text + negative, end, &whole))
        return false;
    *number = (double)(negative ? -whole : whole) / powers[behind];
    return true;
}

static lxw_format *decimal_format(struct book *w, size_t places)
{
    char pattern[8 + BOOK_PLACES] = "#,##0.";
    if (w->decimal[places] != NULL)
        return w->decimal[places];
    lxw_format *format = workbook_add_format(w->book);
    if (format == NULL)
        return NULL;
    memset(pattern + 6, '0', places);
    pattern[places == 0 ? 5 : 6 + places] = '\0';
    format_set_num_format(format, pattern);
    w->decimal[places] = format;
    return format;
}

void book_number(struct book *w, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                 const char *text, bool whole)
{
    double number = 0;
    size_t places = 0;
    if (text[0] == '\0')
        return;
    if (is_kept(text, &number, &places)) {
        book_note(w, worksheet_write_number(sheet, row, column, number,
                                            whole ? w->whole : decimal_format(w, places)));
        return;
    }
    w->kept_as_text++;
    book_note(w, worksheet_write_string(sheet, row, column, text, w->exact));
}

/* ---------------------------------------------------------------- other cells */

void book_text(struct book *w, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
               const char *text, lxw_format *format)
{
    const lxw_error error = worksheet_write_string(sheet, row, column, text, format);
    if (error != LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
        book_note(w, error);
    else
        book_note(w,
                  worksheet_write_string(sheet, row, column,
                                         "(longer than a cell can be; the JSON holds it)", format));
}

static bool read_part(const char *text, size_t count, int64_t most, int *part)
{
    char digits[5] = "";
    int64_t number = 0;
    memcpy(digits, text, count);
    const char *at = digits;
    while (at[0] == '0' && at[1] != '\0')
        at++;
    if (!number_parse(at, 1, most, &number))
        return false;
    *part = (int)number;
    return true;
}

/* What a spreadsheet takes for a day; it knows none before 1900. */
static void write_date(struct book *w, lxw_row_t row, lxw_col_t column, const char *text)
{
    lxw_datetime date = {.year = 0};
    if (strlen(text) == strlen("2026-01-31") && text[4] == '-' && text[7] == '-' &&
        read_part(text, 4, 9999, &date.year) && date.year > 1900 &&
        read_part(text + 5, 2, 12, &date.month) && read_part(text + 8, 2, 31, &date.day))
        book_note(w, worksheet_write_datetime(w->rows, row, column, &date, w->date));
    else
        book_text(w, w->rows, row, column, text, NULL);
}

bool book_row(struct book *w, const char *const *cells)
{
    for (size_t i = 0; i < w->figures->columns; i++) {
        const char *type = report_word(figures_column(w->figures, i), "type");
        const lxw_col_t column = (lxw_col_t)i;
        if (cells[i] == NULL)
            continue;
        if (strcmp(type, "integer") == 0)
            book_number(w, w->rows, w->row, column, cells[i], true);
        else if (strcmp(type, "decimal") == 0)
            book_number(w, w->rows, w->row, column, cells[i], false);
        else if (strcmp(type, "date") == 0)
            write_date(w, w->row, column, cells[i]);
        else
            book_text(w, w->rows, w->row, column, cells[i], NULL);
    }
    w->row++;
    return !w->failed && w->row < LXW_ROW_MAX;
}

/* ---------------------------------------------------------------- opening */

static lxw_format *make_format(struct book *w, bool bold, bool wrap, const char *number)
{
    lxw_format *format = workbook_add_format(w->book);
    if (format == NULL) {
        w->failed = true;
        return NULL;
    }
    if (bold)
        format_set_bold(format);
    if (wrap)
        format_set_text_wrap(format);
    if (wrap)
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    if (number != NULL)
        format_set_num_format(format, number);
    return format;
}

static void make_formats(struct book *w)
{
    w->head = make_format(w, true, true, NULL);
    w->bold = make_format(w, true, false, NULL);
    w->wrap = make_format(w, false, true, NULL);
    w->exact = make_format(w, false, false, "@");
    w->date = make_format(w, false, false, "yyyy-mm-dd");
    w->whole = make_format(w, false, false, "0");
    if (w->exact != NULL)
        format_set_align(w->exact, LXW_ALIGN_RIGHT);
    if (w->head != NULL)
        format_set_bottom(w->head, LXW_BORDER_THIN);
}

static void begin_rows(struct book *w)
{
    for (size_t i = 0; i < w->figures->columns; i++) {
        const char *label = figures_label(w->figures, i);
        const int width = figures_is_number(w->figures, i) ? 18 : 16;
        book_note(w, worksheet_set_column(w->rows, (lxw_col_t)i, (lxw_col_t)i, width, NULL));
        book_text(w, w->rows, 0, (lxw_col_t)i, label, w->head);
    }
    worksheet_freeze_panes(w->rows, 1, 0);
    worksheet_repeat_rows(w->rows, 0, 0);
    worksheet_set_landscape(w->rows);
    worksheet_fit_to_pages(w->rows, 1, 0);
    w->row = 1;
}

struct book *book_open(const struct report *report, struct figures *figures, const char *file,
                       const char *folder)
{
    struct book *w = arena_alloc(figures->arena, sizeof *w);
    char *scratch = arena_copy(figures->arena, folder);
    char *title = arena_copy(figures->arena, report_word(report->manifest, "title"));
    if (w == NULL || scratch == NULL || title == NULL)
        return NULL;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = scratch};
    lxw_doc_properties properties = {.title = title, .created = MADE};
    *w = (struct book){.report = report, .figures = figures};
    w->book = workbook_new_opt(file, &options);
    if (w->book == NULL)
        return NULL;
    book_note(w, workbook_set_properties(w->book, &properties));
    w->rows = workbook_add_worksheet(w->book, "Rows");
    w->about = workbook_add_worksheet(w->book, "About");
    w->sums = workbook_add_worksheet(w->book, "Sums and charts");
    w->failed = w->failed || w->rows == NULL || w->about == NULL || w->sums == NULL;
    make_formats(w);
    if (!w->failed)
        begin_rows(w);
    return w;
}

/* ---------------------------------------------------------------- what the report is */

static void tell(struct book *w, const char *name, const char *text)
{
    book_text(w, w->about, w->about_row, 0, name, w->bold);
    book_text(w, w->about, w->about_row, 1, text, w->wrap);
    w->about_row++;
}

static void tell_list(struct book *w, const char *label, const char *name)
{
    const json_t *list = json_object_get(w->report->manifest, name);
    for (size_t i = 0; i < json_array_size(list); i++)
        tell(w, i == 0 ? label : "", json_string_value(json_array_get(list, i)));
}

static void tell_disagreements(struct book *w)
{
    const json_t *told =
        json_object_get(told_preface(w->figures->arena, w->report), "standing_disagreements");
    const char *text = arena_format(
        w->figures->arena, "%" PRId64 "; the texts of both sides are at %s",
        (int64_t)json_integer_value(json_object_get(told, "count")), report_word(told, "list"));
    if (told != NULL && text != NULL)
        tell(w, "Standing disagreements", text);
}

static void tell_numbers(struct book *w)
{
    const char *text = arena_format(
        w->figures->arena,
        "A number of up to 15 digits is a number here. A spreadsheet would change a longer one, so "
        "it is text with every digit, and no formula counts it: there are %zu in this workbook.",
        w->kept_as_text);
    tell(w, "Numbers", text != NULL ? text : "");
}

static void tell_columns(struct book *w)
{
    for (size_t i = 0; i < w->figures->columns; i++) {
        const json_t *column = figures_column(w->figures, i);
        const char *unit = report_word(column, "unit");
        const char *text =
            arena_format(w->figures->arena, "%s: %s%s%s", figures_label(w->figures, i),
                         report_word(column, "meaning"), unit[0] != '\0' ? " Unit: " : "", unit);
        tell(w, i == 0 ? "Columns" : "", text != NULL ? text : "");
    }
}

static void write_about(struct book *w, const char *digest)
{
    const json_t *manifest = w->report->manifest;
    const struct footing *footing = &w->report->footing;
    struct arena *arena = w->figures->arena;
    book_note(w, worksheet_set_column(w->about, 0, 0, BOOK_NAME_WIDTH, NULL));
    book_note(w, worksheet_set_column(w->about, 1, 1, TEXT_WIDTH, NULL));
    tell(w, "Report", report_word(manifest, "title"));
    tell(w, "Question", report_word(manifest, "question"));
    tell(w, "Parameters", told_parameters(arena, w->report));
    tell(w, "Definition version", report_word(manifest, "definition_version"));
    tell(w, "Tree size", w->report->tree_size);
    tell_list(w, "What it does not tell", "limitations");
    tell_list(w, "Method", "method");
    tell(w, "Empty cells", report_word(manifest, "null_rule"));
    tell(w, "Adding up", report_word(manifest, "aggregation_rule"));
    tell_numbers(w);
    tell_disagreements(w);
    tell_columns(w);
    tell(w, "How to verify",
         "The same tree size gives the same report, for everybody and for ever. As JSON, from the "
         "address below, it has this SHA-256; what the ledger held is proved by the signed "
         "checkpoint. /verify verifies all of it in a browser.");
    tell(w, "Address of the JSON", told_address(arena, w->report, NULL));
    tell(w, "SHA-256 of the JSON", digest);
    if (footing->root != NULL)
        tell(w, "Root hash", footing->root);
    if (footing->checkpoint != NULL)
        tell(w, "Signed checkpoint", footing->checkpoint);
}

/* ---------------------------------------------------------------- closing */

bool book_close(struct book *w, const char *digest)
{
    const lxw_col_t last = (lxw_col_t)(w->figures->columns - 1);
    if (!w->failed) {
        book_note(w, worksheet_autofilter(w->rows, 0, 0, w->row > 1 ? w->row - 1 : 1, last));
        book_write_sums(w);
        write_about(w, digest);
    }
    book_note(w, workbook_close(w->book));
    return !w->failed;
}
