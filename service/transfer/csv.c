/* csv.c - a CSV body (RFC 4180) as the JSON that its statement reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/csv.h"

#include "core/config.h"

#include <csv.h>
#include <string.h>

enum { COLUMNS_MAX = 64, NAME_LENGTH_MAX = 40, POINTER_BYTES = 32 };

struct reading {
    struct text *out;
    struct problem *problem;
    const char *names[COLUMNS_MAX];
    size_t columns;
    size_t cells; /* of the row so far */
    size_t rows;  /* that are whole, without the header line */
    bool headed;  /* the header line is whole */
    bool broken;  /* what follows makes no sense any more */
};

/* Spreadsheets write it in front of UTF-8; it is no part of the first column's name. */
static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* Faults of rows before it stay: they are as true. */
static void refuse(struct reading *reading, size_t line, const char *detail)
{
    reading->broken = true;
    (void)problem_set(reading->problem, PROBLEM_MALFORMED_CSV, "Line %zu: %s", line, detail);
}

static void starve(struct reading *reading)
{
    reading->broken = true;
    (void)problem_set(reading->problem, PROBLEM_INTERNAL, "The body does not fit in memory.");
}

static bool is_name(const char *text)
{
    const size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return length <= NAME_LENGTH_MAX && text[length] == '\0' && text[0] >= 'a' && text[0] <= 'z';
}

static void take_name(struct reading *reading, const char *name)
{
    if (reading->columns == COLUMNS_MAX) {
        refuse(reading, 1, "there are too many columns.");
        return;
    }
    if (!is_name(name)) {
        refuse(reading, 1,
               "the header line names each column in small letters, digits and underscores.");
        return;
    }
    for (size_t i = 0; i < reading->columns; i++)
        if (strcmp(reading->names[i], name) == 0)
            refuse(reading, 1, "a column stands twice in the header line.");
    const char *copy = arena_copy(reading->problem->arena, name);
    if (copy == NULL)
        starve(reading);
    else
        reading->names[reading->columns++] = copy;
}

/* libcsv's: the end of a cell. */
static void take_cell(void *cell, size_t length, void *source)
{
    struct reading *reading = source;
    if (reading->broken)
        return;
    const size_t column = reading->cells++;
    if (!reading->headed) {
        take_name(reading, cell);
        return;
    }
    if (column == 0)
        text_add(reading->out, reading->rows > 0 ? ",{" : "{");
    if (column >= reading->columns || length == 0)
        return;
    if (reading->out->data[reading->out->length - 1] != '{')
        text_add_char(reading->out, ',');
    text_add_json(reading->out, reading->names[column]);
    text_add_char(reading->out, ':');
    text_add_json(reading->out, cell);
}

/* libcsv's: the end of a row. Lines without a cell do not come here. */
static void take_row(int end, void *source)
{
    struct reading *reading = source;
    (void)end;
    if (reading->broken)
        return;
    if (!reading->headed) {
        reading->headed = true;
        reading->cells = 0;
        return;
    }
    if (reading->cells != reading->columns) {
        struct text pointer = text_open(reading->problem->arena, POINTER_BYTES);
        text_addf(&pointer, "/%zu", reading->rows);
        (void)problem_fault(reading->problem, FAULT_POINTER, pointer.data, "cells",
                            "The header line names %zu columns; this row has %zu cells.",
                            reading->columns, reading->cells);
    }
    text_add_char(reading->out, '}');
    reading->rows++;
    reading->cells = 0;
}

/* Space belongs to the cell it stands in (RFC 4180 §2.4); libcsv would take it off. */
static int is_no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

static size_t line_of(const char *bytes, size_t count)
{
    size_t line = 1;
    for (size_t i = 0; i < count; i++)
        line += bytes[i] == '\n';
    return line;
}

static void parse(struct reading *reading, const char *bytes, size_t count)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
        starve(reading);
        return;
    }
    csv_set_space_func(&parser, is_no_space);
    const size_t read = csv_parse(&parser, bytes, count, take_cell, take_row, reading);
    const bool whole =
        read == count && csv_fini(&parser, take_cell, take_row, reading) == CSV_SUCCESS;
    const bool starved = csv_error(&parser) == CSV_ENOMEM || csv_error(&parser) == CSV_ETOOBIG;
    csv_free(&parser);
    if (starved)
        starve(reading);
    else if (read < count)
        refuse(reading, line_of(bytes, read),
               "a quotation mark stands where none may: put the whole cell in quotation "
               "marks and double each one inside it.");
    else if (!whole)
        refuse(reading, line_of(bytes, count), "the body ends inside a cell in quotation marks.");
}

bool csv_write_json(struct text *out, const char *bytes, size_t count, struct problem *problem)
{
    const size_t mark = sizeof byte_order_mark - 1;
    struct reading reading = {.out = out, .problem = problem};
    if (!text_is_utf8(bytes, count))
        return problem_set(problem, PROBLEM_MALFORMED_CSV, "The body is not UTF-8.");
    if (count >= mark && memcmp(bytes, byte_order_mark, mark) == 0) {
        bytes += mark;
        count -= mark;
    }
    text_add_char(out, '[');
    parse(&reading, bytes, count);
    text_add_char(out, ']');
    if (!reading.headed && !reading.broken)
        refuse(&reading, 1, "a header line that names the columns is missing.");
    return !reading.broken;
}

bool csv_read_body(struct exchange *x)
{
    if (!x->csv || x->body == NULL)
        return true;
    if (!x->statement->body_csv)
        return problem_set(&x->problem, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                           "Send the body as JSON, with Content-Type: application/json.");
    struct text json = text_open(x->arena, (size_t)x->config->body_max);
    if (!csv_write_json(&json, x->body, x->body_bytes, &x->problem))
        return false;
    if (json.full)
        return problem_set(&x->problem, PROBLEM_BODY_TOO_LARGE,
                           "As JSON, a body may have %d bytes.", x->config->body_max);
    x->body = json.data;
    x->body_bytes = json.length;
    return true;
}
