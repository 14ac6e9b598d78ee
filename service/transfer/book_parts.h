/* book_parts.h - what the sheets of a workbook share; for this room's book files alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/book.h"

#include <xlsxwriter.h>

enum {
    BOOK_PLACES = 12,    /* behind the point of a number */
    BOOK_NAME_WIDTH = 24 /* of a column of names */
};

struct book {
    const struct report *report;
    struct figures *figures;
    lxw_workbook *book;
    lxw_worksheet *rows;
    lxw_worksheet *about;
    lxw_worksheet *sums;
    lxw_format *head;
    lxw_format *bold;
    lxw_format *wrap;
    lxw_format *exact;
    lxw_format *date;
    lxw_format *whole;
    lxw_format *decimal[BOOK_PLACES + 1];
    lxw_row_t row;
    lxw_row_t about_row;
    lxw_row_t sums_row;
    size_t kept_as_text;
    bool failed;
};

/* The first error fails the workbook. */
void book_note(struct book *w, lxw_error error);
/* A number as one, or as text where a spreadsheet would change it; nothing for "". */
void book_number(struct book *w, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                 const char *text, bool whole);
void book_text(struct book *w, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
               const char *text, lxw_format *format);
/* Totals and native charts; the tables of what has none: matrices and flows. */
void book_write_sums(struct book *w);
