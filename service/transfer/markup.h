/* markup.h - HTML and SVG, escaped by default. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { MARKUP_DEPTH = 24 };

/* Names of elements and attributes are constants of ours; whatever else goes in is escaped, and
   there is no way around it. What was opened is closed by the writer, which knows its name. */
struct markup {
    struct text *out;
    const char *open[MARKUP_DEPTH];
    size_t depth;
    bool in_tag; /* attributes may still follow */
};

/* A document of its own. */
struct markup markup_begin(struct text *out);
/* <name */
void markup_open(struct markup *markup, const char *name);
/* name="value" of the element just opened. */
void markup_set(struct markup *markup, const char *name, const char *value);
/* The same with a whole number. */
void markup_set_number(struct markup *markup, const char *name, long long value);
/* The same, formatted. */
__attribute__((format(printf, 3, 4))) void markup_setf(struct markup *markup, const char *name,
                                                       const char *format, ...);
/* Text within the element. */
void markup_text(struct markup *markup, const char *text);
/* </name> of the innermost one. */
void markup_close(struct markup *markup);
/* An element of HTML that has no end: <link>, <meta>. */
void markup_void(struct markup *markup);
/* <name class="class">text</name>; a class of NULL is none. */
void markup_add(struct markup *markup, const char *name, const char *class, const char *text);
