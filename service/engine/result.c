/* result.c - from the rows of a statement to a response. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/result.h"

#include "core/log.h"
#include "core/number.h"
#include "engine/cursor.h"
#include "engine/sqlstate.h"

#include <libpq-fe.h>
#include <string.h>

/* The cell of the first row, NULL when it is null or there is no such column. */
static const char *cell(const PGresult *result, const char *column)
{
    const int index = PQfnumber(result, column);
    if (index < 0 || PQgetisnull(result, 0, index))
        return NULL;
    return PQgetvalue(result, 0, index);
}

static bool no_row(struct exchange *x)
{
    if (x->statement->kind != STATEMENT_WRITE)
        return problem_set(&x->problem, PROBLEM_NOT_FOUND,
                           "There is nothing here, or nothing that is for you to see.");
    struct log_line line;
    log_begin(&line, LOG_ERROR, "statement_without_row");
    log_text(&line, "request", x->id);
    log_text(&line, "statement", x->statement->name);
    log_end(&line);
    return problem_set(&x->problem, PROBLEM_INTERNAL,
                       "Something went wrong on our side. It has been logged.");
}

static const char *row_name(const void *source, size_t column)
{
    return PQfname(source, (int)column);
}

static const char *row_cell(const void *source, size_t row, size_t column)
{
    if (PQgetisnull(source, (int)row, (int)column))
        return NULL;
    return PQgetvalue(source, (int)row, (int)column);
}

static size_t row_size(const void *source, size_t row, size_t column)
{
    return (size_t)PQgetlength(source, (int)row, (int)column);
}

static bool render(struct exchange *x, const PGresult *result)
{
    const struct rows rows = {.source = result,
                              .count = (size_t)PQntuples(result),
                              .columns = (size_t)PQnfields(result),
                              .name = row_name,
                              .cell = row_cell,
                              .size = row_size};
    return x->render(x, &rows);
}

static bool fill_response(struct exchange *x, const PGresult *result)
{
    struct response *response = &x->response;
    const char *status = x->statement->binary ? NULL : cell(result, "status");
    int64_t code = 200;
    if (status != NULL && !number_parse(status, 200, 599, &code))
        code = 500;
    response->status = (int)code;
    response->body = cell(result, "body");
    if (response->body != NULL)
        response->body_bytes = (size_t)PQgetlength(result, 0, PQfnumber(result, "body"));
    response->etag = cell(result, "etag");
    response->location = cell(result, "location");
    response->tree_size = cell(result, "tree_size");
    response->type = cell(result, "type");
    response->disposition = cell(result, "disposition");
    response->cache = cell(result, "cache");
    const char *next = cell(result, "next");
    if (next == NULL)
        return true;
    response->next = cursor_seal(x->arena, x->statement->name, next);
    if (response->next == NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The page's cursor does not fit.");
    return true;
}

bool result_apply(struct exchange *x, const struct rules *rules)
{
    const PGresult *result = x->result;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return sqlstate_problem(x, result, rules);
    if (PQntuples(result) == 0 && x->statement->kind != STATEMENT_REPORT)
        return no_row(x);
    return x->render != NULL ? render(x, result) : fill_response(x, result);
}
