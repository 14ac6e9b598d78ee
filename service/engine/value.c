/* value.c - what a piece of text must look like to be a value of some type. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/value.h"

#include <ctype.h>
#include <string.h>

enum { DATE_BYTES = 10, CODE_MAX = 40, URI_MAX = 2000 };

/* '0' stands for a digit, 'x' for a hexadecimal one, anything else for itself. The text may go on
   behind the picture. */
static bool begins_like(const char *text, const char *picture)
{
    for (; *picture != '\0'; text++, picture++) {
        const unsigned char c = (unsigned char)*text;
        if (*picture == '0' ? !isdigit(c) : *picture == 'x' ? !isxdigit(c) : *picture != *text)
            return false;
    }
    return true;
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

static bool begins_with_date(const char *text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!begins_like(text, "0000-00-00"))
        return false;
    const int year = two_digits(text) * 100 + two_digits(text + 2);
    const int month = two_digits(text + 5);
    const int day = two_digits(text + 8);
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool value_is_date(const char *text)
{
    return begins_with_date(text) && text[DATE_BYTES] == '\0';
}

static bool is_offset(const char *text)
{
    if (strcmp(text, "Z") == 0)
        return true;
    return (begins_like(text, "+00:00") || begins_like(text, "-00:00")) && text[6] == '\0' &&
           two_digits(text + 1) <= 23 && two_digits(text + 4) <= 59;
}

bool value_is_date_time(const char *text)
{
    if (!begins_with_date(text) || !begins_like(text + DATE_BYTES, "T00:00:00"))
        return false;
    const char *at = text + DATE_BYTES + 1;
    if (two_digits(at) > 23 || two_digits(at + 3) > 59 || two_digits(at + 6) > 59)
        return false;
    at += strlen("00:00:00");
    if (*at == '.') {
        const size_t digits = strspn(at + 1, "0123456789");
        if (digits == 0 || digits > 6)
            return false;
        at += 1 + digits;
    }
    return is_offset(at);
}

bool value_is_uuid(const char *text)
{
    static const char picture[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return begins_like(text, picture) && text[sizeof picture - 1] == '\0';
}

bool value_is_uri(const char *text)
{
    const size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                          : strncmp(text, "http://", 7) == 0 ? 7
                                                             : 0;
    const size_t length = strlen(text);
    if (scheme == 0 || length > URI_MAX || text[scheme] == '\0' || text[scheme] == '/')
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7F || strchr("\"<>\\^`{|}", text[i]))
            return false;
    return true;
}

bool value_is_capitals(const char *text, size_t count)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == count && text[count] == '\0';
}

bool value_is_code(const char *text)
{
    const size_t length = strlen(text);
    return length >= 1 && length <= CODE_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               length;
}

size_t value_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}
