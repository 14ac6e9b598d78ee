/* kept_test.c - which answers are found again, and which go first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kept.h"

#include "core/statement.h"
#include "service/suite.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 20, TEXT_BYTES = 2000, VALUE_BYTES = 16 };

static const struct parameter parameters[] = {
    {.name = "donor", .source = SOURCE_QUERY, .type = TYPE_TEXT, .optional = true},
    {.name = "year", .source = SOURCE_QUERY, .type = TYPE_TEXT, .optional = true}};

static const struct statement report = {.name = "report_thing",
                                        .kind = STATEMENT_REPORT,
                                        .lane = LANE_REPORT,
                                        .parameters = parameters,
                                        .parameter_count = 2};

static struct exchange *asking(const char *donor, const char *tree_size)
{
    struct exchange *x = suite_exchange();
    x->statement = &report;
    x->values[0] = donor;
    x->response.tree_size = tree_size;
    return x;
}

/* Rows of one column: the text, and a null. */
static PGresult *rows_of(const char *text)
{
    char name[] = "name";
    char value[TEXT_BYTES + 1];
    (void)snprintf(value, sizeof value, "%s", text);
    PGresAttDesc column = {.name = name};
    PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert_int_ne(PQsetResultAttrs(rows, 1, &column), 0);
    ck_assert_int_ne(PQsetvalue(rows, 0, 0, value, (int)strlen(value)), 0);
    ck_assert_int_ne(PQsetvalue(rows, 1, 0, NULL, -1), 0);
    return rows;
}

static void keep(struct kept *kept, const struct exchange *x, const char *text)
{
    PGresult *rows = rows_of(text);
    kept_add(kept, x, rows);
    PQclear(rows);
}

static void expect_kept(struct kept *kept, const struct exchange *x, const char *text)
{
    PGresult *rows = kept_find(kept, x);
    ck_assert_ptr_nonnull(rows);
    ck_assert_int_eq(PQresultStatus(rows), PGRES_TUPLES_OK);
    ck_assert_int_eq(PQntuples(rows), 2);
    ck_assert_str_eq(PQfname(rows, 0), "name");
    ck_assert_str_eq(PQgetvalue(rows, 0, 0), text);
    ck_assert(PQgetisnull(rows, 1, 0));
    PQclear(rows);
}

START_TEST(the_same_question_finds_its_answer_and_the_first_stays)
{
    struct kept *kept = kept_make(ROOM);
    struct exchange *x = asking("one", "12");
    ck_assert_ptr_null(kept_find(kept, x));
    keep(kept, x, "first");
    keep(kept, x, "second");
    expect_kept(kept, x, "first");
    expect_kept(kept, x, "first");
    suite_exchange_free(x);
    kept_free(kept);
}
END_TEST

START_TEST(another_position_value_statement_or_caller_finds_nothing)
{
    struct statement other = report;
    other.name = "report_other";
    struct kept *kept = kept_make(ROOM);
    struct exchange *x = asking("one", "12");
    keep(kept, x, "kept");
    x->response.tree_size = "13";
    ck_assert_ptr_null(kept_find(kept, x));
    x->response.tree_size = NULL;
    ck_assert_ptr_null(kept_find(kept, x));
    x->response.tree_size = "12";
    x->values[0] = NULL;
    x->values[1] = "one";
    ck_assert_ptr_null(kept_find(kept, x));
    x->values[0] = "one";
    x->values[1] = "";
    ck_assert_ptr_null(kept_find(kept, x));
    x->values[1] = NULL;
    x->statement = &other;
    ck_assert_ptr_null(kept_find(kept, x));
    x->statement = &report;
    x->principal.known = true;
    ck_assert_ptr_null(kept_find(kept, x));
    (void)snprintf(x->principal.role_list, sizeof x->principal.role_list, "auditor");
    keep(kept, x, "for an auditor");
    expect_kept(kept, x, "for an auditor");
    (void)snprintf(x->principal.country, sizeof x->principal.country, "NP");
    ck_assert_ptr_null(kept_find(kept, x));
    x->principal.country[0] = '\0';
    (void)snprintf(x->principal.role_list, sizeof x->principal.role_list, "steward");
    ck_assert_ptr_null(kept_find(kept, x));
    x->principal = (struct principal){0};
    expect_kept(kept, x, "kept");
    suite_exchange_free(x);
    kept_free(kept);
}
END_TEST

START_TEST(what_was_asked_for_longest_ago_goes_first)
{
    char text[TEXT_BYTES + 1] = "";
    memset(text, 'x', TEXT_BYTES);
    struct kept *kept = kept_make(ROOM);
    struct exchange *first = asking("first", "12");
    keep(kept, first, "first");
    int at = 0;
    for (struct exchange *x = NULL; at < 2000; at++, suite_exchange_free(x)) {
        char donor[VALUE_BYTES];
        (void)snprintf(donor, sizeof donor, "%d", at);
        x = asking(donor, "12");
        keep(kept, x, text);
        expect_kept(kept, x, text);
        expect_kept(kept, first, "first"); /* asked for all the time: it stays */
    }
    struct exchange *second = asking("0", "12");
    ck_assert_ptr_null(kept_find(kept, second));
    suite_exchange_free(second);
    suite_exchange_free(first);
    kept_free(kept);
}
END_TEST

START_TEST(what_is_too_large_is_not_kept)
{
    char text[TEXT_BYTES + 1] = "";
    memset(text, 'x', TEXT_BYTES);
    struct kept *kept = kept_make((size_t)32 * TEXT_BYTES);
    struct exchange *x = asking("one", "12");
    keep(kept, x, text);
    ck_assert_ptr_null(kept_find(kept, x));
    kept_free(kept);
    kept = kept_make(0);
    keep(kept, x, "");
    ck_assert_ptr_null(kept_find(kept, x));
    suite_exchange_free(x);
    kept_free(kept);
    kept_free(NULL);
}
END_TEST

SUITE("kept", the_same_question_finds_its_answer_and_the_first_stays,
      another_position_value_statement_or_caller_finds_nothing,
      what_was_asked_for_longest_ago_goes_first, what_is_too_large_is_not_kept)
