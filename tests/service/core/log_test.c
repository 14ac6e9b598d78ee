/* log_test.c - lines that nobody can forge. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include "service/suite.h"

#include <string.h>

/* What stands behind the time and the level. */
static const char *tail(struct log_line *line)
{
    line->data[line->length] = '\0';
    const char *msg = strstr(line->data, " msg=");
    ck_assert_ptr_nonnull(msg);
    return msg + 1;
}

START_TEST(values_are_quoted_where_they_must)
{
    struct log_line line;
    log_begin(&line, LOG_INFO, "request");
    log_text(&line, "path", "/v1/a?b=c");
    log_text(&line, "nothing", NULL);
    log_text(&line, "empty", "");
    log_text(&line, "words", "two words");
    log_number(&line, "n", -5);
    log_ms(&line, "ms", 1234567);
    ck_assert_str_eq(tail(&line), "msg=request path=\"/v1/a?b=c\" empty=\"\" words=\"two words\" "
                                  "n=-5 ms=1.234");
    ck_assert_ptr_nonnull(strstr(line.data, "Z level=info msg="));
}
END_TEST

START_TEST(no_value_ends_a_line_or_a_value)
{
    struct log_line line;
    log_begin(&line, LOG_WARN, "x");
    log_text(&line, "a", "b\nlevel=error c=\"d\"\\\r\x1b[31m");
    ck_assert_str_eq(tail(&line), "msg=x a=\"b\\nlevel=error c=\\\"d\\\"\\\\\\x0d\\x1b[31m\"");
    log_begin(&line, LOG_WARN, "x");
    log_text(&line, "a", "caf\xC3\xA9");
    log_text(&line, "b", "caf\xC3");
    ck_assert_str_eq(tail(&line), "msg=x a=\"caf\xC3\xA9\" b=\"caf\\xc3\"");
}
END_TEST

START_TEST(a_long_line_is_cut_within_its_bytes)
{
    char words[4096];
    memset(words, '\n', sizeof words);
    words[sizeof words - 1] = '\0';
    struct log_line line;
    log_begin(&line, LOG_INFO, "x");
    for (int i = 0; i < 3; i++)
        log_text(&line, "a", words);
    ck_assert_uint_lt(line.length, LOG_LINE_BYTES);
}
END_TEST

START_TEST(what_is_below_the_level_costs_nothing)
{
    struct log_line line;
    log_set_level(LOG_WARN);
    log_begin(&line, LOG_INFO, "x");
    log_text(&line, "a", "b");
    ck_assert(!line.wanted);
    ck_assert_uint_eq(line.length, 0);
    log_begin(&line, LOG_ERROR, "x");
    ck_assert(line.wanted);
    enum log_level level = LOG_INFO;
    ck_assert(log_level_parse("debug", &level));
    ck_assert_int_eq(level, LOG_DEBUG);
    ck_assert(!log_level_parse("DEBUG", &level));
}
END_TEST

SUITE("log", values_are_quoted_where_they_must, no_value_ends_a_line_or_a_value,
      a_long_line_is_cut_within_its_bytes, what_is_below_the_level_costs_nothing)
