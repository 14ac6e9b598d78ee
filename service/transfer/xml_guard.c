/* xml_guard.c - looks at the bytes of an XML file before the parser does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/xml_guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Encodings whose "<", quotes and "=" this scan recognises. Others, UTF-7 above all, could hide a
   declaration from it that the parser would see. */
static const char *const encodings[] = {"UTF-8",      "US-ASCII",    "ASCII",
                                        "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252",
                                        "UTF-16",     "UTF-16LE",    "UTF-16BE"};

static bool refuse(struct problem *problem, const char *sentence)
{
    return problem_set(problem, PROBLEM_INVALID_VALUE, "%s", sentence);
}

/* XML 1.0 appendix F: the first four bytes tell the size of a character. */
static bool detect(struct xml_guard *guard, const unsigned char *bytes, size_t count,
                   struct problem *problem)
{
    unsigned char first[4] = {0};
    memcpy(first, bytes, count < sizeof first ? count : sizeof first);
    const bool little = memcmp(first, "\xFF\xFE", 2) == 0 || memcmp(first, "<\0", 2) == 0;
    const bool big = memcmp(first, "\xFE\xFF", 2) == 0 || memcmp(first, "\0<", 2) == 0;
    if (count == 0)
        return refuse(problem, "the file is empty");
    if (memcmp(first, "PK\x03\x04", 4) == 0)
        return refuse(problem, "this is an archive or a spreadsheet, not XML");
    if (!little && !big && first[0] != 0 && strchr(" \t\r\n<\xEF", first[0]) != NULL)
        guard->unit_bytes = 1;
    else if ((little || big) && (first[2] != 0 || first[3] != 0)) /* four bytes would be UTF-32 */
        guard->unit_bytes = 2;
    else
        return refuse(problem, "this is not XML: it does not begin with \"<\"");
    guard->little_endian = little;
    guard->line = 1;
    return true;
}

/* The declaration's encoding must be one we scan, and fit what the first bytes were. */
static bool check_encoding(const struct xml_guard *guard, struct problem *problem)
{
    const char *at = strstr(guard->declaration, "encoding");
    const size_t skip = at != NULL ? strcspn(at, "\"'") : 0;
    if (at == NULL || at[skip] == '\0')
        return true;
    at += skip + 1;
    char name[40];
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "\"'"), at);
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        if (strcasecmp(name, encodings[i]) == 0 &&
            (strncasecmp(name, "UTF-16", 6) == 0) == (guard->unit_bytes == 2))
            return true;
    return problem_set(problem, PROBLEM_INVALID_VALUE,
                       "the file declares the encoding \"%s\"%s; accepted are UTF-8, UTF-16, "
                       "ISO-8859-1, ISO-8859-15, US-ASCII and windows-1252, declared as what it is",
                       name, guard->unit_bytes == 2 ? " and is UTF-16" : "");
}

static bool open_markup(struct xml_guard *guard, unsigned character)
{
    guard->length = 0;
    guard->attributes = 0;
    if (character == '?')
        guard->place = XML_INSTRUCTION;
    else if (character == '!')
        guard->place = XML_DECLARED;
    else
        guard->place = XML_TAG;
    return true;
}

static bool in_declared(struct xml_guard *guard, unsigned character, struct problem *problem)
{
    if (guard->length == 1 && character == '[')
        guard->place = XML_CDATA;
    else if (guard->length == 2 && character == '-' && guard->last[0] == '-')
        guard->place = XML_COMMENT;
    else if (guard->length != 1 || character != '-')
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "line %ld: a document type declaration (<!DOCTYPE ...>); a file with "
                           "one is not read",
                           guard->line);
    if (guard->place != XML_DECLARED)
        guard->length = 0;
    return true;
}

static bool in_tag(struct xml_guard *guard, unsigned character, struct problem *problem)
{
    if (guard->length > XML_TAG_MAX)
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "line %ld: a tag has more than %d characters", guard->line, XML_TAG_MAX);
    if (guard->place == XML_QUOTED) {
        if (character == guard->quote)
            guard->place = XML_TAG;
    } else if (character == '"' || character == '\'') {
        guard->quote = character;
        guard->place = XML_QUOTED;
    } else if (character == '>') {
        guard->place = XML_TEXT;
    } else if (character == '=' && ++guard->attributes > XML_ATTRIBUTES_MAX) {
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "line %ld: an element has more than %d attributes", guard->line,
                           XML_ATTRIBUTES_MAX);
    }
    return true;
}

/* Inside a comment, an instruction or a CDATA section nothing counts but its end. */
static bool in_note(struct xml_guard *guard, unsigned character, struct problem *problem)
{
    const bool is_comment = guard->place == XML_COMMENT;
    const unsigned closes = is_comment ? '-' : guard->place == XML_CDATA ? ']' : '?';
    const bool ends = character == '>' && guard->last[0] == closes &&
                      (guard->place == XML_INSTRUCTION || guard->last[1] == closes) &&
                      guard->length > (is_comment ? 2 : 1);
    /* The text of a CDATA section is counted by the reader, like any other text. */
    if (guard->length > XML_NOTE_MAX && guard->place != XML_CDATA)
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "line %ld: a comment or instruction has more than %d characters",
                           guard->line, XML_NOTE_MAX);
    if (ends)
        guard->place = XML_TEXT;
    return true;
}

static bool step(struct xml_guard *guard, unsigned character, struct problem *problem)
{
    guard->length++;
    guard->line += character == '\n';
    switch (guard->place) {
    case XML_START:
    case XML_TEXT:
        if (character == '<')
            guard->place = XML_OPENED;
        return true;
    case XML_OPENED:
        return open_markup(guard, character);
    case XML_DECLARED:
        return in_declared(guard, character, problem);
    case XML_TAG:
    case XML_QUOTED:
        return in_tag(guard, character, problem);
    case XML_INSTRUCTION:
    case XML_COMMENT:
    case XML_CDATA:
        return in_note(guard, character, problem);
    }
    return false;
}

/* Keeps the XML declaration, which can only stand at the very beginning. */
static bool keep_declaration(struct xml_guard *guard, unsigned character, struct problem *problem)
{
    if (guard->seen == XML_DECLARATION_MAX)
        return true;
    /* A byte order mark counts as one; whatever else is no ASCII ends in an unknown name. */
    if (guard->seen == 0 && character >= 0x80)
        return true;
    guard->declaration[guard->seen++] = (char)(character < 0x80 ? character : '?');
    if (character != '>' && guard->seen < XML_DECLARATION_MAX - 1)
        return true;
    guard->seen = XML_DECLARATION_MAX;
    if (strncmp(guard->declaration, "<?xml", 5) != 0)
        return true;
    if (character != '>')
        return refuse(problem, "the XML declaration is too long");
    return check_encoding(guard, problem);
}

static bool take(struct xml_guard *guard, unsigned character, struct problem *problem)
{
    if (!keep_declaration(guard, character, problem) || !step(guard, character, problem))
        return false;
    guard->last[1] = guard->last[0];
    guard->last[0] = character;
    return true;
}

bool xml_guard_pass(struct xml_guard *guard, const unsigned char *bytes, size_t count,
                    struct problem *problem)
{
    if (guard->unit_bytes == 0 && !detect(guard, bytes, count, problem))
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned character = bytes[i];
        if (guard->unit_bytes == 2) {
            guard->has_half = !guard->has_half;
            if (guard->has_half) {
                guard->half = character;
                continue;
            }
            character =
                guard->little_endian ? character << 8 | guard->half : guard->half << 8 | character;
        }
        if (!take(guard, character, problem))
            return false;
    }
    return true;
}
