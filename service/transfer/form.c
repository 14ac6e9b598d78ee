/* form.c - forms of a report that are made from its lines, apart from whoever has the rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/form.h"

#include "core/heap.h"
#include "transfer/book.h"
#include "transfer/digest.h"
#include "transfer/figures.h"
#include "transfer/paper.h"
#include "transfer/web_page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 512 << 20,
    LINE_BYTES = 1 << 16, /* at first */
    LINE_MAX_BYTES = 32 << 20,
    NUMBER_BYTES = 24,
    PAGE_BYTES = 64 << 20
};

struct form {
    const struct form_order *order;
    char *reason;
    bool too_large;
    struct arena *arena;
    json_t *facts;
    json_t *manifest;
    struct field *parameters;
    struct report report;
    struct figures *figures;
    struct digest digest;
    struct book *book;
    const char **cells;
    char (*numbers)[NUMBER_BYTES];

    /* What was read and not used yet. */
    char *buffer;
    size_t room;
    size_t begin;
    size_t end;
};

static bool fail(struct form *form, const char *reason)
{
    if (form->reason[0] == '\0')
        (void)snprintf(form->reason, FORM_REASON_BYTES, "%s", reason);
    return false;
}

/* ---------------------------------------------------------------- lines */

/* What is left goes to the front; what is full is doubled. */
static bool make_room(struct form *form)
{
    if (form->begin > 0) {
        memmove(form->buffer, form->buffer + form->begin, form->end - form->begin);
        form->end -= form->begin;
        form->begin = 0;
    }
    if (form->end < form->room)
        return true;
    const size_t room = form->room == 0 ? LINE_BYTES : 2 * form->room;
    char *buffer = room <= LINE_MAX_BYTES ? arena_alloc(form->arena, room) : NULL;
    if (buffer == NULL)
        return fail(form, "a line is too long");
    if (form->end > 0)
        memcpy(buffer, form->buffer, form->end);
    form->buffer = buffer;
    form->room = room;
    return true;
}

/* Reads on; false at the end of the lines, or with a reason. */
static bool read_on(struct form *form)
{
    ssize_t got = 0;
    if (!make_room(form))
        return false;
    do
        got = read(form->order->lines, form->buffer + form->end, form->room - form->end);
    while (got < 0 && errno == EINTR);
    if (got > 0) {
        form->end += (size_t)got;
        return true;
    }
    if (got < 0)
        return fail(form, "the lines cannot be read");
    return form->end == form->begin ? false : fail(form, "the last line has no end");
}

/* The next line without its end; NULL at the end of all of them, or with a reason. */
static const char *read_line(struct form *form, size_t *length)
{
    size_t looked = 0; /* of what is there, without an end of a line in it */
    if (form->buffer == NULL && !make_room(form))
        return NULL;
    for (;;) {
        const size_t left = form->end - form->begin;
        const char *line = form->buffer + form->begin;
        const char *end = left > looked ? memchr(line + looked, '\n', left - looked) : NULL;
        if (end != NULL) {
            *length = (size_t)(end - line);
            form->begin += *length + 1;
            return line;
        }
        looked = left;
        if (!read_on(form))
            return NULL;
    }
}

/* ---------------------------------------------------------------- facts */

static bool read_parameters(struct form *form)
{
    json_t *parameters = json_object_get(form->facts, "parameters");
    const char *name = NULL;
    json_t *value = NULL;
    form->parameters =
        arena_alloc(form->arena, (json_object_size(parameters) + 1) * sizeof *form->parameters);
    if (form->parameters == NULL)
        return fail(form, "out of memory");
    json_object_foreach(parameters, name, value)
    {
        const char *text = json_string_value(value);
        form->parameters[form->report.parameter_count++] =
            (struct field){.name = name, .value = text != NULL ? text : ""};
    }
    form->report.parameters = form->parameters;
    return true;
}

/* Its own definition, with the words that this report was told in. */
static bool read_manifest(struct form *form)
{
    static const char *const told[] = {"title",     "definition_version", "question", "method",
                                       "null_rule", "limitations",        "columns"};
    const char *slug = json_string_value(json_object_get(form->facts, "report"));
    form->manifest = slug != NULL ? form->order->define(slug) : NULL;
    if (form->manifest == NULL)
        return fail(form, "the first line names no report of this program");
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        json_t *value = json_object_get(form->facts, told[i]);
        if (value == NULL || json_object_set(form->manifest, told[i], value) != 0)
            return fail(form, "the first line lacks a fact");
    }
    return true;
}

/* Everything else of the facts is the preface: it is told of again as it came. */
static bool read_preface(struct form *form)
{
    static const char *const known[] = {"report",     "title",     "definition_version", "question",
                                        "method",     "null_rule", "limitations",        "columns",
                                        "parameters", "tree_size", "row_count"};
    json_t *rest = json_copy(form->facts);
    for (size_t i = 0; rest != NULL && i < sizeof known / sizeof known[0]; i++)
        (void)json_object_del(rest, known[i]);
    const size_t size = rest != NULL ? json_dumpb(rest, NULL, 0, JSON_COMPACT) : 0;
    char *text = size > 0 ? arena_alloc(form->arena, size + 1) : NULL;
    const bool told = text != NULL && json_dumpb(rest, text, size, JSON_COMPACT) == size;
    json_decref(rest);
    if (!told)
        return fail(form, "out of memory");
    text[size - 1] = '\0';
    if (size > strlen("{}"))
        form->report.preface.members = text + 1;
    return true;
}

/* The first line of the report, after the one that stands before it, if there is one. */
static const char *read_first(struct form *form, size_t *length)
{
    bool broken = false;
    const char *line = read_line(form, length);
    if (line == NULL)
        return NULL;
    json_t *before = json_loadb(line, *length, 0, NULL);
    const bool footed = footing_read_line(form->arena, before, &form->report.footing, &broken);
    json_decref(before);
    if (broken)
        (void)fail(form, "the line before the report does not tell where it stands");
    return footed ? read_line(form, length) : broken ? NULL : line;
}

static bool read_facts(struct form *form)
{
    size_t length = 0;
    const char *line = read_first(form, &length);
    if (line == NULL)
        return fail(form, "there are no lines");
    digest_begin(&form->digest, line, length);
    form->facts = json_loadb(line, length, 0, NULL);
    const json_t *size = json_object_get(form->facts, "tree_size");
    if (!json_is_integer(size) || !json_is_integer(json_object_get(form->facts, "row_count")))
        return fail(form, "the first line does not tell the facts of a report");
    form->report.tree_size =
        arena_format(form->arena, "%" PRId64, (int64_t)json_integer_value(size));
    if (form->report.tree_size == NULL || !read_manifest(form) || !read_parameters(form) ||
        !read_preface(form))
        return fail(form, "out of memory");
    form->report.manifest = form->manifest;
    form->figures = figures_open(form->arena, &form->report);
    const size_t columns = report_columns(form->manifest);
    form->cells = arena_alloc(form->arena, (columns + 1) * sizeof(void *));
    form->numbers = arena_alloc(form->arena, (columns + 1) * NUMBER_BYTES);
    return (form->figures != NULL && form->cells != NULL && form->numbers != NULL && columns > 0) ||
           fail(form, "out of memory");
}

/* ---------------------------------------------------------------- rows */

static bool read_cells(struct form *form, const json_t *row)
{
    for (size_t i = 0; i < form->figures->columns; i++) {
        const char *name = report_word(figures_column(form->figures, i), "name");
        const json_t *value = json_object_get(row, name);
        if (value == NULL)
            return fail(form, "a row lacks a column");
        form->cells[i] = json_string_value(value);
        if (json_is_integer(value)) {
            (void)snprintf(form->numbers[i], NUMBER_BYTES, "%" PRId64,
                           (int64_t)json_integer_value(value));
            form->cells[i] = form->numbers[i];
        }
    }
    return true;
}

static bool take_row(struct form *form, const char *line, size_t length)
{
    json_t *row = json_loadb(line, length, 0, NULL);
    digest_row(&form->digest, line, length);
    bool taken = row != NULL && read_cells(form, row);
    if (taken && !figures_take(form->figures, form->cells))
        taken = fail(form, "out of memory");
    if (taken && form->book != NULL && !book_row(form->book, form->cells))
        taken = fail(form, "the workbook cannot be written, or has no more rows");
    json_decref(row);
    return taken || fail(form, "a line is no row of the report");
}

static bool take_rows(struct form *form)
{
    size_t length = 0;
    const char *line = NULL;
    while ((line = read_line(form, &length)) != NULL)
        if (!take_row(form, line, length))
            return false;
    const json_int_t count = json_integer_value(json_object_get(form->facts, "row_count"));
    if (form->reason[0] == '\0' && (json_int_t)form->figures->row_count != count)
        return fail(form, "rows are missing");
    return form->reason[0] == '\0';
}

/* ---------------------------------------------------------------- the forms */

/* What a form lacks then cannot be told: it is none. JSON has its memory from the heap. */
static bool is_short(struct form *form)
{
    form->too_large = form->too_large || arena_is_short(form->arena) || heap_has_failed();
    return form->too_large && !fail(form, "out of memory");
}

static bool make_workbook(struct form *form)
{
    char digest[DIGEST_BYTES];
    figures_stream(form->figures);
    form->book = book_open(&form->report, form->figures, form->order->file, form->order->folder);
    if (form->book == NULL)
        return fail(form, "the workbook cannot be begun");
    const bool taken = take_rows(form);
    digest_end(&form->digest, digest);
    if (!book_close(form->book, digest))
        return fail(form, "the workbook cannot be written");
    return taken && !is_short(form);
}

static bool write_file(struct form *form, const struct text *text)
{
    const int file = open(form->order->file, O_WRONLY | O_CLOEXEC);
    size_t written = 0;
    while (file >= 0 && written < text->length) {
        const ssize_t count = write(file, text->data + written, text->length - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        written += (size_t)count;
    }
    const bool closed = file >= 0 && close(file) == 0;
    return (closed && written == text->length) || fail(form, "the page cannot be written");
}

static bool make_page(struct form *form)
{
    char digest[DIGEST_BYTES];
    struct text page = text_open(form->arena, PAGE_BYTES);
    if (!take_rows(form))
        return false;
    digest_end(&form->digest, digest);
    web_page_write(&page, &form->report, form->figures, digest);
    form->too_large = page.full;
    if (page.full)
        return fail(form, "the page is too large");
    return !is_short(form) && write_file(form, &page);
}

static bool make_paper(struct form *form)
{
    char digest[DIGEST_BYTES];
    struct text paper = text_open(form->arena, PAGE_BYTES);
    if (!figures_keep(form->figures, PAPER_ROWS_MAX))
        return fail(form, "out of memory");
    if (!take_rows(form))
        return false;
    if (form->figures->row_count > PAPER_ROWS_MAX)
        return fail(form, "the report has more rows than a paper");
    digest_end(&form->digest, digest);
    const bool written = paper_write(&paper, &form->report, form->figures, digest);
    form->too_large = paper.full;
    if (!written)
        return fail(form, "the paper cannot be made, or is too large");
    return !is_short(form) && write_file(form, &paper);
}

static const struct {
    const char *name;
    bool (*make)(struct form *form);
} forms[] = {{"xlsx", make_workbook}, {"html", make_page}, {"pdf", make_paper}};

bool form_is_known(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].name, name) == 0)
            return true;
    return false;
}

enum form_end form_make(const struct form_order *order, char reason[FORM_REASON_BYTES])
{
    struct form form = {.order = order, .reason = reason, .arena = arena_make(ARENA_BYTES)};
    bool made = false;
    reason[0] = '\0';
    (void)heap_has_failed();
    errno = 0;
    if (form.arena == NULL) {
        (void)fail(&form, "out of memory");
        return FORM_TOO_LARGE;
    }
    if (read_facts(&form))
        for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
            if (strcmp(forms[i].name, order->name) == 0)
                made = forms[i].make(&form);
    /* Of memory that a library could not have, errno is all there is. */
    const bool starved = !made && (errno == ENOMEM || is_short(&form));
    json_decref(form.facts);
    json_decref(form.manifest);
    arena_free(form.arena);
    return made ? FORM_MADE : starved ? FORM_TOO_LARGE : FORM_FAILED;
}
