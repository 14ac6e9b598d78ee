/* number.c - whole numbers from text, all of it or nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/number.h"

enum { DIGITS_MAX = 18 /* of these any number fits an int64_t */ };

bool number_parse(const char *text, int64_t minimum, int64_t maximum, int64_t *number)
{
    int64_t value = 0;
    int digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
        if (digits == DIGITS_MAX)
            return false;
        value = value * 10 + (text[digits] - '0');
    }
    if (digits == 0 || text[digits] != '\0' || (text[0] == '0' && digits > 1) || value < minimum ||
        value > maximum)
        return false;
    *number = value;
    return true;
}
