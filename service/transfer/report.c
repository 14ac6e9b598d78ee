/* report.c - the rows of a report as JSON, NDJSON or CSV, with everything a reader needs to trust
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/report.h"

#include <stdint.h>
#include <string.h>

enum { NAME_BYTES = 1024 /* of a column, in JSON */ };

/* ---------------------------------------------------------------- the manifest */

const char *report_word(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL ? value : "";
}

size_t report_columns(const json_t *manifest)
{
    return json_array_size(json_object_get(manifest, "columns"));
}

size_t report_column(const json_t *manifest, const char *name)
{
    const json_t *columns = json_object_get(manifest, "columns");
    size_t column = 0;
    while (column < json_array_size(columns) &&
           strcmp(report_word(json_array_get(columns, column), "name"), name) != 0)
        column++;
    return column;
}

static bool is_text(const json_t *column)
{
    return strcmp(report_word(column, "type"), "text") == 0;
}

bool report_has_columns(const struct report *report, const struct rows *rows)
{
    const json_t *columns = json_object_get(report->manifest, "columns");
    if (json_array_size(columns) != rows->columns)
        return false;
    for (size_t i = 0; i < rows->columns; i++)
        if (strcmp(report_word(json_array_get(columns, i), "name"), rows->name(rows->source, i)) !=
            0)
            return false;
    return true;
}

/* ---------------------------------------------------------------- JSON */

static void write_value(struct text *out, const json_t *value);

static void write_list(struct text *out, const json_t *list)
{
    text_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i > 0)
            text_add_char(out, ',');
        write_value(out, json_array_get(list, i));
    }
    text_add_char(out, ']');
}

static void write_member(struct text *out, const char *name, const json_t *value)
{
    text_add_char(out, ',');
    text_add_json(out, name);
    text_add_char(out, ':');
    write_value(out, value);
}

/* Manifests hold nothing but text, lists and flat objects of text. */
static void write_value(struct text *out, const json_t *value)
{
    if (json_is_array(value)) {
        write_list(out, value);
        return;
    }
    if (!json_is_object(value)) {
        text_add_json(out, json_is_string(value) ? json_string_value(value) : "");
        return;
    }
    const char *separator = "{";
    void *at = json_object_iter((json_t *)(uintptr_t)value);
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        text_add(out, separator);
        text_add_json(out, json_object_iter_key(at));
        text_add_char(out, ':');
        write_value(out, json_object_iter_value(at));
        separator = ",";
    }
    text_add(out, separator[0] == '{' ? "{}" : "}");
}

static void write_parameters(struct text *out, const struct report *report)
{
    text_add(out, ",\"parameters\":{");
    for (size_t i = 0; i < report->parameter_count; i++) {
        if (i > 0)
            text_add_char(out, ',');
        text_add_json(out, report->parameters[i].name);
        text_add_char(out, ':');
        text_add_json(out, report->parameters[i].value);
    }
    text_add_char(out, '}');
}

const struct report_cell *report_cells(struct arena *arena, const json_t *manifest)
{
    const json_t *columns = json_object_get(manifest, "columns");
    const size_t count = json_array_size(columns);
    struct report_cell *cells = arena_alloc(arena, (count + 1) * sizeof cells[0]);
    for (size_t i = 0; cells != NULL && i < count; i++) {
        const json_t *column = json_array_get(columns, i);
        struct text before = text_open(arena, NAME_BYTES);
        text_add_char(&before, i == 0 ? '{' : ',');
        text_add_json(&before, report_word(column, "name"));
        text_add_char(&before, ':');
        if (before.full)
            return NULL;
        cells[i] =
            (struct report_cell){.before = before.data,
                                 .before_bytes = before.length,
                                 .bare = strcmp(report_word(column, "type"), "integer") == 0};
    }
    return cells;
}

static void write_row(struct text *out, const struct report *report, const struct rows *rows,
                      size_t row)
{
    for (size_t i = 0; i < rows->columns; i++) {
        const struct report_cell *column = &report->cells[i];
        const char *cell = rows->cell(rows->source, row, i);
        text_add_bytes(out, column->before, column->before_bytes);
        if (cell == NULL)
            text_add(out, "null");
        else if (column->bare)
            text_add(out, cell);
        else
            text_add_json(out, cell);
    }
    text_add_char(out, '}');
}

static void write_facts(struct text *out, const struct report *report)
{
    static const char *const told[] = {"title",     "definition_version", "question", "method",
                                       "null_rule", "limitations",        "columns"};
    const json_t *manifest = report->manifest;
    text_add(out, "{\"report\":");
    text_add_json(out, report_word(manifest, "slug"));
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        write_member(out, told[i], json_object_get(manifest, told[i]));
    write_parameters(out, report);
    text_addf(out, ",\"tree_size\":%s,", report->tree_size);
}

/* In JSON a line feed stands between tokens only, where a space does as well. */
static void write_preface(struct text *out, const struct report *report)
{
    const char *json = report->preface.members;
    if (json == NULL)
        return;
    while (*json != '\0') {
        const size_t line = strcspn(json, "\r\n");
        text_add_bytes(out, json, line);
        json += line;
        if (*json != '\0') {
            text_add_char(out, ' ');
            json++;
        }
    }
    text_add_char(out, ',');
}

static void begin_json(struct text *out, const struct report *report, const struct rows *rows)
{
    (void)rows;
    write_facts(out, report);
    write_preface(out, report);
    text_add(out, "\"rows\":[");
}

static void add_json(struct text *out, const struct report *report, const struct rows *rows,
                     size_t row)
{
    if (row > 0)
        text_add_char(out, ',');
    write_row(out, report, rows, row);
}

static void end_json(struct text *out)
{
    text_add(out, "]}");
}

const struct report_form report_json = {.begin = begin_json, .row = add_json, .end = end_json};

/* ---------------------------------------------------------------- NDJSON */

static void begin_ndjson(struct text *out, const struct report *report, const struct rows *rows)
{
    write_facts(out, report);
    write_preface(out, report);
    text_addf(out, "\"row_count\":%zu}\n", rows->count);
}

static void add_ndjson(struct text *out, const struct report *report, const struct rows *rows,
                       size_t row)
{
    write_row(out, report, rows, row);
    text_add_char(out, '\n');
}

const struct report_form report_ndjson = {.begin = begin_ndjson, .row = add_ndjson};

/* ---------------------------------------------------------------- CSV */

/* What a spreadsheet would run (OWASP, CSV injection); numbers cannot be meant, for only columns of
   text come here. */
static bool looks_like_formula(const char *cell)
{
    return cell[0] != '\0' && strchr("=+-@\t\r\n", cell[0]) != NULL;
}

static void write_field(struct text *out, const char *cell, bool text)
{
    const char *guard = text && looks_like_formula(cell) ? "'" : "";
    if (strpbrk(cell, ",\"\r\n") == NULL) {
        text_add(out, guard);
        text_add(out, cell);
        return;
    }
    text_add_char(out, '"');
    text_add(out, guard);
    for (const char *at = cell; *at != '\0'; at++) {
        if (*at == '"')
            text_add_char(out, '"');
        text_add_char(out, *at);
    }
    text_add_char(out, '"');
}

/* A note is one line, whatever a parameter holds. */
static void write_rest(struct text *out, const char *note)
{
    text_add(out, ": ");
    for (const char *at = note; *at != '\0'; at++)
        text_add(out, *at == '\r' || *at == '\n' ? " " : (const char[]){*at, '\0'});
    text_add(out, "\r\n");
}

static void write_note(struct text *out, const char *name, const char *note)
{
    text_add(out, "# ");
    text_add(out, name);
    write_rest(out, note);
}

static void write_notes(struct text *out, const struct report *report)
{
    static const char *const lists[] = {"method", "limitations"};
    const json_t *manifest = report->manifest;
    write_note(out, "report", report_word(manifest, "slug"));
    write_note(out, "title", report_word(manifest, "title"));
    write_note(out, "definition version", report_word(manifest, "definition_version"));
    write_note(out, "question", report_word(manifest, "question"));
    write_note(out, "tree size", report->tree_size);
    for (size_t i = 0; i < report->parameter_count; i++) {
        text_add(out, "# parameter ");
        text_add(out, report->parameters[i].name);
        write_rest(out, report->parameters[i].value);
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const json_t *list = json_object_get(manifest, lists[i]);
        for (size_t line = 0; line < json_array_size(list); line++)
            write_note(out, lists[i], json_string_value(json_array_get(list, line)));
    }
    write_note(out, "null", report_word(manifest, "null_rule"));
    if (report->preface.note != NULL) {
        text_add(out, "# ");
        text_add(out, report->preface.note);
        text_add(out, "\r\n");
    }
}

static void begin_csv(struct text *out, const struct report *report, const struct rows *rows)
{
    if (report->bom)
        text_add(out, "\xEF\xBB\xBF");
    if (!report->bare)
        write_notes(out, report);
    for (size_t i = 0; i < rows->columns; i++) {
        text_add(out, i > 0 ? "," : "");
        text_add(out, rows->name(rows->source, i));
    }
    text_add(out, "\r\n");
}

static void add_csv(struct text *out, const struct report *report, const struct rows *rows,
                    size_t row)
{
    const json_t *columns = json_object_get(report->manifest, "columns");
    for (size_t i = 0; i < rows->columns; i++) {
        const char *cell = rows->cell(rows->source, row, i);
        if (i > 0)
            text_add_char(out, ',');
        if (cell != NULL)
            write_field(out, cell, is_text(json_array_get(columns, i)));
    }
    text_add(out, "\r\n");
}

const struct report_form report_csv = {.begin = begin_csv, .row = add_csv};

/* ---------------------------------------------------------------- any of them */

bool report_write(struct text *out, const struct report_form *form, const struct report *report,
                  const struct rows *rows)
{
    if (!report_has_columns(report, rows))
        return false;
    form->begin(out, report, rows);
    for (size_t row = 0; row < rows->count; row++)
        form->row(out, report, rows, row);
    if (form->end != NULL)
        form->end(out);
    return true;
}
