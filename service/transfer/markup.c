/* markup.c - HTML and SVG, escaped by default. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/markup.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 256 };

struct markup markup_begin(struct text *out)
{
    const struct markup markup = {.out = out};
    return markup;
}

static void end_tag(struct markup *markup)
{
    if (markup->in_tag)
        text_add_char(markup->out, '>');
    markup->in_tag = false;
}

/* Good for text and for values in double quotes alike. Control characters are none of HTML's. */
static void escape(struct text *out, const char *text)
{
    if (text == NULL) { /* for want of memory */
        out->full = true;
        return;
    }
    while (*text != '\0') {
        const size_t plain =
            strcspn(text, "&<>\"'\x01\x02\x03\x04\x05\x06\x07\b\v\f\x0e\x0f\x10\x11"
                          "\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e"
                          "\x1f\x7f");
        text_add_bytes(out, text, plain);
        text += plain;
        switch (*text) {
        case '\0':
            return;
        case '&':
            text_add(out, "&amp;");
            break;
        case '<':
            text_add(out, "&lt;");
            break;
        case '>':
            text_add(out, "&gt;");
            break;
        case '"':
            text_add(out, "&quot;");
            break;
        case '\'':
            text_add(out, "&#39;");
            break;
        default:
            text_add(out, "\xEF\xBF\xBD");
        }
        text++;
    }
}

void markup_open(struct markup *markup, const char *name)
{
    end_tag(markup);
    assert(markup->depth < MARKUP_DEPTH);
    markup->open[markup->depth++] = name;
    text_add_char(markup->out, '<');
    text_add(markup->out, name);
    markup->in_tag = true;
}

void markup_set(struct markup *markup, const char *name, const char *value)
{
    assert(markup->in_tag);
    text_add_char(markup->out, ' ');
    text_add(markup->out, name);
    text_add(markup->out, "=\"");
    escape(markup->out, value);
    text_add_char(markup->out, '"');
}

void markup_set_number(struct markup *markup, const char *name, long long value)
{
    markup_setf(markup, name, "%lld", value);
}

void markup_setf(struct markup *markup, const char *name, const char *format, ...)
{
    char value[VALUE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof value)
        markup->out->full = true;
    else
        markup_set(markup, name, value);
}

void markup_text(struct markup *markup, const char *text)
{
    end_tag(markup);
    escape(markup->out, text);
}

void markup_close(struct markup *markup)
{
    end_tag(markup);
    assert(markup->depth > 0);
    text_add(markup->out, "</");
    text_add(markup->out, markup->open[--markup->depth]);
    text_add_char(markup->out, '>');
}

void markup_void(struct markup *markup)
{
    end_tag(markup);
    assert(markup->depth > 0);
    markup->depth--;
}

void markup_add(struct markup *markup, const char *name, const char *class, const char *text)
{
    markup_open(markup, name);
    if (class != NULL)
        markup_set(markup, "class", class);
    markup_text(markup, text);
    markup_close(markup);
}
