/* text.h - a string under construction that never grows beyond its cap. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* data is never NULL and always terminated. Once something did not fit, `full` stays true and
   further additions are dropped: callers add freely and look once, at the end. */
struct text {
    struct arena *arena;
    char *data;
    size_t length;
    size_t room;
    size_t cap;
    bool full;
};

/* An empty text in the arena that holds at most cap bytes. */
struct text text_open(struct arena *arena, size_t cap);
/* Adds a string. */
void text_add(struct text *text, const char *string);
/* Adds bytes, zeros included. */
void text_add_bytes(struct text *text, const void *bytes, size_t count);
/* Adds one character. */
void text_add_char(struct text *text, char character);
/* Adds a formatted string. */
__attribute__((format(printf, 2, 3))) void text_addf(struct text *text, const char *format, ...);
/* Adds a JSON string literal with its quotes; bytes that are not UTF-8 become U+FFFD. */
void text_add_json(struct text *text, const char *string);
/* Adds a string with everything but RFC 3986 unreserved characters percent-encoded. */
void text_add_percent(struct text *text, const char *string);
/* Whether the bytes are well-formed UTF-8 without U+0000. */
bool text_is_utf8(const char *bytes, size_t count);
