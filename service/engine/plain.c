/* plain.c - second forms of statements, planned once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/plain.h"

#include "core/text.h"

#include <assert.h>
#include <string.h>

enum { SQL_BYTES = 65536 };

/* ---------------------------------------------------------------- lists */

static bool is_open_list(const struct statement *statement)
{
    if (statement->lane != LANE_LIST || statement->kind != STATEMENT_LIST)
        return false;
    for (size_t i = 0; i < statement->parameter_count; i++)
        if (!statement->parameters[i].optional)
            return false;
    return statement->parameter_count > 0;
}

static bool make_list(struct arena *arena, const struct statement *statement, struct plain *plain)
{
    struct text sql = text_open(arena, SQL_BYTES);
    /* A dollar sign begins a parameter and nothing else: statements have no dollar quotes. */
    for (const char *at = statement->sql; *at != '\0'; at++) {
        if (*at != '$') {
            text_add_char(&sql, *at);
            continue;
        }
        text_add(&sql, "NULL");
        while (at[1] >= '0' && at[1] <= '9')
            at++;
    }
    plain->name = arena_format(arena, "%s_plain", statement->name);
    plain->sql = sql.data;
    return !sql.full && plain->name != NULL;
}

/* ---------------------------------------------------------------- reports */

static uint64_t parameters_in(const char *sql)
{
    static_assert(PARAMETERS_MAX <= 64, "a mask has a bit for each parameter");
    uint64_t found = 0;
    for (const char *at = strchr(sql, '$'); at != NULL; at = strchr(at, '$')) {
        unsigned number = 0;
        for (at++; *at >= '0' && *at <= '9' && number <= PARAMETERS_MAX; at++)
            number = 10 * number + (unsigned)(*at - '0');
        if (number > 0 && number <= PARAMETERS_MAX)
            found |= UINT64_C(1) << (number - 1);
    }
    return found;
}

static bool make_report(struct arena *arena, const struct statement *statement, struct plain *plain)
{
    plain->name = arena_format(arena, "%s_current", statement->name);
    plain->sql = statement->current;
    plain->takes = parameters_in(plain->sql);
    return plain->name != NULL;
}

/* ---------------------------------------------------------------- both */

bool plain_make(struct arena *arena, const struct statement *statement, struct plain *plain)
{
    *plain = (struct plain){0};
    if (statement->current != NULL)
        return make_report(arena, statement, plain);
    return !is_open_list(statement) || make_list(arena, statement, plain);
}

bool plain_fits(const struct plain *plain, const struct exchange *x)
{
    for (size_t i = 0; i < x->statement->parameter_count; i++)
        if (x->values[i] != NULL && (plain->takes & UINT64_C(1) << i) == 0)
            return false;
    return plain->name != NULL;
}

size_t plain_parameters(const struct plain *plain, const struct statement *statement)
{
    return plain->takes != 0 ? statement->parameter_count : 0;
}
