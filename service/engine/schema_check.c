/* schema_check.c - a JSON value held against a compiled schema, every fault named at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"
#include "engine/schema.h"
#include "engine/schema_node.h"
#include "engine/value.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    POINTER_MAX = 512,
    LIST_MAX = 400 /* characters of a list of allowed values */
};

/* Where in the value we are, from the inside out. */
struct place {
    const struct place *up;
    const char *name; /* NULL: an element of an array */
    size_t index;
};

struct check {
    struct problem *problem; /* NULL: only whether it fits is asked */
    size_t faults;
};

static void write_pointer(struct text *text, const struct place *place)
{
    if (place == NULL || place->up == NULL)
        return;
    write_pointer(text, place->up);
    text_add_char(text, '/');
    if (place->name == NULL) {
        text_addf(text, "%zu", place->index);
        return;
    }
    for (const char *at = place->name; *at != '\0'; at++) {
        if (*at == '~')
            text_add(text, "~0");
        else if (*at == '/')
            text_add(text, "~1");
        else
            text_add_char(text, *at);
    }
}

static void complain(struct check *check, const struct place *place, const char *rule,
                     const char *detail)
{
    check->faults++;
    if (check->problem == NULL)
        return;
    struct text pointer = text_open(check->problem->arena, POINTER_MAX);
    write_pointer(&pointer, place);
    (void)problem_fault(check->problem, FAULT_POINTER, pointer.data, rule, "%s", detail);
}

static void hold(struct check *check, const struct place *place, const struct schema *schema,
                 const json_t *value);

static unsigned type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return IS_OBJECT;
    case JSON_ARRAY:
        return IS_ARRAY;
    case JSON_STRING:
        return IS_STRING;
    case JSON_INTEGER:
        return IS_INTEGER;
    case JSON_REAL:
        return IS_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return IS_BOOLEAN;
    case JSON_NULL:
        return IS_NULL;
    }
    return 0;
}

static void complain_of_type(struct check *check, const struct place *place,
                             const struct schema *schema, const json_t *value)
{
    static const char *const names[] = {"null",     "true or false", "an integer",
                                        "a string", "an array",      "an object"};
    char detail[160] = "This must be ";
    size_t length = strlen(detail);
    if (schema->decimal && json_is_number(value)) {
        complain(check, place, "decimal",
                 "Send the number as a decimal string, such as \"1250.00\": a JSON number would "
                 "lose its exact value on the way.");
        return;
    }
    for (size_t i = 0, told = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((schema->types & 1U << i) == 0)
            continue;
        const int added = snprintf(detail + length, sizeof detail - length, "%s%s",
                                   told++ > 0 ? " or " : "", names[i]);
        length += added > 0 ? (size_t)added : 0;
    }
    (void)snprintf(detail + length, sizeof detail - length, ".");
    complain(check, place, "type", detail);
}

static void hold_span(struct check *check, const struct place *place, const struct span *span,
                      size_t count, const char *rule, const char *unit)
{
    char detail[160];
    if (count >= span->least && count <= span->most)
        return;
    if (count < span->least)
        (void)snprintf(detail, sizeof detail, "At least %zu %s needed.", span->least, unit);
    else
        (void)snprintf(detail, sizeof detail, "At most %zu %s allowed.", span->most, unit);
    complain(check, place, rule, detail);
}

static const char *wanted(const struct schema *schema, const char *otherwise)
{
    return schema->description != NULL ? schema->description : otherwise;
}

static void hold_string(struct check *check, const struct place *place, const struct schema *schema,
                        const char *text)
{
    char detail[256];
    const size_t before = check->faults;
    hold_span(check, place, &schema->length, value_characters(text), "length", "characters are");
    if (check->faults > before)
        return;
    if (schema->pattern != NULL && regexec(schema->pattern, text, 0, NULL, 0) != 0) {
        (void)snprintf(detail, sizeof detail, "This must match %s.", schema->pattern_text);
        complain(check, place, schema->decimal ? "decimal" : "pattern",
                 schema->decimal ? wanted(schema, "This must be a decimal string, such as "
                                                  "\"1250.00\".")
                                 : wanted(schema, detail));
        return;
    }
    if (schema->format != NULL && !schema->format(text)) {
        (void)snprintf(detail, sizeof detail, "This is no %s.", schema->format_name);
        complain(check, place, "format", detail);
    }
}

static void hold_integer(struct check *check, const struct place *place,
                         const struct schema *schema, json_int_t value)
{
    char detail[160];
    if (value >= schema->minimum && value <= schema->maximum)
        return;
    if (value < schema->minimum)
        (void)snprintf(detail, sizeof detail, "This must be at least %" JSON_INTEGER_FORMAT ".",
                       schema->minimum);
    else
        (void)snprintf(detail, sizeof detail, "This must be at most %" JSON_INTEGER_FORMAT ".",
                       schema->maximum);
    complain(check, place, "range", detail);
}

static bool is_repeated(const json_t *array, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (json_equal(json_array_get(array, i), json_array_get(array, index)))
            return true;
    return false;
}

static void hold_array(struct check *check, const struct place *place, const struct schema *schema,
                       const json_t *array)
{
    const size_t before = check->faults;
    hold_span(check, place, &schema->items_count, json_array_size(array), "items", "elements are");
    /* Looking at each of a million elements, and at each pair, is what the bound is for. */
    if (check->faults > before)
        return;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const struct place inner = {.up = place, .index = i};
        if (schema->items != NULL)
            hold(check, &inner, schema->items, json_array_get(array, i));
        if (schema->unique && is_repeated(array, i))
            complain(check, &inner, "unique", "This has been said before in the same list.");
    }
}

static const struct schema *find_member(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->member_count; i++)
        if (strcmp(schema->members[i].name, name) == 0)
            return schema->members[i].schema;
    return NULL;
}

static void hold_object(struct check *check, const struct place *place, const struct schema *schema,
                        const json_t *object)
{
    for (size_t i = 0; i < json_array_size(schema->required); i++) {
        const char *needed = json_string_value(json_array_get(schema->required, i));
        const struct place inner = {.up = place, .name = needed};
        if (needed != NULL && json_object_get(object, needed) == NULL)
            complain(check, &inner, "required", "This member is required.");
    }
    hold_span(check, place, &schema->members_count, json_object_size(object), "members",
              "members are");
    for (void *at = json_object_iter(iterable(object)); at != NULL;
         at = json_object_iter_next(iterable(object), at)) {
        const struct place inner = {.up = place, .name = json_object_iter_key(at)};
        const struct schema *member = find_member(schema, inner.name);
        if (member != NULL)
            hold(check, &inner, member, json_object_iter_value(at));
        else if (schema->closed)
            complain(check, &inner, "unknown", "There is no member of this name.");
    }
}

static void hold_allowed(struct check *check, const struct place *place,
                         const struct schema *schema, const json_t *value)
{
    char detail[LIST_MAX] = "This must be one of: ";
    size_t length = strlen(detail);
    for (size_t i = 0; i < json_array_size(schema->allowed); i++) {
        const json_t *one = json_array_get(schema->allowed, i);
        if (json_equal(one, value))
            return;
        const int added = !json_is_string(one) || length >= sizeof detail
                              ? 0
                              : snprintf(detail + length, sizeof detail - length, "%s%s",
                                         i > 0 ? ", " : "", json_string_value(one));
        length += added > 0 ? (size_t)added : 0;
    }
    complain(check, place, "enum", detail);
}

/* Where nothing fits, the faults of each choice would only confuse: the schema's own description
   says what is wanted. */
static void hold_choices(struct check *check, const struct place *place,
                         const struct schema *schema, const json_t *value)
{
    size_t fitting = 0;
    for (size_t i = 0; i < schema->choice_count; i++) {
        struct check quiet = {.problem = NULL};
        hold(&quiet, place, schema->choices[i], value);
        fitting += quiet.faults == 0;
    }
    if (fitting == 0)
        complain(check, place, "choice", wanted(schema, "None of the allowed forms fits."));
    else if (fitting > 1 && schema->one_choice)
        complain(check, place, "choice", wanted(schema, "More than one of the forms fits."));
}

static void hold(struct check *check, const struct place *place, const struct schema *schema,
                 const json_t *value)
{
    const unsigned type = type_of(value);
    if (schema->same != NULL)
        hold(check, place, schema->same, value);
    if (type == IS_REAL && schema->types == 0 && schema->same == NULL) {
        complain(check, place, "type", "A number with a fraction has no place here.");
        return;
    }
    if (schema->types != 0 && (schema->types & type) == 0) {
        complain_of_type(check, place, schema, value);
        return;
    }
    if (schema->allowed != NULL)
        hold_allowed(check, place, schema, value);
    if (type == IS_STRING)
        hold_string(check, place, schema, json_string_value(value));
    else if (type == IS_INTEGER)
        hold_integer(check, place, schema, json_integer_value(value));
    else if (type == IS_ARRAY)
        hold_array(check, place, schema, value);
    else if (type == IS_OBJECT)
        hold_object(check, place, schema, value);
    if (schema->choices != NULL)
        hold_choices(check, place, schema, value);
}

bool schemas_check(const struct schemas *schemas, const char *name, const json_t *value,
                   struct problem *problem)
{
    const struct place root = {.up = NULL};
    struct check check = {.problem = problem};
    for (size_t i = 0; i < schemas->count; i++) {
        if (strcmp(schemas->rows[i].name, name) == 0) {
            hold(&check, &root, schemas->rows[i].schema, value);
            return check.faults == 0;
        }
    }
    return problem_set(problem, PROBLEM_INTERNAL, "The schema of this body is not there.");
}
