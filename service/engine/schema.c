/* schema.c - compiles the contract's schemas: a strict part of JSON Schema 2020-12. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schema.h"

#include "engine/schema_node.h"
#include "engine/value.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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
    if (members == NULL)
        return refuse(compiler, "out of memory at", "properties");
    for (void *at = json_object_iter(iterable(value)); at != NULL;
         at = json_object_iter_next(iterable(value), at)) {
        const struct schema *inner = compile_inner(compiler, json_object_iter_value(at));
        if (inner == NULL)
            return false;
        members[schema->member_count++] =
            (struct member){.name = json_object_iter_key(at), .schema = inner};
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
    assert(schema != NULL);
    if (!json_is_object(source))
        return refuse(compiler, "not an object inside", compiler->at);
    for (void *at = json_object_iter(iterable(source)); at != NULL;
         at = json_object_iter_next(iterable(source), at))
        if (!take_keyword(compiler, json_object_iter_key(at), json_object_iter_value(at), schema))
            return false;
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
