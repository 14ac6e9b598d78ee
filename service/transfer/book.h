/* book.h - a report as a workbook: typed cells, what it is, sums and charts. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/figures.h"
#include "transfer/report.h"

#include <stdbool.h>

struct book;

/* A spreadsheet keeps about 15 digits of a number and rounds the rest without a word. So a number
   of up to 15 digits is a number, and any other is text with every digit: no amount is ever
   changed. */

/* A workbook that is written to the file as rows come; what they do not need any more goes to files
   in the folder. Everything is borrowed. NULL when memory or files are short. */
__attribute__((warn_unused_result)) struct book *book_open(const struct report *report,
                                                           struct figures *figures,
                                                           const char *file, const char *folder);
/* One more row; false when it cannot be written. */
__attribute__((warn_unused_result)) bool book_row(struct book *book, const char *const *cells);
/* Writes what is known when all rows are; the digest is that of the JSON document. The workbook is
   gone after this. False when the file is not whole. */
__attribute__((warn_unused_result)) bool book_close(struct book *book, const char *digest);
