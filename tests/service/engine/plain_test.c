/* plain_test.c - second forms of lists and reports. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/plain.h"

#include "service/suite.h"

static const struct parameter optional[] = {
    {.name = "a", .source = SOURCE_QUERY, .type = TYPE_TEXT, .optional = true},
    {.name = "b", .source = SOURCE_QUERY, .type = TYPE_LIMIT, .optional = true}};
static const struct parameter required[] = {
    {.name = "id", .source = SOURCE_PATH, .type = TYPE_UUID},
    {.name = "b", .source = SOURCE_QUERY, .type = TYPE_LIMIT, .optional = true}};

static struct statement list = {.name = "thing_list",
                                .sql = "SELECT $1::text, $12 FROM t LIMIT $2",
                                .kind = STATEMENT_LIST,
                                .lane = LANE_LIST,
                                .parameters = optional,
                                .parameter_count = 2};

START_TEST(every_parameter_is_absent_for_good)
{
    struct arena *arena = suite_arena();
    struct plain plain;
    ck_assert(plain_make(arena, &list, &plain));
    ck_assert_str_eq(plain.name, "thing_list_plain");
    ck_assert_str_eq(plain.sql, "SELECT NULL::text, NULL FROM t LIMIT NULL");
    arena_free(arena);
}
END_TEST

START_TEST(what_needs_a_parameter_has_no_plain_form)
{
    struct arena *arena = suite_arena();
    struct statement other = list;
    struct plain plain;
    other.parameters = required;
    ck_assert(plain_make(arena, &other, &plain));
    ck_assert_ptr_null(plain.name);
    other = list;
    other.lane = LANE_READ;
    ck_assert(plain_make(arena, &other, &plain));
    ck_assert_ptr_null(plain.name);
    other = list;
    other.parameter_count = 0;
    ck_assert(plain_make(arena, &other, &plain));
    ck_assert_ptr_null(plain.name);
    arena_free(arena);
}
END_TEST

START_TEST(it_fits_whoever_gives_no_parameter)
{
    struct exchange *x = suite_exchange();
    struct plain plain;
    x->statement = &list;
    ck_assert(plain_make(x->arena, &list, &plain));
    ck_assert(plain_fits(&plain, x));
    ck_assert_uint_eq(plain_parameters(&plain, &list), 0);
    x->values[1] = "7";
    ck_assert(!plain_fits(&plain, x));
    suite_exchange_free(x);
}
END_TEST

START_TEST(that_of_a_report_takes_what_it_names)
{
    struct exchange *x = suite_exchange();
    struct statement report = list;
    struct plain plain;
    report.name = "report_thing";
    report.kind = STATEMENT_REPORT;
    report.lane = LANE_REPORT;
    report.current = "SELECT $2::text, $49, '$'";
    x->statement = &report;
    ck_assert(plain_make(x->arena, &report, &plain));
    ck_assert_str_eq(plain.name, "report_thing_current");
    ck_assert_ptr_eq(plain.sql, report.current);
    ck_assert_uint_eq(plain.takes, 2);
    ck_assert_uint_eq(plain_parameters(&plain, &report), 2);
    x->values[1] = "7";
    ck_assert(plain_fits(&plain, x));
    x->values[0] = "7";
    ck_assert(!plain_fits(&plain, x));
    suite_exchange_free(x);
}
END_TEST

START_TEST(a_report_without_one_has_none)
{
    struct exchange *x = suite_exchange();
    struct statement report = list;
    struct plain plain;
    report.kind = STATEMENT_REPORT;
    report.lane = LANE_REPORT;
    x->statement = &report;
    ck_assert(plain_make(x->arena, &report, &plain));
    ck_assert(!plain_fits(&plain, x));
    suite_exchange_free(x);
}
END_TEST

SUITE("plain", every_parameter_is_absent_for_good, what_needs_a_parameter_has_no_plain_form,
      it_fits_whoever_gives_no_parameter, that_of_a_report_takes_what_it_names,
      a_report_without_one_has_none)
