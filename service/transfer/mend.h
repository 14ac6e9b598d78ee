/* mend.h - adds to a PDF what the library that wrote it does not know to say. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* What belongs to the figures and header cells of the document, in their order. */
struct mend_mark {
    struct mend_mark *next;
    const char *words; /* of a figure; NULL: a header cell */
    bool of_row;       /* this one heads a row, not a column */
};

struct mend {
    struct mend_mark *first_figure;
    struct mend_mark **last_figure;
    struct mend_mark *first_header;
    struct mend_mark **last_header;
};

/* Appends an update (ISO 32000-1, 7.5.6): the language of the document, that its title is to be
   shown, the words of figures, what header cells head, and an identifier made of the bytes before
   it. False when the PDF is not as expected, or does not fit. */
__attribute__((warn_unused_result)) bool mend_pdf(struct arena *arena, struct text *pdf,
                                                  const struct mend *mend);
/* Remembers a figure, or a header cell; false when memory is short. */
__attribute__((warn_unused_result)) bool mend_add(struct arena *arena, struct mend *mend,
                                                  const char *words, bool of_row);
