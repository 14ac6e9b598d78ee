/* tile.c - how tiles are named in paths (C2SP tlog-tiles). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tile.h"

#include "core/number.h"
#include "ledger/merkle.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    GROUP_DIGITS = 3,
    GROUP_NUMBERS = 1000, /* in one group */
    GROUPS_MAX = 6        /* of these any index fits an int64_t */
};

/* Three digits; NULL when they are not there, else what follows them. */
static const char *read_group(const char *at, uint64_t *number)
{
    if (strspn(at, "0123456789") != GROUP_DIGITS)
        return NULL;
    *number =
        (uint64_t)(at[0] - '0') * 100 + (uint64_t)(at[1] - '0') * 10 + (uint64_t)(at[2] - '0');
    return at + GROUP_DIGITS;
}

static const char *read_index(const char *at, uint64_t *index)
{
    *index = 0;
    for (int groups = 1; at != NULL && groups <= GROUPS_MAX; groups++) {
        uint64_t number = 0;
        const bool is_last = at[0] != 'x';
        at = read_group(is_last ? at : at + 1, &number);
        *index = *index * GROUP_NUMBERS + number;
        if (is_last || at == NULL)
            return at;
        /* A first group of zeros would be another name for the same tile. */
        if (*index == 0 || *at != '/')
            return NULL;
        at++;
    }
    return NULL;
}

bool tile_name_parse(const char *path, struct tile_name *name)
{
    int64_t width = MERKLE_TILE_WIDTH;
    const char *at = read_index(path, &name->index);
    if (at == NULL)
        return false;
    if (*at != '\0' &&
        (strncmp(at, ".p/", 3) != 0 || !number_parse(at + 3, 1, MERKLE_TILE_WIDTH - 1, &width)))
        return false;
    name->width = (unsigned)width;
    return true;
}

void tile_name_print(const struct tile_name *name, char path[TILE_PATH_MAX])
{
    unsigned groups[GROUPS_MAX];
    size_t count = 0;
    uint64_t rest = name->index;
    do {
        assert(count < GROUPS_MAX);
        groups[count++] = (unsigned)(rest % GROUP_NUMBERS);
        rest /= GROUP_NUMBERS;
    } while (rest > 0);
    size_t length = 0;
    while (count-- > 0)
        length += (size_t)snprintf(path + length, TILE_PATH_MAX - length,
                                   count > 0 ? "x%03u/" : "%03u", groups[count]);
    if (name->width < MERKLE_TILE_WIDTH)
        (void)snprintf(path + length, TILE_PATH_MAX - length, ".p/%u", name->width);
}
