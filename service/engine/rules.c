/* rules.c - what a client is told when a constraint refuses: the constraint's own COMMENT. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rules.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *key, const void *row)
{
    const struct rule *rule = row;
    return strcmp(key, rule->constraint);
}

const struct rule *rules_find(const struct rules *rules, const char *constraint)
{
    if (rules == NULL || rules->count == 0 || constraint == NULL)
        return NULL;
    return bsearch(constraint, rules->rows, rules->count, sizeof rules->rows[0], compare);
}
