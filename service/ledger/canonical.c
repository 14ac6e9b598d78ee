/* canonical.c - the one way of writing a JSON value that is hashed (RFC 8785, restricted profile).
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/canonical.h"

#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Other implementations read numbers as doubles, which hold every integer up to here. */
static const json_int_t integer_max = INT64_C(9007199254740991);

struct member {
    const char *name;
    const json_t *value;
};

struct writer {
    struct text *text;
    const char *reason;
    size_t depth;
};

static bool refuse(struct writer *writer, const char *reason)
{
    writer->reason = reason;
    return false;
}

/* RFC 8785 section 3.2.2.2: the two-letter escapes where JSON has them, \u00xx for the other
   control characters, everything else as it is. */
static void add_string(struct text *text, const char *string, size_t length)
{
    static const char letters[] = "btn\0fr"; /* for U+0008 to U+000D; U+000B has none */
    size_t done = 0;
    text_add_char(text, '"');
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)string[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        text_add_bytes(text, string + done, i - done);
        done = i + 1;
        if (byte >= 0x20)
            text_addf(text, "\\%c", byte);
        else if (byte >= '\b' && byte <= '\r' && byte != '\v')
            text_addf(text, "\\%c", letters[byte - '\b']);
        else
            text_addf(text, "\\u%04x", byte);
    }
    text_add_bytes(text, string + done, length - done);
    text_add_char(text, '"');
}

static bool is_name(const char *name, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    return length > 0 && strspn(name, letters) > 0 && strspn(name, others) == length;
}

/* By bytes: for ASCII that is also the order of UTF-16 units that the RFC asks for. */
static int compare_members(const void *left, const void *right)
{
    const struct member *one = left;
    const struct member *other = right;
    return strcmp(one->name, other->name);
}

static bool add_value(struct writer *writer, const json_t *value);

static bool add_members(struct writer *writer, const struct member *members, size_t count)
{
    struct text *text = writer->text;
    text_add_char(text, '{');
    for (size_t i = 0; i < count; i++) {
        text_add(text, i == 0 ? "\"" : ",\"");
        text_add(text, members[i].name);
        text_add(text, "\":");
        if (!add_value(writer, members[i].value))
            return false;
    }
    text_add_char(text, '}');
    return true;
}

static bool add_object(struct writer *writer, const json_t *object)
{
    struct member *members =
        arena_alloc(writer->text->arena, json_object_size(object) * sizeof *members);
    if (members == NULL)
        return refuse(writer, "out of memory");
    const char *name = NULL;
    size_t length = 0;
    const json_t *value = NULL;
    size_t count = 0;
    /* jansson's iterators only read, but are declared for objects that change. */
    json_object_keylen_foreach((json_t *)(uintptr_t)object, name, length, value)
    {
        if (!is_name(name, length))
            return refuse(writer, "a member name is not lower-case ASCII");
        members[count++] = (struct member){.name = name, .value = value};
    }
    qsort(members, count, sizeof *members, compare_members);
    return add_members(writer, members, count);
}

static bool add_array(struct writer *writer, const json_t *array)
{
    text_add_char(writer->text, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            text_add_char(writer->text, ',');
        if (!add_value(writer, json_array_get(array, i)))
            return false;
    }
    text_add_char(writer->text, ']');
    return true;
}

static bool add_nested(struct writer *writer, const json_t *value)
{
    if (writer->depth == CANONICAL_DEPTH_MAX)
        return refuse(writer, "arrays and objects are nested too deeply");
    writer->depth++;
    const bool added = json_is_array(value) ? add_array(writer, value) : add_object(writer, value);
    writer->depth--;
    return added;
}

static bool add_integer(struct writer *writer, json_int_t integer)
{
    if (integer > integer_max || integer < -integer_max)
        return refuse(writer, "an integer is not below 2^53; write it as a string");
    text_addf(writer->text, "%" JSON_INTEGER_FORMAT, integer);
    return true;
}

static bool add_value(struct writer *writer, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_NULL:
        text_add(writer->text, "null");
        return true;
    case JSON_TRUE:
        text_add(writer->text, "true");
        return true;
    case JSON_FALSE:
        text_add(writer->text, "false");
        return true;
    case JSON_STRING:
        add_string(writer->text, json_string_value(value), json_string_length(value));
        return true;
    case JSON_INTEGER:
        return add_integer(writer, json_integer_value(value));
    case JSON_REAL:
        return refuse(writer, "a number has a fraction or an exponent; write it as a string");
    case JSON_ARRAY:
    case JSON_OBJECT:
        return add_nested(writer, value);
    default:
        return refuse(writer, "it is no JSON value");
    }
}

bool canonical_add(struct text *text, const json_t *value, const char **reason)
{
    struct writer writer = {.text = text};
    bool added = add_value(&writer, value);
    if (added && text->full)
        added = refuse(&writer, "it is too long");
    *reason = writer.reason;
    return added;
}

void canonical_leaf_hash(const void *leaf, size_t bytes, unsigned char hash[CANONICAL_HASH_BYTES])
{
    static const unsigned char leaf_prefix = 0x00;
    crypto_hash_sha256_state state;
    static_assert(CANONICAL_HASH_BYTES == crypto_hash_sha256_BYTES, "SHA-256");
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, &leaf_prefix, 1);
    (void)crypto_hash_sha256_update(&state, leaf, bytes);
    (void)crypto_hash_sha256_final(&state, hash);
}
