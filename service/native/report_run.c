/* report_run.c - a report that is issued: it runs, and then its bytes are recorded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/report_run.h"

#include "core/text.h"
#include "engine/bind.h"
#include "native/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

enum { POINTER_BYTES = 4096 };

/* What the report hands over to the statement that waits for it. */
struct run {
    const struct statement *issue;
    exchange_then_fn then; /* follows that statement */
    const char *body;
    const char *told;
    const char *result;
};

static void release(void *json)
{
    json_decref(json);
}

static bool takes_report(const struct statement *statement)
{
    for (size_t i = 0; i < statement->parameter_count; i++)
        if (statement->parameters[i].source == SOURCE_REPORT)
            return true;
    return false;
}

/* ---------------------------------------------------------------- what is asked */

/* RFC 6901: "~" and "/" in a name are written otherwise. */
static const char *pointer_to(struct exchange *x, const char *name)
{
    struct text pointer = text_open(x->arena, POINTER_BYTES);
    text_add(&pointer, "/parameters/");
    for (const char *at = name; *at != '\0'; at++)
        text_add(&pointer, *at == '~' ? "~0" : *at == '/' ? "~1" : (const char[]){*at, '\0'});
    return pointer.data;
}

/* A report tells of its parameters; whoever issues one has sent them in a body. */
static void point_into_body(struct exchange *x)
{
    for (struct fault *fault = x->problem.first_fault; fault != NULL; fault = fault->next) {
        if (fault->where != FAULT_PARAMETER)
            continue;
        fault->where = FAULT_POINTER;
        fault->name = strcmp(fault->name, "as_of") == 0 ? "/as_of" : pointer_to(x, fault->name);
    }
}

/* As in a URL, where the walk has let none through. */
static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

/* A value as the query of the report would have it; NULL when it is none. */
static const char *text_of(struct exchange *x, const json_t *value)
{
    if (json_is_integer(value))
        return arena_format(x->arena, "%" PRId64, (int64_t)json_integer_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    const char *text = json_string_value(value);
    return text != NULL && !has_control(text) ? text : NULL;
}

static void ask(struct exchange *x, const char *name, const char *value)
{
    if (x->query_count < QUERY_MAX)
        x->query[x->query_count++] = (struct field){.name = name, .value = value};
}

static void ask_parameters(struct exchange *x, json_t *parameters)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(parameters, name, value)
    {
        const char *text = text_of(x, value);
        if (strcmp(name, "as_of") == 0)
            (void)problem_fault(&x->problem, FAULT_POINTER, "/parameters/as_of", "unknown",
                                "The position stands beside the parameters, as /as_of.");
        else if (text == NULL)
            (void)problem_fault(
                &x->problem, FAULT_POINTER, pointer_to(x, name), "type",
                "This must be a whole number, true, false, or a string on one line.");
        else
            ask(x, name, text);
    }
}

/* The request for the report, made of the body: from here on it is bound like any other. */
static bool ask_report(struct exchange *x, const json_t *body)
{
    const json_t *as_of = json_object_get(body, "as_of");
    const char *format = json_string_value(json_object_get(body, "format"));
    x->query = arena_alloc(x->arena, QUERY_MAX * sizeof x->query[0]);
    x->query_count = 0;
    if (x->query == NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
    if (as_of != NULL)
        ask(x, "as_of", text_of(x, as_of));
    ask_parameters(x, json_object_get(body, "parameters"));
    memset(x->values, 0, sizeof x->values);
    x->format = format != NULL && strcmp(format, "csv") == 0 ? FORMAT_CSV : FORMAT_JSON;
    const bool bound = bind_exchange(x);
    point_into_body(x);
    return bound;
}

/* ---------------------------------------------------------------- what came of it */

static void tell_parameters(struct text *out, const struct exchange *x)
{
    struct field parameters[PARAMETERS_MAX];
    const size_t count = report_parameters(x, parameters);
    const char *separator = "";
    text_add(out, ",\"parameters\":{");
    for (size_t i = 0; i < count; i++) {
        text_add(out, separator);
        text_add_json(out, parameters[i].name);
        text_add_char(out, ':');
        text_add_json(out, parameters[i].value);
        separator = ",";
    }
    if (x->bare && x->format == FORMAT_CSV) {
        text_addf(out, "%s\"notes\":\"none\"", separator);
        separator = ",";
    }
    if (x->bom && x->format == FORMAT_CSV)
        text_addf(out, "%s\"bom\":\"1\"", separator);
    text_add_char(out, '}');
}

static size_t column_of(const struct rows *rows, const char *name)
{
    size_t column = 0;
    while (column < rows->columns && strcmp(rows->name(rows->source, column), name) != 0)
        column++;
    return column;
}

static void tell_cell(struct text *out, const struct rows *rows, size_t row, const char *name)
{
    const size_t column = column_of(rows, name);
    const char *cell = column < rows->columns ? rows->cell(rows->source, row, column) : NULL;
    if (cell == NULL)
        text_add(out, "null");
    else
        text_add_json(out, cell);
}

/* The columns that the definition lets add up over all rows of a currency; NULL where it keeps
   something else apart as well, or leaves rows out: such a report has more than one total of each.
 */
static const json_t *totals_of(const json_t *manifest)
{
    return json_object_get(manifest, "apart") == NULL &&
                   json_object_get(manifest, "totals_where") == NULL
               ? json_object_get(manifest, "totals")
               : NULL;
}

/* The database adds the amounts: no arithmetic on money here. */
static void tell_figures(struct text *out, const struct report_told *told)
{
    const json_t *totals = totals_of(told->manifest);
    text_add(out, ",\"figures\":{\"columns\":[");
    for (size_t i = 0; i < json_array_size(totals); i++) {
        text_add(out, i > 0 ? "," : "");
        text_add_json(out, json_string_value(json_array_get(totals, i)));
    }
    text_add(out, "],\"rows\":[");
    for (size_t row = 0; totals != NULL && row < told->rows.count; row++) {
        text_add(out, row > 0 ? ",[" : "[");
        tell_cell(out, &told->rows, row, "currency");
        for (size_t i = 0; i < json_array_size(totals); i++) {
            text_add_char(out, ',');
            tell_cell(out, &told->rows, row, json_string_value(json_array_get(totals, i)));
        }
        text_add_char(out, ']');
    }
    text_add(out, "]}");
}

static bool tell(struct exchange *x, const struct report_told *told)
{
    struct run *run = x->carried;
    struct text out;
    if (!report_open(x, &out))
        return false;
    text_add(&out, "{\"report\":");
    text_add_json(&out, json_string_value(json_object_get(told->manifest, "slug")));
    text_add(&out, ",\"definition_version\":");
    text_add_json(&out, json_string_value(json_object_get(told->manifest, "definition_version")));
    tell_parameters(&out, x);
    text_addf(&out, ",\"tree_size\":%s,\"format\":\"%s\",\"rows\":%zu", x->response.tree_size,
              x->format == FORMAT_CSV ? "csv" : "json", told->rows.count);
    tell_figures(&out, told);
    text_add_char(&out, '}');
    run->told = out.data;
    return !out.full ||
           problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
}

static bool render(struct exchange *x, const struct rows *rows)
{
    struct run *run = x->carried;
    struct report_told told;
    if (!report_render_told(x, rows, &told))
        return false;
    if (x->response.body_bytes > REPORT_RUN_MAX)
        return problem_fault(&x->problem, FAULT_POINTER, "/parameters", "size",
                             "A report that is issued has at most %d MiB; ask for less with its "
                             "parameters.",
                             REPORT_RUN_MAX >> 20);
    run->result = x->response.body;
    return tell(x, &told);
}

/* ---------------------------------------------------------------- the rounds */

static enum round record(struct exchange *x)
{
    const struct run *run = x->carried;
    if (problem_is_set(&x->problem)) {
        point_into_body(x);
        return ROUND_END;
    }
    x->statement = run->issue;
    x->then = run->then;
    x->render = NULL;
    x->format = FORMAT_JSON;
    memset(x->values, 0, sizeof x->values);
    for (size_t i = 0; i < run->issue->parameter_count; i++) {
        const struct parameter *parameter = &run->issue->parameters[i];
        if (parameter->source == SOURCE_REPORT)
            x->values[i] = strcmp(parameter->name, "run") == 0 ? run->told : run->result;
        else
            x->values[i] = run->body;
    }
    return ROUND_AGAIN;
}

bool report_run_begin(struct exchange *x)
{
    if (!takes_report(x->statement))
        return true;
    struct run *run = arena_alloc(x->arena, sizeof *run);
    json_t *body = json_loadb(x->body, x->body_bytes, 0, NULL);
    if (run == NULL || body == NULL || !arena_defer(x->arena, release, body)) {
        json_decref(run == NULL ? body : NULL);
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
    }
    const struct statement *report =
        report_find(x, json_string_value(json_object_get(body, "report")));
    if (report == NULL)
        return problem_fault(&x->problem, FAULT_POINTER, "/report", "known_report",
                             "There is no report of this name; see /v1/reports.");
    *run = (struct run){.issue = x->statement, .then = x->then, .body = x->body};
    x->statement = report;
    x->render = render;
    x->then = record;
    x->carried = run;
    return ask_report(x, body);
}
