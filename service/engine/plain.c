/* plain.c - lists that nobody filters, planned once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/plain.h"

#include "core/text.h"

enum { SQL_BYTES = 65536 };

static bool has_plain_form(const struct statement *statement)
{
    if (statement->lane != LANE_LIST || statement->kind != STATEMENT_LIST)
        return false;
    for (size_t i = 0; i < statement->parameter_count; i++)
        if (!statement->parameters[i].optional)
            return false;
    return statement->parameter_count > 0;
}

bool plain_make(struct arena *arena, const struct statement *statement, struct plain *plain)
{
    *plain = (struct plain){0};
    if (!has_plain_form(statement))
        return true;
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

bool plain_fits(const struct exchange *x)
{
    for (size_t i = 0; i < x->statement->parameter_count; i++)
        if (x->values[i] != NULL)
            return false;
    return true;
}
