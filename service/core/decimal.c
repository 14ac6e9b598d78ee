/* decimal.c - exact decimals: added, compared, and measured against each other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decimal.h"

#include <stdio.h>
#include <string.h>

enum {
    BASE = 1000000000,
    LIMB_DIGITS = 9,
    DIGITS = DECIMAL_LIMBS * LIMB_DIGITS,
    PLACES = DECIMAL_FRACTION * LIMB_DIGITS,
    SHORT_DIGITS = 3,
    WORD_LAST = 4
};

static const uint32_t powers[LIMB_DIGITS] = {1,      10,      100,      1000,     10000,
                                             100000, 1000000, 10000000, 100000000};

/* ---------------------------------------------------------------- digits */

/* place 0 is the last digit of all. */
static unsigned digit_at(const struct decimal *decimal, int place)
{
    return decimal->limb[place / LIMB_DIGITS] / powers[place % LIMB_DIGITS] % 10;
}

static void set_digit(struct decimal *decimal, int place, unsigned digit)
{
    decimal->limb[place / LIMB_DIGITS] += digit * powers[place % LIMB_DIGITS];
}

/* The place of the first digit that is not 0; -1 of 0. */
static int first_place(const struct decimal *decimal)
{
    int place = DIGITS - 1;
    while (place >= 0 && digit_at(decimal, place) == 0)
        place--;
    return place;
}

bool decimal_is_zero(const struct decimal *decimal)
{
    return first_place(decimal) < 0;
}

bool decimal_parse(const char *text, struct decimal *decimal)
{
    *decimal = (struct decimal){.negative = text[0] == '-'};
    text += decimal->negative;
    const size_t whole = strspn(text, "0123456789");
    const char *point = text + whole;
    const size_t places = *point == '.' ? strspn(point + 1, "0123456789") : 0;
    if (whole == 0 || (*point == '.' && places == 0) || places > PLACES ||
        point[*point == '.' ? places + 1 : 0] != '\0')
        return false;
    for (size_t i = 0; i < whole; i++) {
        const unsigned digit = (unsigned)(text[i] - '0');
        const size_t place = PLACES + (whole - 1 - i);
        if (place >= DIGITS && digit != 0)
            return false;
        if (place < DIGITS)
            set_digit(decimal, (int)place, digit);
    }
    for (size_t i = 0; i < places; i++)
        set_digit(decimal, PLACES - 1 - (int)i, (unsigned)(point[1 + i] - '0'));
    decimal->places = (uint32_t)places;
    decimal->negative = decimal->negative && !decimal_is_zero(decimal);
    return true;
}

/* ---------------------------------------------------------------- adding and comparing */

static int compare_sizes(const struct decimal *a, const struct decimal *b)
{
    for (size_t i = DECIMAL_LIMBS; i-- > 0;)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? -compare_sizes(a, b) : compare_sizes(a, b);
}

static bool add_sizes(struct decimal *to, const struct decimal *a, const struct decimal *b)
{
    uint32_t carry = 0;
    for (size_t i = 0; i < DECIMAL_LIMBS; i++) {
        const uint32_t sum = a->limb[i] + b->limb[i] + carry;
        carry = sum >= BASE;
        to->limb[i] = carry != 0 ? sum - BASE : sum;
    }
    return carry == 0;
}

/* The larger one first. */
static void subtract_sizes(struct decimal *to, const struct decimal *a, const struct decimal *b)
{
    uint32_t borrow = 0;
    for (size_t i = 0; i < DECIMAL_LIMBS; i++) {
        const uint32_t less = b->limb[i] + borrow;
        borrow = a->limb[i] < less;
        to->limb[i] = a->limb[i] + (borrow != 0 ? BASE : 0) - less;
    }
}

bool decimal_add(struct decimal *sum, const struct decimal *more)
{
    struct decimal to = {.negative = sum->negative};
    to.places = sum->places > more->places ? sum->places : more->places;
    if (sum->negative == more->negative) {
        if (!add_sizes(&to, sum, more))
            return false;
    } else if (compare_sizes(sum, more) >= 0) {
        subtract_sizes(&to, sum, more);
    } else {
        subtract_sizes(&to, more, sum);
        to.negative = more->negative;
    }
    to.negative = to.negative && !decimal_is_zero(&to);
    *sum = to;
    return true;
}

/* ---------------------------------------------------------------- printing */

void decimal_print(const struct decimal *decimal, char text[DECIMAL_BYTES])
{
    int place = first_place(decimal);
    char *at = text;
    if (decimal->negative)
        *at++ = '-';
    for (place = place < PLACES ? PLACES : place; place >= PLACES - (int)decimal->places; place--) {
        if (place == PLACES - 1)
            *at++ = '.';
        *at++ = (char)('0' + digit_at(decimal, place));
    }
    *at = '\0';
}

/* Rounded to so many digits, halves away from 0; fewer when it has fewer. */
static struct decimal round_to(const struct decimal *decimal, int digits)
{
    struct decimal rounded = {.negative = decimal->negative};
    const int first = first_place(decimal);
    const int last = first - digits + 1;
    for (int place = first; place >= 0 && place >= last; place--)
        set_digit(&rounded, place, digit_at(decimal, place));
    if (last > 0 && digit_at(decimal, last - 1) >= 5) {
        struct decimal unit = {.negative = false};
        set_digit(&unit, last, 1);
        (void)add_sizes(&rounded, &rounded, &unit);
    }
    return rounded;
}

/* By thousands: 2 is millions. "1,230" reads better than "1.23 thousand". */
static int choose_word(int first)
{
    const int thousands = first < PLACES ? 0 : (first - PLACES) / 3;
    if (first == PLACES + 3)
        return 0;
    return thousands > WORD_LAST ? WORD_LAST : thousands;
}

/* The last digit behind the unit that is not 0, or the unit's own place. */
static int last_place(const struct decimal *rounded, int unit)
{
    for (int place = 0; place < unit; place++)
        if (digit_at(rounded, place) != 0)
            return place;
    return unit;
}

void decimal_print_short(const struct decimal *decimal, char text[DECIMAL_SHORT_BYTES])
{
    static const char *const words[] = {"", " thousand", " million", " billion", " trillion"};
    const struct decimal rounded = round_to(decimal, SHORT_DIGITS);
    const int first = first_place(&rounded);
    const int word = choose_word(first);
    const int unit = PLACES + 3 * word;
    const int last = last_place(&rounded, unit);
    char digits[DECIMAL_BYTES];
    char *at = digits;
    if (rounded.negative)
        *at++ = '-';
    for (int place = first < unit ? unit : first; place >= last; place--) {
        if (place == unit - 1)
            *at++ = '.';
        *at++ = (char)('0' + digit_at(&rounded, place));
        if (place > unit && (place - unit) % 3 == 0)
            *at++ = ',';
    }
    *at = '\0';
    (void)snprintf(text, DECIMAL_SHORT_BYTES, "%.20s%s", digits, words[word]);
}

/* ---------------------------------------------------------------- measuring */

int decimal_measure(const struct decimal *part, const struct decimal *whole, int of)
{
    size_t top = DECIMAL_LIMBS;
    if (decimal_is_zero(whole))
        return 0;
    while (top > 1 && whole->limb[top - 1] == 0)
        top--;
    for (size_t i = top; i < DECIMAL_LIMBS; i++)
        if (part->limb[i] != 0)
            return of;
    const size_t next = top > 1 ? top - 2 : 0;
    uint64_t parts = (uint64_t)part->limb[top - 1] * BASE + (top > 1 ? part->limb[next] : 0);
    uint64_t wholes = (uint64_t)whole->limb[top - 1] * BASE + (top > 1 ? whole->limb[next] : 0);
    if (parts >= wholes)
        return of;
    /* Eighteen digits are more than a length needs; with thirteen nothing overflows. */
    while (wholes > UINT64_C(10000000000000)) {
        wholes /= 10;
        parts /= 10;
    }
    return (int)(parts * (uint64_t)of / wholes);
}

struct decimal decimal_round_up(const struct decimal *decimal)
{
    static const unsigned steps[][2] = {{1, 0}, {2, 0}, {2, 5}, {5, 0}};
    const int first = first_place(decimal);
    for (size_t i = 0; first > 0 && i < sizeof steps / sizeof steps[0]; i++) {
        struct decimal end = {.negative = false};
        set_digit(&end, first, steps[i][0]);
        set_digit(&end, first - 1, steps[i][1]);
        if (compare_sizes(&end, decimal) >= 0)
            return end;
    }
    struct decimal end = {.negative = false};
    const int place = first < 0 ? PLACES : first + 1;
    set_digit(&end, place < DIGITS ? place : DIGITS - 1, 1);
    return end;
}

struct decimal decimal_half(const struct decimal *decimal)
{
    struct decimal half = {.negative = decimal->negative};
    uint64_t rest = 0;
    for (size_t i = DECIMAL_LIMBS; i-- > 0;) {
        const uint64_t value = rest * BASE + decimal->limb[i];
        half.limb[i] = (uint32_t)(value / 2);
        rest = value % 2;
    }
    half.places = PLACES;
    return half;
}
