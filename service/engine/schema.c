/* schema.c - the contract's schemas, compiled: a strict part of JSON Schema 2020-12. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schema.h"

#include "core/text.h"
#include "engine/value.h"

#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    IS_NULL = 1 << 0,
    IS_BOOLEAN = 1 << 1,
    IS_INTEGER = 1 << 2,
    IS_STRING = 1 << 3,
    IS_ARRAY = 1 << 4,
    IS_OBJECT = 1 << 5,
    IS_REAL = 1 << 6, /* a value may be one, a schema never asks for it */
    NAMES_MAX = 256,  /* schemas that bodies can reach */
    POINTER_MAX = 512,
    LIST_MAX = 400 /* characters of a list of allowed values */
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

/* ---------------------------------------------------------------- compiling */

struct compiler {
    struct arena *arena;
    struct schemas *schemas;
    const json_t *source; /* components/schemas */
    const char *at;       /* the named schema that is being compiled */
    char *reason;
    size_t reason_bytes;
};

static bool refuse(const struct compiler *compiler, const char *what, const char *word)
{
    (void)snprintf(compiler->reason, compiler->reason_bytes,
                   "api/openapi.json: schema %s: %s \"%s\"", compiler->at, what, word);
    return false;
}

static struct schema *make_schema(const struct compiler *compiler)
{
    struct schema *schema = arena_alloc(compiler->arena, sizeof *schema);
    if (schema == NULL) {
        (void)refuse(compiler, "out of memory at", compiler->at);
        return NULL;
    }
    schema->minimum = INT64_MIN;
    schema->maximum = INT64_MAX;
    schema->length.most = schema->items_count.most = schema->members_count.most = SIZE_MAX;
    return schema;
}

static bool compile(struct compiler *compiler, const json_t *source, struct schema *schema);

static const struct schema *compile_inner(struct compiler *compiler, const json_t *source)
{
    struct schema *schema = make_schema(compiler);
    return schema != NULL && compile(compiler, source, schema) ? schema : NULL;
}

/* The schema of a name, empty until its turn comes: schemas may refer to each other in a ring. */
static const struct schema *reach(struct compiler *compiler, const char *name)
{
    struct schemas *schemas = compiler->schemas;
    for (size_t i = 0; i < schemas->count; i++)
        if (strcmp(schemas->rows[i].name, name) == 0)
            return schemas->rows[i].schema;
    if (json_object_get(compiler->source, name) == NULL || schemas->count == NAMES_MAX) {
        (void)refuse(compiler, "there is no", name);
        return NULL;
    }
    struct schema *schema = make_schema(compiler);
    if (schema != NULL)
        schemas->rows[schemas->count++] = (struct named){.name = name, .schema = schema};
    return schema;
}

static bool take_ref(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    static const char prefix[] = "#/components/schemas/";
    const char *target = json_string_value(value);
    if (target == NULL || strncmp(target, prefix, sizeof prefix - 1) != 0)
        return refuse(compiler, "$ref outside", prefix);
    schema->same = reach(compiler, target + sizeof prefix - 1);
    return schema->same != NULL;
}

static unsigned type_bit(const char *name)
{
    static const struct {
        const char *name;
        unsigned bit;
    } known[] = {{"null", IS_NULL},     {"boolean", IS_BOOLEAN}, {"integer", IS_INTEGER},
                 {"string", IS_STRING}, {"array", IS_ARRAY},     {"object", IS_OBJECT}};
    for (size_t i = 0; name != NULL && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].bit;
    return 0;
}

static bool take_type(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    const json_t *one = value;
    const size_t count = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < count; i++) {
        if (json_is_array(value))
            one = json_array_get(value, i);
        const unsigned bit = type_bit(json_string_value(one));
        if (bit == 0)
            return refuse(compiler, "no type for a body:",
                          json_is_string(one) ? json_string_value(one) : "?");
        schema->types |= bit;
    }
    return true;
}

static void release_pattern(void *pattern)
{
    regfree(pattern);
}

static bool take_pattern(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    regex_t *pattern = arena_alloc(compiler->arena, sizeof *pattern);
    schema->pattern_text = json_string_value(value);
    if (pattern == NULL || schema->pattern_text == NULL ||
        regcomp(pattern, schema->pattern_text, REG_EXTENDED | REG_NOSUB) != 0)
        return refuse(compiler, "not a POSIX pattern:",
                      schema->pattern_text != NULL ? schema->pattern_text : "?");
    schema->pattern = pattern;
    return arena_defer(compiler->arena, release_pattern, pattern);
}

static bool take_format(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    static const struct {
        const char *name;
        bool (*fits)(const char *text);
    } known[] = {{"date", value_is_date},
                 {"date-time", value_is_date_time},
                 {"uuid", value_is_uuid},
                 {"uri", value_is_uri}};
    schema->format_name = json_string_value(value);
    for (size_t i = 0; schema->format_name != NULL && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, schema->format_name) == 0)
            schema->format = known[i].fits;
    return schema->format != NULL ||
           refuse(compiler, "unknown format",
                  schema->format_name != NULL ? schema->format_name : "?");
}

static bool take_properties(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    const size_t count = json_object_size(value);
    struct member *members = arena_alloc(compiler->arena, (count + 1) * sizeof *members);
    const char *name = NULL;
    json_t *inner = NULL;
    if (members == NULL)
        return refuse(compiler, "out of memory at", "properties");
    json_object_foreach((json_t *)(uintptr_t)value, name, inner)
    {
        const struct schema *compiled = compile_inner(compiler, inner);
        if (compiled == NULL)
            return false;
        members[schema->member_count++] = (struct member){.name = name, .schema = compiled};
    }
    schema->members = members;
    return true;
}

static bool take_choices(struct compiler *compiler, const json_t *value, struct schema *schema,
                         bool one_choice)
{
    const size_t count = json_array_size(value);
    const struct schema **choices = arena_alloc(compiler->arena, (count + 1) * sizeof(void *));
    if (choices == NULL || count == 0 || schema->choice_count > 0)
        return refuse(compiler, "one list, not empty, is wanted for", "oneOf or anyOf");
    for (size_t i = 0; i < count; i++) {
        choices[i] = compile_inner(compiler, json_array_get(value, i));
        if (choices[i] == NULL)
            return false;
    }
    schema->choices = choices;
    schema->choice_count = count;
    schema->one_choice = one_choice;
    return true;
}

static bool take_one_of(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    return take_choices(compiler, value, schema, true);
}

static bool take_any_of(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    return take_choices(compiler, value, schema, false);
}

static bool take_items(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    schema->items = compile_inner(compiler, value);
    return schema->items != NULL;
}

static bool take_enum(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    schema->allowed = value;
    return json_array_size(value) > 0 || refuse(compiler, "nothing is allowed by", "enum");
}

static void release_json(void *json)
{
    json_decref(json);
}

static bool take_const(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    json_t *only = json_pack("[O]", value);
    schema->allowed = only;
    return only != NULL && arena_defer(compiler->arena, release_json, only);
}

static bool take_required(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    schema->required = value;
    return json_is_array(value) || refuse(compiler, "a list is wanted for", "required");
}

static bool take_additional(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    schema->closed = true;
    return json_is_false(value) ||
           refuse(compiler, "only false is known for", "additionalProperties");
}

static bool take_description(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    (void)compiler;
    schema->description = json_string_value(value);
    return schema->description != NULL;
}

static bool take_decimal(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    (void)compiler;
    schema->decimal = json_is_true(value);
    return true;
}

static bool take_unique(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    (void)compiler;
    schema->unique = json_is_true(value);
    return true;
}

static bool take_minimum(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    schema->minimum = json_integer_value(value);
    return json_is_integer(value) || refuse(compiler, "an integer is wanted for", "minimum");
}

static bool take_maximum(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    schema->maximum = json_integer_value(value);
    return json_is_integer(value) || refuse(compiler, "an integer is wanted for", "maximum");
}

static bool take_annotation(struct compiler *compiler, const json_t *value, struct schema *schema)
{
    (void)compiler;
    (void)value;
    (void)schema;
    return true;
}

/* The bound of a span that a keyword sets; NULL for a keyword that sets none. */
static size_t *find_bound(struct schema *schema, const char *keyword)
{
    const struct {
        const char *keyword;
        size_t *bound;
    } bounds[] = {{"minLength", &schema->length.least},
                  {"maxLength", &schema->length.most},
                  {"minItems", &schema->items_count.least},
                  {"maxItems", &schema->items_count.most},
                  {"minProperties", &schema->members_count.least},
                  {"maxProperties", &schema->members_count.most}};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (strcmp(keyword, bounds[i].keyword) == 0)
            return bounds[i].bound;
    return NULL;
}

static bool take_keyword(struct compiler *compiler, const char *keyword, const json_t *value,
                         struct schema *schema)
{
    static const struct {
        const char *keyword;
        bool (*take)(struct compiler *compiler, const json_t *value, struct schema *schema);
    } known[] = {{"$ref", take_ref},
                 {"type", take_type},
                 {"enum", take_enum},
                 {"const", take_const},
                 {"pattern", take_pattern},
                 {"format", take_format},
                 {"minimum", take_minimum},
                 {"maximum", take_maximum},
                 {"uniqueItems", take_unique},
                 {"items", take_items},
                 {"required", take_required},
                 {"properties", take_properties},
                 {"additionalProperties", take_additional},
                 {"oneOf", take_one_of},
                 {"anyOf", take_any_of},
                 {"description", take_description},
                 {"x-decimal", take_decimal},
                 {"title", take_annotation},
                 {"examples", take_annotation},
                 {"default", take_annotation}};
    size_t *bound = find_bound(schema, keyword);
    if (bound != NULL) {
        *bound = (size_t)json_integer_value(value);
        return (json_is_integer(value) && json_integer_value(value) >= 0) ||
               refuse(compiler, "a length is wanted for", keyword);
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(keyword, known[i].keyword) == 0)
            return known[i].take(compiler, value, schema);
    return refuse(compiler, "request bodies are not checked for the keyword", keyword);
}

static bool compile(struct compiler *compiler, const json_t *source, struct schema *schema)
{
    const char *keyword = NULL;
    json_t *value = NULL;
    if (!json_is_object(source))
        return refuse(compiler, "not an object inside", compiler->at);
    json_object_foreach((json_t *)(uintptr_t)source, keyword, value)
    {
        if (!take_keyword(compiler, keyword, value, schema))
            return false;
    }
    return true;
}

static bool compile_bodies(struct compiler *compiler, const struct statement *statements,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        compiler->at = statements[i].file;
        if (statements[i].body_schema != NULL && reach(compiler, statements[i].body_schema) == NULL)
            return false;
    }
    /* The list grows while it is worked through: by what each schema refers to. */
    struct schemas *schemas = compiler->schemas;
    for (size_t i = 0; i < schemas->count; i++) {
        compiler->at = schemas->rows[i].name;
        if (!compile(compiler, json_object_get(compiler->source, compiler->at),
                     schemas->rows[i].schema))
            return false;
    }
    return true;
}

const struct schemas *schemas_compile(struct arena *arena, const struct page *contract,
                                      const struct statement *statements, size_t count,
                                      char *reason, size_t reason_bytes)
{
    json_error_t error;
    json_t *document = contract == NULL ? NULL
                                        : json_loadb((const char *)contract->bytes, contract->size,
                                                     JSON_REJECT_DUPLICATES, &error);
    struct schemas *schemas = arena_alloc(arena, sizeof *schemas);
    if (document == NULL || schemas == NULL) {
        (void)snprintf(reason, reason_bytes, "api/openapi.json: line %d: %s",
                       contract == NULL ? 0 : error.line,
                       contract == NULL ? "missing" : error.text);
        json_decref(document);
        return NULL;
    }
    struct compiler compiler = {
        .arena = arena,
        .schemas = schemas,
        .source = json_object_get(json_object_get(document, "components"), "schemas"),
        .reason = reason,
        .reason_bytes = reason_bytes};
    /* Names, patterns and allowed values stay the document's. */
    if (!arena_defer(arena, release_json, document))
        return NULL;
    return compile_bodies(&compiler, statements, count) ? schemas : NULL;
}

/* ---------------------------------------------------------------- checking */

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
    const char *name = NULL;
    json_t *value = NULL;
    for (size_t i = 0; i < json_array_size(schema->required); i++) {
        const char *needed = json_string_value(json_array_get(schema->required, i));
        const struct place inner = {.up = place, .name = needed};
        if (needed != NULL && json_object_get(object, needed) == NULL)
            complain(check, &inner, "required", "This member is required.");
    }
    hold_span(check, place, &schema->members_count, json_object_size(object), "members",
              "members are");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct place inner = {.up = place, .name = name};
        const struct schema *member = find_member(schema, name);
        if (member != NULL)
            hold(check, &inner, member, value);
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
