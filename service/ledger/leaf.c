/* leaf.c - the bytes of a leaf: whether they are one, and what they say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/leaf.h"

#include "core/text.h"
#include "ledger/canonical.h"

#include <sodium.h>
#include <string.h>

enum {
    INTEGER_DIGITS = 16, /* of 2^53 - 1 */
    UUID_TEXT = 36
};

static const char integer_max[] = "9007199254740991";

struct scanner {
    const char *at;
    const char *end;
    const char *reason;
    size_t depth;
    struct leaf *leaf; /* NULL: only the form is looked at */
    unsigned found;    /* the members of the leaf that were there, a bit each */
};

static bool refuse(struct scanner *scanner, const char *reason)
{
    if (scanner->reason == NULL)
        scanner->reason = reason;
    return false;
}

static char peek(const struct scanner *scanner)
{
    if (scanner->at == scanner->end)
        return '\0';
    return *scanner->at;
}

static bool take(struct scanner *scanner, char wanted)
{
    if (scanner->at == scanner->end || *scanner->at != wanted)
        return false;
    scanner->at++;
    return true;
}

static bool take_word(struct scanner *scanner, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0)
        return refuse(scanner, "it is not JSON");
    scanner->at += length;
    return true;
}

/* ---------------------------------------------------------------- texts and numbers */

/* What stands behind a backslash: the two-letter escapes, and \u00xx in lower case for the control
   characters that have none. */
static bool take_escape(struct scanner *scanner)
{
    static const char longer[] = "u00";
    static const char hex[] = "0123456789abcdef";
    const char letter = peek(scanner);
    if (letter != '\0' && strchr("\"\\bfnrt", letter) != NULL) {
        scanner->at++;
        return true;
    }
    if (scanner->end - scanner->at < 5 || memcmp(scanner->at, longer, 3) != 0)
        return refuse(scanner, "an escape is not in canonical form");
    const char *high = strchr(hex, scanner->at[3]);
    const char *low = strchr(hex, scanner->at[4]);
    if (high == NULL || *high == '\0' || low == NULL || *low == '\0')
        return refuse(scanner, "an escape is not in canonical form");
    const int code = (int)(high - hex) * 16 + (int)(low - hex);
    if (code == 0 || code >= 0x20 || (code >= '\b' && code <= '\r' && code != '\v'))
        return refuse(scanner, "an escape is not in canonical form");
    scanner->at += 5;
    return true;
}

/* A text with its quotes; the span is what is between them. */
static bool take_string(struct scanner *scanner, struct leaf_span *span)
{
    if (!take(scanner, '"'))
        return refuse(scanner, "it is not JSON in canonical form");
    const char *first = scanner->at;
    while (scanner->at < scanner->end && *scanner->at != '"') {
        const unsigned char byte = (unsigned char)*scanner->at++;
        if (byte < ' ')
            return refuse(scanner, "there is a control character");
        if (byte == '\\' && !take_escape(scanner))
            return false;
    }
    *span = (struct leaf_span){first, (size_t)(scanner->at - first)};
    if (!take(scanner, '"'))
        return refuse(scanner, "a text does not end");
    return text_is_utf8(first, span->count) || refuse(scanner, "a text is not UTF-8");
}

/* An integer that a double holds, in its shortest spelling. */
static bool take_integer(struct scanner *scanner)
{
    const bool is_negative = take(scanner, '-');
    const char *first = scanner->at;
    while (peek(scanner) >= '0' && peek(scanner) <= '9')
        scanner->at++;
    const size_t digits = (size_t)(scanner->at - first);
    if (digits == 0)
        return refuse(scanner, "it is not JSON in canonical form");
    if (*first == '0' && (digits > 1 || is_negative))
        return refuse(scanner, "a number is not in canonical form");
    if (digits > INTEGER_DIGITS ||
        (digits == INTEGER_DIGITS && memcmp(first, integer_max, INTEGER_DIGITS) > 0))
        return refuse(scanner, "an integer is beyond 2^53 - 1");
    return true;
}

/* ---------------------------------------------------------------- values */

/* Its recursion ends at CANONICAL_DEPTH_MAX. */
static bool take_value(struct scanner *scanner);

static bool enter(struct scanner *scanner)
{
    scanner->at++;
    return ++scanner->depth <= CANONICAL_DEPTH_MAX || refuse(scanner, "it is nested too deep");
}

static bool take_array(struct scanner *scanner)
{
    if (!enter(scanner))
        return false;
    if (!take(scanner, ']')) {
        do {
            if (!take_value(scanner))
                return false;
        } while (take(scanner, ','));
        if (!take(scanner, ']'))
            return refuse(scanner, "it is not JSON in canonical form");
    }
    scanner->depth--;
    return true;
}

static bool is_name(const struct leaf_span *name)
{
    if (name->count == 0 || name->at[0] < 'a' || name->at[0] > 'z')
        return false;
    for (size_t i = 1; i < name->count; i++) {
        const char c = name->at[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_')
            return false;
    }
    return true;
}

static bool is_before(const struct leaf_span *one, const struct leaf_span *other)
{
    const size_t both = one->count < other->count ? one->count : other->count;
    const int order = memcmp(one->at, other->at, both);
    return order < 0 || (order == 0 && one->count < other->count);
}

static bool note_member(struct scanner *scanner, const struct leaf_span *name,
                        const struct leaf_span *value);

/* "name":value, after the member before it. */
static bool take_member(struct scanner *scanner, struct leaf_span *before)
{
    struct leaf_span name = {"", 0};
    if (!take_string(scanner, &name))
        return false;
    if (!is_name(&name))
        return refuse(scanner, "a member name is not lower-case ASCII");
    if (!is_before(before, &name))
        return refuse(scanner, "the members are not in order, or one is there twice");
    *before = name;
    if (!take(scanner, ':'))
        return refuse(scanner, "it is not JSON in canonical form");
    struct leaf_span value = {scanner->at, 0};
    if (!take_value(scanner))
        return false;
    value.count = (size_t)(scanner->at - value.at);
    return scanner->depth > 1 || scanner->leaf == NULL || note_member(scanner, &name, &value);
}

static bool take_object(struct scanner *scanner)
{
    struct leaf_span before = {"", 0};
    if (!enter(scanner))
        return false;
    if (!take(scanner, '}')) {
        do {
            if (!take_member(scanner, &before))
                return false;
        } while (take(scanner, ','));
        if (!take(scanner, '}'))
            return refuse(scanner, "it is not JSON in canonical form");
    }
    scanner->depth--;
    return true;
}

static bool take_value(struct scanner *scanner)
{
    struct leaf_span text;
    switch (peek(scanner)) {
    case '"':
        return take_string(scanner, &text);
    case '{':
        return take_object(scanner);
    case '[':
        return take_array(scanner);
    case 't':
        return take_word(scanner, "true");
    case 'f':
        return take_word(scanner, "false");
    case 'n':
        return take_word(scanner, "null");
    default:
        return take_integer(scanner);
    }
}

static bool scan(const char *bytes, size_t count, struct scanner *scanner, const char **reason)
{
    scanner->at = bytes;
    scanner->end = bytes + count;
    bool good = peek(scanner) == '{' || refuse(scanner, "it is not a JSON object");
    good = good && take_object(scanner);
    good = good && (scanner->at == scanner->end || refuse(scanner, "something follows its end"));
    *reason = scanner->reason;
    return good;
}

bool leaf_is_canonical(const char *bytes, size_t count, const char **reason)
{
    struct scanner scanner = {.leaf = NULL};
    return scan(bytes, count, &scanner, reason);
}

/* ---------------------------------------------------------------- what a leaf has */

bool leaf_is(const struct leaf_span *span, const char *text)
{
    return span->count == strlen(text) && memcmp(span->at, text, span->count) == 0;
}

/* What is between the quotes; false when the value is no text. */
static bool unquote(const struct leaf_span *value, struct leaf_span *text)
{
    if (value->count < 2 || value->at[0] != '"')
        return false;
    *text = (struct leaf_span){value->at + 1, value->count - 2};
    return true;
}

static bool read_log(struct leaf *leaf, const struct leaf_span *value)
{
    return unquote(value, &leaf->log);
}

static bool read_kind(struct leaf *leaf, const struct leaf_span *value)
{
    return unquote(value, &leaf->kind);
}

static bool read_at(struct leaf *leaf, const struct leaf_span *value)
{
    return unquote(value, &leaf->at);
}

/* Hex digits and nothing else but what may be left out. */
static bool read_hex(const struct leaf_span *text, const char *ignored, unsigned char *bytes,
                     size_t count)
{
    size_t got = 0;
    for (size_t i = 0; i < text->count; i++)
        if (strchr("0123456789abcdef-", text->at[i]) == NULL)
            return false;
    return sodium_hex2bin(bytes, count, text->at, text->count, ignored, &got, NULL) == 0 &&
           got == count;
}

static bool read_aggregate(struct leaf *leaf, const struct leaf_span *value)
{
    struct leaf_span text;
    return unquote(value, &text) && text.count == UUID_TEXT &&
           read_hex(&text, "-", leaf->aggregate, LEAF_UUID_BYTES);
}

static bool read_version(struct leaf *leaf, const struct leaf_span *value)
{
    uint64_t version = 0;
    for (size_t i = 0; i < value->count; i++) {
        if (value->at[i] < '0' || value->at[i] > '9')
            return false;
        version = version * 10 + (uint64_t)(value->at[i] - '0');
    }
    leaf->version = (uint32_t)version;
    return version > 0 && version <= UINT32_MAX;
}

static bool read_prev(struct leaf *leaf, const struct leaf_span *value)
{
    struct leaf_span text;
    if (leaf_is(value, "null"))
        return true;
    leaf->has_prev = true;
    return unquote(value, &text) && read_hex(&text, NULL, leaf->prev.bytes, MERKLE_HASH_BYTES);
}

static bool read_open(struct leaf *leaf, const struct leaf_span *value)
{
    leaf->open = *value;
    return value->at[0] == '{';
}

static bool read_v(struct leaf *leaf, const struct leaf_span *value)
{
    (void)leaf;
    return leaf_is(value, "1");
}

static const struct {
    const char *name;
    bool (*read)(struct leaf *leaf, const struct leaf_span *value);
    const char *missing;
    const char *wrong;
} members[] = {
    {"v", read_v, "it has no \"v\"", "its \"v\" is not 1: it is of a form not known here"},
    {"log", read_log, "it has no \"log\"", "its \"log\" is no text"},
    {"kind", read_kind, "it has no \"kind\"", "its \"kind\" is no text"},
    {"at", read_at, "it has no \"at\"", "its \"at\" is no text"},
    {"aggregate", read_aggregate, "it has no \"aggregate\"", "its \"aggregate\" is no UUID"},
    {"version", read_version, "it has no \"version\"", "its \"version\" is no number from 1 on"},
    {"prev", read_prev, "it has no \"prev\"", "its \"prev\" is neither null nor a hash in hex"},
    {"public", read_open, "it has no \"public\"", "its \"public\" is no object"},
};

enum { MEMBERS = sizeof members / sizeof members[0] };

static bool note_member(struct scanner *scanner, const struct leaf_span *name,
                        const struct leaf_span *value)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (!leaf_is(name, members[i].name))
            continue;
        scanner->found |= 1U << i;
        return members[i].read(scanner->leaf, value) || refuse(scanner, members[i].wrong);
    }
    return true;
}

bool leaf_read(const char *bytes, size_t count, struct leaf *leaf, const char **reason)
{
    struct scanner scanner = {.leaf = leaf};
    *leaf = (struct leaf){.version = 0};
    if (!scan(bytes, count, &scanner, reason))
        return false;
    for (size_t i = 0; i < MEMBERS; i++) {
        if ((scanner.found & 1U << i) != 0)
            continue;
        *reason = members[i].missing;
        return false;
    }
    return true;
}
