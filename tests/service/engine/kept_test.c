/* kept_test.c - which answers are found again, and which go first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kept.h"

#include "core/statement.h"
#include "service/suite.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 20, TEXT_BYTES = 2000, VALUE_BYTES = 16, PROMPT_MS = 100, NOW_MS = 1000000 };

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

static void keep_after(struct kept *kept, const struct exchange *x, const char *text,
                       int64_t took_ms)
{
    PGresult *rows = rows_of(text);
    kept_add(kept, x, rows, NOW_MS, NOW_MS + took_ms);
    PQclear(rows);
}

static void keep(struct kept *kept, const struct exchange *x, const char *text)
{
    keep_after(kept, x, text, 0);
}

static void expect_kept(struct kept *kept, const struct exchange *x, const char *text)
{
    PGresult *rows = kept_find(kept, x, NOW_MS);
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
    struct kept *kept = kept_make(ROOM, PROMPT_MS);
    struct exchange *x = asking("one", "12");
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
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
    struct kept *kept = kept_make(ROOM, PROMPT_MS);
    struct exchange *x = asking("one", "12");
    keep(kept, x, "kept");
    x->response.tree_size = "13";
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    x->response.tree_size = NULL;
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    x->response.tree_size = "12";
    x->values[0] = NULL;
    x->values[1] = "one";
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    x->values[0] = "one";
    x->values[1] = "";
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    x->values[1] = NULL;
    x->statement = &other;
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    x->statement = &report;
    x->principal.known = true;
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    (void)snprintf(x->principal.role_list, sizeof x->principal.role_list, "auditor");
    keep(kept, x, "for an auditor");
    expect_kept(kept, x, "for an auditor");
    (void)snprintf(x->principal.country, sizeof x->principal.country, "NP");
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    x->principal.country[0] = '\0';
    (void)snprintf(x->principal.role_list, sizeof x->principal.role_list, "steward");
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
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
    struct kept *kept = kept_make(ROOM, PROMPT_MS);
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
    ck_assert_ptr_null(kept_find(kept, second, NOW_MS));
    suite_exchange_free(second);
    suite_exchange_free(first);
    kept_free(kept);
}
END_TEST

START_TEST(what_is_too_large_is_not_kept)
{
    char text[TEXT_BYTES + 1] = "";
    memset(text, 'x', TEXT_BYTES);
    struct kept *kept = kept_make((size_t)32 * TEXT_BYTES, PROMPT_MS);
    struct exchange *x = asking("one", "12");
    keep(kept, x, text);
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    kept_free(kept);
    kept = kept_make(0, PROMPT_MS);
    keep(kept, x, "");
    ck_assert_ptr_null(kept_find(kept, x, NOW_MS));
    suite_exchange_free(x);
    kept_free(kept);
    kept_free(NULL);
}
END_TEST

/* What a new question is answered with when it comes so much later. */
static void expect_standing(struct kept *kept, int64_t later_ms, const char *text, bool renewed)
{
    bool renew = true;
    struct exchange *x = asking("one", NULL);
    ck_assert_int_eq(kept_stands(kept, x, NOW_MS + later_ms), text != NULL);
    PGresult *rows = kept_standing(kept, x, NOW_MS + later_ms, &renew);
    ck_assert_int_eq(renew, renewed);
    if (text != NULL) {
        char age[VALUE_BYTES];
        (void)snprintf(age, sizeof age, "%lld", (long long)(later_ms / 1000));
        ck_assert_ptr_nonnull(rows);
        ck_assert_str_eq(PQgetvalue(rows, 0, 0), text);
        ck_assert_str_eq(x->response.tree_size, "12");
        ck_assert_str_eq(x->response.age, age);
        ck_assert_str_eq(x->preface.members, "\"said\":true");
        ck_assert_ptr_null(x->preface.note);
        ck_assert_str_eq(x->response.related, "/v1/thing");
    } else {
        ck_assert_ptr_null(rows);
    }
    PQclear(rows);
    suite_exchange_free(x);
}

START_TEST(a_slow_answer_stands_is_renewed_once_and_falls)
{
    struct kept *kept = kept_make(ROOM, PROMPT_MS);
    struct exchange *x = asking("one", "12");
    x->preface.members = "\"said\":true";
    x->response.related = "/v1/thing";
    keep_after(kept, x, "slow", 1000);
    expect_standing(kept, 0, "slow", false);
    expect_standing(kept, 20000, "slow", false);
    bool renew = false; /* nothing can be made anew now */
    struct exchange *later = asking("one", NULL);
    PGresult *rows = kept_standing(kept, later, NOW_MS + 20001, &renew);
    ck_assert_ptr_nonnull(rows);
    ck_assert(!renew);
    PQclear(rows);
    suite_exchange_free(later);
    expect_standing(kept, 20001, "slow", true);
    expect_standing(kept, 20002, "slow", false);
    expect_standing(kept, 40001, "slow", true); /* nothing has come of it */
    expect_standing(kept, 60000, "slow", false);
    expect_standing(kept, 60001, NULL, false);
    suite_exchange_free(x);
    kept_free(kept);
    kept = kept_make(ROOM, PROMPT_MS);
    x = asking("one", "12");
    x->preface.members = "\"said\":true";
    x->response.related = "/v1/thing";
    keep_after(kept, x, "very slow", KEPT_STANDS_MS);
    expect_standing(kept, KEPT_STANDS_MS, "very slow", false);
    expect_standing(kept, KEPT_STANDS_MS + 1, "very slow", true);
    expect_standing(kept, (int64_t)3 * KEPT_STANDS_MS, "very slow", true);
    expect_standing(kept, (int64_t)3 * KEPT_STANDS_MS + 1, NULL, false);
    suite_exchange_free(x);
    kept_free(kept);
}
END_TEST

START_TEST(what_is_prompt_bound_or_must_be_new_does_not_stand)
{
    bool renew = true;
    struct kept *kept = kept_make(ROOM, PROMPT_MS);
    struct exchange *bound = asking("one", "12");
    bound->as_of = "12";
    keep_after(kept, bound, "bound", 1000);
    expect_standing(kept, 0, NULL, false);
    struct exchange *newest = asking("one", "13");
    keep_after(kept, newest, "prompt", PROMPT_MS - 1);
    expect_standing(kept, 0, NULL, false);
    struct exchange *x = asking("two", "13");
    keep_after(kept, x, "slow", 1000);
    expect_standing(kept, 0, NULL, false); /* another question */
    ck_assert_ptr_null(kept_standing(kept, bound, NOW_MS, &renew));
    x->no_cache = true;
    ck_assert_ptr_null(kept_standing(kept, x, NOW_MS, &renew));
    x->no_cache = false;
    x->method = METHOD_POST;
    ck_assert_ptr_null(kept_standing(kept, x, NOW_MS, &renew));
    x->method = METHOD_GET;
    x->principal.known = true;
    ck_assert_ptr_null(kept_standing(kept, x, NOW_MS, &renew));
    suite_exchange_free(x);
    suite_exchange_free(newest);
    suite_exchange_free(bound);
    kept_free(kept);
}
END_TEST

START_TEST(the_last_one_decides_and_the_newest_is_seen_again)
{
    bool renew = true;
    struct kept *kept = kept_make(ROOM, PROMPT_MS);
    struct exchange *x = asking("one", "12");
    keep_after(kept, x, "slow", 1000);
    PGresult *rows = kept_find(kept, x, NOW_MS + 50000); /* nothing was recorded meanwhile */
    ck_assert_ptr_nonnull(rows);
    PQclear(rows);
    struct exchange *again = asking("one", NULL);
    rows = kept_standing(kept, again, NOW_MS + 61000, &renew);
    ck_assert_ptr_nonnull(rows);
    ck_assert(!renew);
    ck_assert_str_eq(again->response.age, "11");
    PQclear(rows);
    struct exchange *later = asking("one", "13");
    rows = rows_of("prompt");
    kept_add(kept, later, rows, NOW_MS + 62000, NOW_MS + 62001);
    PQclear(rows);
    ck_assert_ptr_null(kept_standing(kept, again, NOW_MS + 62001, &renew));
    suite_exchange_free(later);
    suite_exchange_free(again);
    suite_exchange_free(x);
    kept_free(kept);
}
END_TEST

SUITE("kept", the_same_question_finds_its_answer_and_the_first_stays,
      another_position_value_statement_or_caller_finds_nothing,
      what_was_asked_for_longest_ago_goes_first, what_is_too_large_is_not_kept,
      a_slow_answer_stands_is_renewed_once_and_falls,
      what_is_prompt_bound_or_must_be_new_does_not_stand,
      the_last_one_decides_and_the_newest_is_seen_again)
