/* schema_node.h - a compiled schema, as schema.c writes it and schema_check.c reads it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IS_NULL = 1 << 0,
    IS_BOOLEAN = 1 << 1,
    IS_INTEGER = 1 << 2,
    IS_STRING = 1 << 3,
    IS_ARRAY = 1 << 4,
    IS_OBJECT = 1 << 5,
    IS_REAL = 1 << 6, /* a value may be one, a schema never asks for it */
    NAMES_MAX = 256   /* schemas that bodies can reach */
};

struct schema;

struct member {
    const char *name;
    const struct schema *schema;
};

struct span {
    size_t least;
    size_t most;
};

/* Iterators of jansson take pointers to what they do not change. */
static inline json_t *iterable(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

/* What is absent is NULL or 0; `limits` and the spans start at their widest. */
struct schema {
    unsigned types; /* 0: any */
    const struct schema *same;
    const char *description; /* says what is wanted, where a rule alone would not help */
    const json_t *allowed;   /* enum, or a const as the only element */
    const regex_t *pattern;
    const char *pattern_text;
    bool (*format)(const char *text);
    const char *format_name;
    bool decimal;
    json_int_t minimum;
    json_int_t maximum;
    struct span length;
    struct span items_count;
    struct span members_count;
    bool unique;
    bool closed; /* additionalProperties: false */
    const struct schema *items;
    const json_t *required;
    const struct member *members;
    size_t member_count;
    const struct schema *const *choices;
    size_t choice_count;
    bool one_choice; /* oneOf, else anyOf */
};

struct named {
    const char *name;
    struct schema *schema;
};

struct schemas {
    struct named rows[NAMES_MAX];
    size_t count;
};
