/* decimal.h - exact decimals: added, compared, and measured against each other. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is stated and recorded is added up by the database alone. This is for the sums and charts of
   a report whose rows have left it: sums are exact or they are none. */

#include <stdint.h>

enum {
    DECIMAL_LIMBS = 8,    /* of nine digits each, the least first */
    DECIMAL_FRACTION = 2, /* of them behind the point */
    DECIMAL_BYTES = 80,   /* of any decimal as text */
    DECIMAL_SHORT_BYTES = 32
};

/* All zero is 0. */
struct decimal {
    uint32_t limb[DECIMAL_LIMBS];
    uint32_t places; /* behind the point: the most that went into it */
    bool negative;
};

/* Reads "-12.50": at most 54 digits before the point and 18 behind it, nothing else. */
__attribute__((warn_unused_result)) bool decimal_parse(const char *text, struct decimal *decimal);
/* Adds; false when the sum has too many digits, and then it is not changed. */
__attribute__((warn_unused_result)) bool decimal_add(struct decimal *sum,
                                                     const struct decimal *more);
/* Below, at or above 0 as a is below, at or above b. */
int decimal_compare(const struct decimal *a, const struct decimal *b);
/* Whether it is 0. */
bool decimal_is_zero(const struct decimal *decimal);
/* "-1234.50", with its places. */
void decimal_print(const struct decimal *decimal, char text[DECIMAL_BYTES]);
/* For the eye: three digits at least, and a word: "1.23 million", "12,300 trillion", "-0.05". */
void decimal_print_short(const struct decimal *decimal, char text[DECIMAL_SHORT_BYTES]);
/* How much of `of` the part is of the whole, signs aside; rounded down, and never more than `of`,
   which may be up to 100,000. 0 of nothing. For lengths. */
int decimal_measure(const struct decimal *part, const struct decimal *whole, int of);
/* The least of 1, 2, 2.5 and 5 times a power of ten that is no smaller, signs aside: the end of a
   scale. 1 for 0. */
struct decimal decimal_round_up(const struct decimal *decimal);
/* Half of a number that decimal_round_up has made. */
struct decimal decimal_half(const struct decimal *decimal);
