/* catalogue.c - finds a statement, report, migration or page by name; all were compiled in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalogue/catalogue.h"

#include "catalogue/tables.h"

#include <string.h>

/* ---------------------------------------------------------------- by name */

const struct statement *catalogue_statements(size_t *count)
{
    *count = catalogue_statement_count;
    return catalogue_statement_table;
}

const struct statement *catalogue_statement(const char *name)
{
    for (size_t i = 0; i < catalogue_statement_count; i++) {
        if (strcmp(catalogue_statement_table[i].name, name) == 0)
            return &catalogue_statement_table[i];
    }
    return NULL;
}

const struct page *catalogue_migrations(size_t *count)
{
    *count = catalogue_migration_count;
    return catalogue_migration_table;
}

const struct page *catalogue_pages(size_t *count)
{
    *count = catalogue_page_count;
    return catalogue_page_table;
}

const struct page *catalogue_page(const char *name)
{
    for (size_t i = 0; i < catalogue_page_count; i++) {
        if (strcmp(catalogue_page_table[i].name, name) == 0)
            return &catalogue_page_table[i];
    }
    return NULL;
}

/* ---------------------------------------------------------------- by path */

/* A segment of a template or a path, from one slash to the next. */
struct segment {
    const char *start;
    size_t length;
};

static bool next_segment(const char **rest, struct segment *segment)
{
    if (**rest != '/')
        return false;
    segment->start = *rest + 1;
    segment->length = strcspn(segment->start, "/");
    *rest = segment->start + segment->length;
    return true;
}

static bool is_capture(struct segment segment)
{
    return segment.length > 2 && segment.start[0] == '{';
}

/* Whether the segment, a {name}, takes all that is left of a path. */
static bool takes_rest(const struct statement *statement, const char *behind)
{
    return statement->tail && *behind == '\0';
}

/* How many {names} of the statement's path stand for words of this one; -1: they do not fit. */
static int fit(const struct statement *statement, const char *path)
{
    const char *pattern = statement->path;
    int captures = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return -1;
            continue;
        }
        pattern += strcspn(pattern, "/");
        const size_t given = strcspn(path, takes_rest(statement, pattern) ? "" : "/");
        if (given == 0)
            return -1;
        path += given;
        captures++;
    }
    return *path == '\0' ? captures : -1;
}

static bool capture(struct exchange *x, const struct statement *statement)
{
    const char *template = statement->path;
    const char *path = x->path;
    struct segment wanted;
    struct segment given;
    while (next_segment(&template, &wanted) && next_segment(&path, &given)) {
        if (!is_capture(wanted))
            continue;
        if (takes_rest(statement, template))
            given.length = strlen(given.start);
        struct field *field = &x->captures[x->capture_count++];
        field->name = arena_copy_bytes(x->arena, wanted.start + 1, wanted.length - 2);
        field->value = arena_copy_bytes(x->arena, given.start, given.length);
        if (field->name == NULL || field->value == NULL)
            return problem_set(&x->problem, PROBLEM_INTERNAL, "The path does not fit in memory.");
    }
    return true;
}

bool catalogue_route(struct exchange *x)
{
    const struct statement *best = NULL;
    int best_captures = CAPTURES_MAX + 1;
    for (size_t i = 0; i < catalogue_statement_count; i++) {
        const struct statement *statement = &catalogue_statement_table[i];
        if (statement->method != x->method)
            continue;
        const int captures = fit(statement, x->path);
        if (captures >= 0 && captures < best_captures) {
            best = statement;
            best_captures = captures;
        }
    }
    if (best == NULL)
        return false;
    x->statement = best;
    x->route = best->name;
    return capture(x, best);
}

unsigned catalogue_methods(const char *path)
{
    unsigned methods = 0;
    for (size_t i = 0; i < catalogue_statement_count; i++) {
        if (fit(&catalogue_statement_table[i], path) >= 0)
            methods |= 1U << catalogue_statement_table[i].method;
    }
    return methods;
}
