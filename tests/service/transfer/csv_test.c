/* csv_test.c - CSV bodies as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/csv.h"

#include "core/config.h"
#include "service/suite.h"

#include <stdio.h>
#include <string.h>

static struct problem reading_problem(struct arena *arena, const char *csv, const char *json)
{
    struct problem problem = problem_none(arena);
    struct text out = text_open(arena, 1 << 16);
    const bool read = csv_write_json(&out, csv, strlen(csv), &problem);
    ck_assert_msg(read == (json != NULL), "%s: %s", csv, problem.detail);
    if (json != NULL)
        ck_assert_str_eq(out.data, json);
    return problem;
}

static void reads(const char *csv, const char *json)
{
    struct arena *arena = suite_arena();
    const struct problem problem = reading_problem(arena, csv, json);
    ck_assert_msg(!problem_is_set(&problem), "%s: %s", csv, problem.detail);
    arena_free(arena);
}

static void refuses(const char *csv, const char *detail)
{
    struct arena *arena = suite_arena();
    const struct problem problem = reading_problem(arena, csv, NULL);
    ck_assert_int_eq((int)problem.kind, PROBLEM_MALFORMED_CSV);
    ck_assert_msg(strstr(problem.detail, detail) != NULL, "%s: %s", csv, problem.detail);
    arena_free(arena);
}

START_TEST(a_row_is_an_object_named_by_the_header_line)
{
    reads("a,b\n1,2\n3,4\n", "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]");
    reads("a,b\r\n1,2\r\n", "[{\"a\":\"1\",\"b\":\"2\"}]");
    reads("a,b\n1,2", "[{\"a\":\"1\",\"b\":\"2\"}]");
    reads("a,b\n\n1,2\n\n", "[{\"a\":\"1\",\"b\":\"2\"}]");
    reads("\xEF\xBB\xBF"
          "a\n1\n",
          "[{\"a\":\"1\"}]");
    reads("a,b\n", "[]");
}
END_TEST

START_TEST(an_empty_cell_has_no_member)
{
    reads("a,b,c\n,2,\n", "[{\"b\":\"2\"}]");
    reads("a,b\n\"\",x\n,\n", "[{\"b\":\"x\"},{}]");
}
END_TEST

START_TEST(a_cell_keeps_every_character)
{
    reads("a,b\n\"x, \"\"y\"\"\r\nz\",2\n",
          "[{\"a\":\"x, \\\"y\\\"\\u000d\\u000az\",\"b\":\"2\"}]");
    reads("a,b\n 1 ,\t2\n", "[{\"a\":\" 1 \",\"b\":\"\\u00092\"}]");
    reads("a\n\xC3\xA9\\\n", "[{\"a\":\"\xC3\xA9\\\\\"}]");
}
END_TEST

START_TEST(what_is_no_csv_is_refused_with_its_line)
{
    refuses("", "Line 1: a header line");
    refuses("\n\n", "a header line");
    refuses("a,a\n1,2\n", "Line 1: a column stands twice");
    refuses("a,B\n1,2\n", "Line 1: the header line names each column in small letters");
    refuses("a, b\n1,2\n", "small letters");
    refuses("a,\n1,2\n", "small letters");
    refuses("a,1b\n1,2\n", "small letters");
    refuses("a,b\n1,2\n1,x\"y\n", "Line 3: a quotation mark");
    refuses("a,b\n\"1\"x,2\n", "Line 2: a quotation mark");
    refuses("a,b\n1,2\n\"1,2\n", "Line 4: the body ends");
    refuses("a\n\xff\n", "not UTF-8");
}
END_TEST

START_TEST(columns_are_bounded)
{
    char csv[64 * 4 + 16] = "";
    for (int i = 0; i < 64; i++) {
        const size_t length = strlen(csv);
        (void)snprintf(csv + length, sizeof csv - length, "%sc%02d", i > 0 ? "," : "", i);
    }
    reads(csv, "[]");
    (void)strncat(csv, ",x", sizeof csv - strlen(csv) - 1);
    refuses(csv, "too many columns");
    refuses("a1234567890123456789012345678901234567890\n", "small letters");
}
END_TEST

START_TEST(every_row_of_another_length_is_named)
{
    struct arena *arena = suite_arena();
    const struct problem problem = reading_problem(arena, "a,b\n1\n1,2\n1,2,3\n",
                                                   "[{\"a\":\"1\"},{\"a\":\"1\",\"b\":\"2\"},"
                                                   "{\"a\":\"1\",\"b\":\"2\"}]");
    ck_assert_int_eq((int)problem.kind, PROBLEM_INVALID_VALUE);
    ck_assert_str_eq(suite_faults(&problem), "/0 cells; /2 cells");
    ck_assert_str_eq(problem.last_fault->detail,
                     "The header line names 2 columns; this row has 3 cells.");
    arena_free(arena);
}
END_TEST

START_TEST(what_breaks_after_a_fault_is_no_json)
{
    struct arena *arena = suite_arena();
    const struct problem problem = reading_problem(arena, "a,b\n1\n\"1,2\n", NULL);
    ck_assert_str_eq(suite_faults(&problem), "/0 cells");
    arena_free(arena);
}
END_TEST

static const struct config config = {.body_max = 1024};
static const struct statement takes = {.name = "rows_record", .body_csv = true};
static const struct statement declines = {.name = "thing_create"};

static struct exchange *sent(const struct statement *statement, const char *body)
{
    struct exchange *x = suite_exchange();
    x->config = &config;
    x->statement = statement;
    x->csv = true;
    x->body = body;
    x->body_bytes = body != NULL ? strlen(body) : 0;
    return x;
}

START_TEST(the_walk_takes_csv_where_the_statement_does)
{
    struct exchange *x = sent(&takes, "a\n1\n");
    ck_assert(csv_read_body(x));
    ck_assert_str_eq(x->body, "[{\"a\":\"1\"}]");
    ck_assert_uint_eq(x->body_bytes, strlen(x->body));
    suite_exchange_free(x);
    x = sent(&takes, NULL);
    ck_assert(csv_read_body(x));
    suite_exchange_free(x);
    x = sent(&declines, "a\n1\n");
    ck_assert(!csv_read_body(x));
    ck_assert_int_eq((int)x->problem.kind, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    suite_exchange_free(x);
    x = sent(&declines, "{}");
    x->csv = false;
    ck_assert(csv_read_body(x));
    ck_assert_str_eq(x->body, "{}");
    suite_exchange_free(x);
}
END_TEST

START_TEST(the_json_has_the_bound_of_a_body)
{
    char csv[600] = "a_column_with_a_name_of_some_length\n";
    while (strlen(csv) < sizeof csv - 4)
        (void)strncat(csv, "1\n", 3);
    struct exchange *x = sent(&takes, csv);
    ck_assert(!csv_read_body(x));
    ck_assert_int_eq((int)x->problem.kind, PROBLEM_BODY_TOO_LARGE);
    suite_exchange_free(x);
}
END_TEST

SUITE("csv", a_row_is_an_object_named_by_the_header_line, an_empty_cell_has_no_member,
      a_cell_keeps_every_character, what_is_no_csv_is_refused_with_its_line, columns_are_bounded,
      every_row_of_another_length_is_named, what_breaks_after_a_fault_is_no_json,
      the_walk_takes_csv_where_the_statement_does, the_json_has_the_bound_of_a_body)
