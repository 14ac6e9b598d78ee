/* text.c - a string under construction that never grows beyond its cap. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What data points to before anything was added; never written to, for room is 0 then. */
static char nothing[1] = "";

struct text text_open(struct arena *arena, size_t cap)
{
    const struct text text = {.arena = arena, .data = nothing, .cap = cap};
    return text;
}

/* Makes room for count more bytes and the terminator. */
static bool make_room(struct text *text, size_t count)
{
    if (text->full || count > text->cap - text->length) {
        text->full = true;
        return false;
    }
    const size_t needed = text->length + count + 1;
    if (needed <= text->room)
        return true;
    const size_t room = needed < text->room * 2 ? text->room * 2 : needed < 64 ? 64 : needed;
    char *data = arena_alloc(text->arena, room);
    if (data == NULL) {
        text->full = true;
        return false;
    }
    memcpy(data, text->data, text->length);
    text->data = data;
    text->room = room;
    return true;
}

void text_add_bytes(struct text *text, const void *bytes, size_t count)
{
    if (count == 0 || !make_room(text, count))
        return;
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char character)
{
    text_add_bytes(text, &character, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length <= 0 || !make_room(text, (size_t)length))
        return;
    va_start(arguments, format);
    (void)vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

/* First bytes, how long their sequences are, and what the second byte may be: that rules out
   overlong forms, surrogates and what is above U+10FFFF (RFC 3629 §4). */
static const struct sequence {
    unsigned char first;
    unsigned char last;
    unsigned char length;
    unsigned char low;
    unsigned char high;
} sequences[] = {{0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
                 {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F},
                 {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
                 {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F}};

static const struct sequence *find_sequence(unsigned char first)
{
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
        if (first >= sequences[i].first && first <= sequences[i].last)
            return &sequences[i];
    return NULL;
}

/* Length of the UTF-8 sequence that begins here, 0 when it is none. */
static size_t sequence_length(const unsigned char *bytes, size_t count)
{
    if (bytes[0] < 0x80)
        return 1;
    const struct sequence *sequence = find_sequence(bytes[0]);
    if (sequence == NULL || sequence->length > count || bytes[1] < sequence->low ||
        bytes[1] > sequence->high)
        return 0;
    for (size_t i = 2; i < sequence->length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return sequence->length;
}

bool text_is_utf8(const char *bytes, size_t count)
{
    const unsigned char *at = (const unsigned char *)bytes;
    while (count > 0) {
        const size_t length = sequence_length(at, count);
        if (length == 0 || *at == '\0')
            return false;
        at += length;
        count -= length;
    }
    return true;
}

/* How many bytes stand in JSON as they are, from here on. */
static size_t plain_length(const unsigned char *at, size_t left)
{
    size_t length = 0;
    while (length < left && at[length] >= 0x20 && at[length] < 0x80 && at[length] != '"' &&
           at[length] != '\\')
        length++;
    return length;
}

/* Adds what does not; returns how many bytes that was of. */
static size_t add_other(struct text *text, const unsigned char *at, size_t left)
{
    const size_t length = sequence_length(at, left);
    if (length == 0)
        text_add(text, "\xEF\xBF\xBD");
    else if (*at == '"' || *at == '\\')
        text_addf(text, "\\%c", *at);
    else if (*at < 0x20)
        text_addf(text, "\\u%04x", *at);
    else
        text_add_bytes(text, at, length);
    return length == 0 ? 1 : length;
}

void text_add_json(struct text *text, const char *string)
{
    const unsigned char *at = (const unsigned char *)string;
    size_t left = strlen(string);
    text_add_char(text, '"');
    while (left > 0) {
        const size_t plain = plain_length(at, left);
        text_add_bytes(text, at, plain);
        const size_t other = plain < left ? add_other(text, at + plain, left - plain) : 0;
        at += plain + other;
        left -= plain + other;
    }
    text_add_char(text, '"');
}

void text_add_percent(struct text *text, const char *string)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    for (const char *at = string; *at != '\0'; at++) {
        if (strchr(unreserved, *at) != NULL)
            text_add_char(text, *at);
        else
            text_addf(text, "%%%02X", (unsigned char)*at);
    }
}
