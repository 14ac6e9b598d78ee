/* value.h - what a piece of text must look like to be a value of some type. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A day that the Gregorian calendar has, as YYYY-MM-DD. */
bool value_is_date(const char *text);
/* An RFC 3339 moment on such a day, with Z or an offset. */
bool value_is_date_time(const char *text);
/* A UUID in the form of RFC 9562, in either case. */
bool value_is_uuid(const char *text);
/* An absolute http or https URI without spaces or control characters. */
bool value_is_uri(const char *text);
/* Capital letters A-Z, exactly this many. */
bool value_is_capitals(const char *text, size_t count);
/* 1 to 40 of A-Z a-z 0-9 . _ - */
bool value_is_code(const char *text);
/* Characters (code points) of well-formed UTF-8. */
size_t value_characters(const char *text);
