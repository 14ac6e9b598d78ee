/* xml_guard.h - looks at the bytes of an XML file before the parser does. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/problem.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    XML_TAG_MAX = 1 << 16,    /* characters in one tag; the parser takes time in the square of it */
    XML_NOTE_MAX = 1 << 20,   /* characters in one comment or processing instruction */
    XML_ATTRIBUTES_MAX = 256, /* in one tag */
    XML_DECLARATION_MAX = 256
};

enum xml_place {
    XML_START,
    XML_TEXT,
    XML_OPENED, /* after "<" */
    XML_TAG,
    XML_QUOTED,
    XML_INSTRUCTION,
    XML_DECLARED, /* after "<!" */
    XML_COMMENT,
    XML_CDATA
};

/* Where the scan stands. A document type declaration is refused before a parser could obey it. */
struct xml_guard {
    enum xml_place place;
    int unit_bytes; /* 1, or 2 for UTF-16; 0 before the first bytes are known */
    bool little_endian;
    unsigned half; /* first byte of a pair */
    bool has_half;
    long line;
    size_t length; /* characters since "<" */
    int attributes;
    unsigned quote;
    unsigned last[2]; /* the characters before this one, newest first */
    size_t seen;      /* characters so far, as far as the XML declaration matters */
    char declaration[XML_DECLARATION_MAX];
};

/* Looks at the next bytes; false when the file must not be parsed. The first call holds the first
   four bytes of the file, or all of it. */
__attribute__((warn_unused_result)) bool xml_guard_pass(struct xml_guard *guard,
                                                        const unsigned char *bytes, size_t count,
                                                        struct problem *problem);
