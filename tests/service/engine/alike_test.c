/* alike_test.c - who joins whom, and who holds the answer until when. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/alike.h"

#include "service/suite.h"

static const struct parameter parameters[] = {
    {.name = "id", .source = SOURCE_PATH, .type = TYPE_UUID},
    {.name = "limit", .source = SOURCE_QUERY, .type = TYPE_LIMIT, .optional = true}};

static const struct statement read_thing = {.name = "thing_read",
                                            .kind = STATEMENT_ONE,
                                            .lane = LANE_READ,
                                            .parameters = parameters,
                                            .parameter_count = 2};

static struct exchange *asking(const char *id)
{
    struct exchange *x = suite_exchange();
    x->statement = &read_thing;
    x->values[0] = id;
    return x;
}

START_TEST(the_same_with_the_same_values_is_alike)
{
    char copy[] = "one";
    struct exchange *a = asking("one");
    struct exchange *b = asking("two");
    struct exchange *x = asking(copy);
    b->next = a;
    ck_assert_ptr_eq(alike_find(b, x), a);
    ck_assert_ptr_null(alike_find(NULL, x));
    suite_exchange_free(a);
    suite_exchange_free(b);
    suite_exchange_free(x);
}
END_TEST

START_TEST(another_value_statement_position_or_caller_is_not)
{
    struct statement other = read_thing;
    struct exchange *a = asking("one");
    struct exchange *x = asking("one");
    x->values[1] = "7";
    ck_assert_ptr_null(alike_find(a, x));
    x->values[1] = NULL;
    x->as_of = "12";
    ck_assert_ptr_null(alike_find(a, x));
    x->as_of = NULL;
    x->principal.known = true;
    ck_assert_ptr_null(alike_find(a, x));
    x->principal.known = false;
    x->statement = &other;
    ck_assert_ptr_null(alike_find(a, x));
    other.kind = STATEMENT_WRITE;
    a->statement = &other;
    ck_assert_ptr_null(alike_find(a, x));
    suite_exchange_free(a);
    suite_exchange_free(x);
}
END_TEST

START_TEST(all_hold_the_answer_until_the_last_is_done)
{
    struct exchange *a = asking("one");
    struct exchange *b = asking("one");
    struct exchange *c = asking("one");
    alike_join(a, b);
    alike_join(a, c);
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    a->response.tree_size = "12";
    a->response.related = "/x";
    a->preface = (struct preface){.members = "\"beside\":3", .note = "beside: 3"};
    struct exchange *joined = alike_share(a, result);
    ck_assert_ptr_eq(joined, c);
    ck_assert_ptr_eq(joined->next, b);
    ck_assert_ptr_null(b->next);
    ck_assert_ptr_null(a->joined);
    suite_exchange_free(a);
    suite_exchange_free(c);
    ck_assert_ptr_eq(b->result, result);
    ck_assert_int_eq(PQntuples(b->result), 0);
    ck_assert_str_eq(b->response.tree_size, "12");
    ck_assert_str_eq(b->response.related, "/x");
    ck_assert_str_eq(b->preface.members, "\"beside\":3");
    ck_assert_str_eq(b->preface.note, "beside: 3");
    suite_exchange_free(b);
}
END_TEST

START_TEST(a_problem_is_everybodys)
{
    struct exchange *a = asking("one");
    struct exchange *b = asking("one");
    alike_join(a, b);
    (void)problem_set(&a->problem, PROBLEM_UNAVAILABLE, "Away.");
    a->problem.retry_after_s = 1;
    ck_assert_ptr_eq(alike_share(a, NULL), b);
    ck_assert_int_eq(b->problem.kind, PROBLEM_UNAVAILABLE);
    ck_assert_int_eq(b->problem.retry_after_s, 1);
    ck_assert_str_eq(b->problem.detail, "Away.");
    ck_assert_ptr_null(a->result);
    ck_assert_ptr_null(b->result);
    suite_exchange_free(a);
    suite_exchange_free(b);
}
END_TEST

START_TEST(who_gives_up_leaves_the_others_waiting)
{
    struct exchange *a = asking("one");
    struct exchange *b = asking("one");
    struct exchange *c = asking("one");
    ck_assert_ptr_null(alike_heir(a));
    alike_join(a, b);
    alike_join(a, c);
    ck_assert_ptr_eq(alike_heir(a), c);
    ck_assert_ptr_null(c->next);
    ck_assert_ptr_eq(c->joined, b);
    ck_assert_ptr_null(a->joined);
    suite_exchange_free(a);
    suite_exchange_free(b);
    suite_exchange_free(c);
}
END_TEST

SUITE("alike", the_same_with_the_same_values_is_alike,
      another_value_statement_position_or_caller_is_not, all_hold_the_answer_until_the_last_is_done,
      a_problem_is_everybodys, who_gives_up_leaves_the_others_waiting)
