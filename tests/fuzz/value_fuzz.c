/* value_fuzz.c - days, moments, numbers, codes, addresses, keys, cursors: all from one text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/key.h"
#include "core/address.h"
#include "core/number.h"
#include "core/text.h"
#include "engine/cursor.h"
#include "engine/value.h"

#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The C library's calendar is the oracle. */
static void check_date(const char *text)
{
    if (!value_is_date(text))
        return;
    struct tm day = {.tm_isdst = -1};
    int year = 0;
    MUST(sscanf(text, "%4d-%2d-%2d", &year, &day.tm_mon, &day.tm_mday) == 3 && strlen(text) == 10);
    day.tm_year = year - 1900;
    day.tm_mon -= 1;
    const struct tm before = day;
    (void)timegm(&day);
    MUST(day.tm_mday == before.tm_mday && day.tm_mon == before.tm_mon);
}

static void check_number(const char *text)
{
    int64_t number = 0;
    char again[32];
    if (!number_parse(text, 0, INT64_MAX, &number))
        return;
    (void)snprintf(again, sizeof again, "%lld", (long long)number);
    MUST(strcmp(text, again) == 0);
}

static void check_address(const char *text)
{
    struct address address;
    struct address again;
    char printed[ADDRESS_BYTES];
    struct address_ranges ranges;
    if (address_parse(text, &address)) {
        address_print(&address, printed);
        MUST(address_parse(printed, &again) && memcmp(&address, &again, sizeof again) == 0);
    }
    if (address_ranges_parse(text, &ranges)) {
        MUST(ranges.count <= ADDRESS_RANGES_MAX);
        for (size_t i = 0; i < ranges.count; i++)
            MUST(address_is_in(&ranges.range[i].first, &ranges));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    const char *text = fuzz_string(x->arena, data, size);
    struct key key;
    check_date(text);
    check_number(text);
    check_address(text);
    (void)value_is_date_time(text);
    (void)value_is_uuid(text);
    (void)value_is_uri(text);
    MUST(value_characters(text) <= strlen(text));
    MUST(!value_is_code(text) || strlen(text) <= 40);
    MUST(!key_parse(text, &key) || strlen(key.keyid) == KEYID_LENGTH);
    const char *sealed = cursor_seal(x->arena, "commitment_list", text);
    const char *opened = cursor_open(x->arena, "commitment_list", sealed);
    MUST(opened == NULL || strcmp(opened, text) == 0);
    /* Nobody sends back more than 2048 characters. */
    MUST(opened != NULL || !text_is_utf8(text, strlen(text)) || strlen(sealed) > 2048);
    MUST(cursor_open(x->arena, "other", sealed) == NULL);
    (void)cursor_open(x->arena, "commitment_list", text);
    arena_free(x->arena);
    return 0;
}
