/* bind.c - turns a request into the parameters of its statement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/bind.h"

#include "core/heap.h"
#include "core/number.h"
#include "engine/cursor.h"
#include "engine/schema.h"
#include "engine/value.h"

#include <jansson.h>
#include <string.h>

enum { DEPTH_MAX = 64, TEXT_MAX = 200, LIMIT_MAX = 200, YEAR_MIN = 1900, YEAR_MAX = 2100 };

/* ---------------------------------------------------------------- parameters */

static bool fits_number(const char *text, int64_t minimum, int64_t maximum)
{
    int64_t number = 0;
    return number_parse(text, minimum, maximum, &number);
}

#define INDEX_MAX ((INT64_C(1) << 53) - 1) /* what JSON numbers hold everywhere */

static bool fits_text(const char *text)
{
    const size_t characters = value_characters(text);
    return characters >= 1 && characters <= TEXT_MAX;
}

static bool is_group(const char *text)
{
    static const char *const groups[] = {"LDC", "SIDS", "LLDC", "EIT"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strcmp(groups[i], text) == 0)
            return true;
    return false;
}

static bool fits(enum parameter_type type, const char *text)
{
    switch (type) {
    case TYPE_UUID:
        return value_is_uuid(text);
    case TYPE_TEXT:
        return fits_text(text);
    case TYPE_CODE:
        return value_is_code(text);
    case TYPE_COUNTRY:
        return value_is_capitals(text, 2);
    case TYPE_CURRENCY:
        return value_is_capitals(text, 3);
    case TYPE_DATE:
        return value_is_date(text);
    case TYPE_YEAR:
        return fits_number(text, YEAR_MIN, YEAR_MAX);
    case TYPE_INTEGER:
        return fits_number(text, 0, INT32_MAX);
    case TYPE_POSITION:
        return fits_number(text, 0, INDEX_MAX) || value_is_date_time(text);
    case TYPE_INDEX:
        return fits_number(text, 0, INDEX_MAX);
    case TYPE_LIMIT:
        return fits_number(text, 1, LIMIT_MAX);
    case TYPE_GROUP:
        return is_group(text);
    case TYPE_BOOLEAN:
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    case TYPE_TILE: /* the statement knows which there are */
        return true;
    case TYPE_CURSOR: /* opened, not looked at */
    case TYPE_JSONB:  /* a body */
    case PARAMETER_TYPES:
        break;
    }
    return false;
}

static const char *describe(enum parameter_type type)
{
    static const char *const sentences[PARAMETER_TYPES] = {
        [TYPE_UUID] = "This must be a UUID.",
        [TYPE_TEXT] = "This must have 1 to 200 characters.",
        [TYPE_CODE] = "This must be a code: 1 to 40 letters, digits, dots, dashes, underscores.",
        [TYPE_COUNTRY] = "This must be an ISO 3166-1 country code of two capital letters.",
        [TYPE_CURRENCY] = "This must be an ISO 4217 currency code of three capital letters.",
        [TYPE_DATE] = "This must be a day of the calendar, as YYYY-MM-DD.",
        [TYPE_YEAR] = "This must be a year from 1900 to 2100.",
        [TYPE_INTEGER] = "This must be a whole number without sign, at most 2147483647.",
        [TYPE_POSITION] = "This must be a tree size or a time such as 2026-11-24T12:00:00Z.",
        [TYPE_INDEX] = "This must be a leaf index: a whole number without sign.",
        [TYPE_LIMIT] = "This must be a whole number from 1 to 200.",
        [TYPE_CURSOR] = "This is no cursor of this list; follow the Link headers.",
        [TYPE_GROUP] = "This must be LDC, SIDS, LLDC or EIT.",
        [TYPE_BOOLEAN] = "This must be true or false."};
    return type < PARAMETER_TYPES ? sentences[type] : "";
}

static const char limit_default[] = "50";
_Static_assert(LIMIT_DEFAULT == 50, "the text above says the same");

static void bind_text(struct exchange *x, size_t index, const char *text)
{
    const struct parameter *parameter = &x->statement->parameters[index];
    const char *value = text;
    if (parameter->type == TYPE_CURSOR)
        value = cursor_open(x->arena, x->statement->name, text);
    else if (!fits(parameter->type, text))
        value = NULL;
    if (value != NULL && parameter->type == TYPE_LIMIT && strcmp(value, limit_default) == 0)
        return; /* the default, said aloud */
    if (value == NULL)
        (void)problem_fault(&x->problem, FAULT_PARAMETER, parameter->name, "type", "%s",
                            describe(parameter->type));
    x->values[index] = value;
}

/* The last value of a name, and whether there is more than one. */
static const char *find_field(const struct field *fields, size_t count, const char *name,
                              size_t *found)
{
    const char *value = NULL;
    *found = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            value = fields[i].value;
            ++*found;
        }
    }
    return value;
}

static void bind_parameter(struct exchange *x, size_t index)
{
    const struct parameter *parameter = &x->statement->parameters[index];
    const bool path = parameter->source == SOURCE_PATH;
    size_t found = 0;
    const char *text =
        find_field(path ? x->captures : x->query, path ? x->capture_count : x->query_count,
                   parameter->name, &found);
    if (found == 1)
        bind_text(x, index, text);
    else if (found > 1)
        (void)problem_fault(&x->problem, FAULT_PARAMETER, parameter->name, "repeated",
                            "This may be given once.");
    else if (!parameter->optional)
        (void)problem_fault(&x->problem, FAULT_PARAMETER, parameter->name, "required",
                            "This parameter is required.");
}

/* What every report takes without declaring it: its position is bound before its query runs. */
enum { REPORT_AS_OF, REPORT_NOTES, REPORT_BOM, REPORT_PARAMETERS };

static const char *const report_names[REPORT_PARAMETERS] = {"as_of", "notes", "bom"};

/* One of two words; false when it is neither. */
static bool is_second(const char *value, const char *first, const char *second, bool *is)
{
    *is = value != NULL && strcmp(value, second) == 0;
    return value == NULL || *is || strcmp(value, first) == 0;
}

static void bind_report(struct exchange *x)
{
    const char *values[REPORT_PARAMETERS];
    for (size_t i = 0; i < REPORT_PARAMETERS; i++) {
        size_t found = 0;
        values[i] = find_field(x->query, x->query_count, report_names[i], &found);
        if (found > 1)
            (void)problem_fault(&x->problem, FAULT_PARAMETER, report_names[i], "repeated",
                                "This may be given once.");
    }
    x->as_of = values[REPORT_AS_OF];
    if (x->as_of != NULL && !fits(TYPE_POSITION, x->as_of))
        (void)problem_fault(&x->problem, FAULT_PARAMETER, "as_of", "type", "%s",
                            describe(TYPE_POSITION));
    if (!is_second(values[REPORT_NOTES], "full", "none", &x->bare))
        (void)problem_fault(&x->problem, FAULT_PARAMETER, "notes", "enum",
                            "This must be full or none.");
    if (!is_second(values[REPORT_BOM], "0", "1", &x->bom))
        (void)problem_fault(&x->problem, FAULT_PARAMETER, "bom", "enum", "This must be 0 or 1.");
}

static bool is_report_parameter(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < REPORT_PARAMETERS; i++)
        if (strcmp(name, report_names[i]) == 0)
            return x->statement->kind == STATEMENT_REPORT;
    return false;
}

static void refuse_unknown(struct exchange *x)
{
    const struct statement *statement = x->statement;
    for (size_t i = 0; i < x->query_count; i++) {
        const char *name = x->query[i].name;
        bool known = is_report_parameter(x, name);
        for (size_t p = 0; !known && p < statement->parameter_count; p++)
            known = statement->parameters[p].source == SOURCE_QUERY &&
                    strcmp(statement->parameters[p].name, name) == 0;
        if (!known)
            (void)problem_fault(&x->problem, FAULT_PARAMETER, name, "unknown",
                                "There is no parameter of this name here.");
    }
}

/* ---------------------------------------------------------------- body */

/* The last byte of the string whose opening quote is at i. */
static size_t skip_string(const char *body, size_t bytes, size_t i)
{
    for (i++; i < bytes && body[i] != '"'; i++)
        i += body[i] == '\\';
    return i;
}

/* Before the parser, which goes deeper than anyone means and has no setting for it. */
static bool is_too_deep(const char *body, size_t bytes)
{
    size_t depth = 0;
    for (size_t i = 0; i < bytes && depth <= DEPTH_MAX; i++) {
        if (body[i] == '"')
            i = skip_string(body, bytes, i);
        else if (body[i] == '[' || body[i] == '{')
            depth++;
        else if ((body[i] == ']' || body[i] == '}') && depth > 0)
            depth--;
    }
    return depth > DEPTH_MAX;
}

static void refuse_body(struct exchange *x, const json_error_t *error)
{
    if (heap_has_failed())
        (void)problem_set(&x->problem, PROBLEM_INTERNAL, "The body does not fit in memory.");
    else if (json_error_code(error) == json_error_duplicate_key)
        (void)problem_set(&x->problem, PROBLEM_MALFORMED_JSON,
                          "Line %d, column %d: a member stands twice in one object.", error->line,
                          error->column);
    else
        (void)problem_set(&x->problem, PROBLEM_MALFORMED_JSON, "Line %d, column %d: %s.",
                          error->line, error->column, error->text);
}

/* PostgreSQL reads the bytes as they came: what was checked is what is recorded. */
static void bind_body(struct exchange *x, size_t index)
{
    json_error_t error;
    if (x->body == NULL || x->body_bytes == 0) {
        if (x->statement->parameters[index].optional)
            return;
        (void)problem_set(&x->problem, PROBLEM_BAD_REQUEST,
                          "This request needs a JSON object as its body.");
        return;
    }
    if (is_too_deep(x->body, x->body_bytes)) {
        (void)problem_set(&x->problem, PROBLEM_MALFORMED_JSON,
                          "The body is nested more than %d levels deep.", DEPTH_MAX);
        return;
    }
    (void)heap_has_failed();
    json_t *body =
        json_loadb(x->body, x->body_bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (body == NULL) {
        refuse_body(x, &error);
        return;
    }
    (void)schemas_check(x->schemas, x->statement->body_schema, body, &x->problem);
    json_decref(body);
    x->values[index] = x->body;
}

bool bind_exchange(struct exchange *x)
{
    const struct statement *statement = x->statement;
    refuse_unknown(x);
    if (statement->kind == STATEMENT_REPORT)
        bind_report(x);
    for (size_t i = 0; i < statement->parameter_count; i++) {
        if (statement->parameters[i].source == SOURCE_BODY)
            bind_body(x, i);
        else if (statement->parameters[i].source != SOURCE_REPORT)
            bind_parameter(x, i);
    }
    return !problem_is_set(&x->problem);
}
