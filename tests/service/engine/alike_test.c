/* alike_test.c - who joins whom, and who holds the answer until when. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/alike.h"

#include "core/backlog.h"
#include "service/suite.h"

#include <string.h>

static const struct parameter parameters[] = {
    {.name = "id", .source = SOURCE_PATH, .type = TYPE_UUID},
    {.name = "limit", .source = SOURCE_QUERY, .type = TYPE_LIMIT, .optional = true}};

static const struct statement read_thing = {.name = "thing_read",
                                            .kind = STATEMENT_ONE,
                                            .lane = LANE_READ,
                                            .parameters = parameters,
                                            .parameter_count = 2};

static const struct statement read_report = {.name = "report_thing",
                                             .kind = STATEMENT_REPORT,
                                             .lane = LANE_REPORT,
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

static struct exchange *reporting(const char *id)
{
    struct exchange *x = asking(id);
    x->statement = &read_report;
    return x;
}

static PGresult *large_result(void)
{
    char name[] = "x";
    char value[70000];
    PGresAttDesc column = {.name = name};
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    memset(value, 'x', sizeof value);
    ck_assert_int_eq(PQsetResultAttrs(result, 1, &column), 1);
    ck_assert_int_eq(PQsetvalue(result, 0, 0, value, sizeof value), 1);
    return result;
}

START_TEST(what_is_large_counts_once_until_the_last_is_done)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 100000);
    struct exchange *a = reporting("one");
    struct exchange *b = reporting("one");
    a->backlog = b->backlog = backlog;
    alike_join(a, b);
    PGresult *result = large_result();
    const size_t bytes = PQresultMemorySize(result);
    ck_assert_ptr_eq(alike_share(a, result), b);
    ck_assert_uint_eq(backlog_bytes(backlog), bytes);
    suite_exchange_free(a);
    ck_assert_uint_eq(backlog_bytes(backlog), bytes);
    suite_exchange_free(b);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_there_is_no_room_for_is_refused_to_all_but_never_what_was_written_or_read)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 100000);
    struct statement write = read_report;
    struct exchange *first = reporting("one");
    struct exchange *a = reporting("two");
    struct exchange *b = reporting("two");
    struct exchange *written = reporting("three");
    struct exchange *thing = asking("four");
    write.kind = STATEMENT_WRITE;
    written->statement = &write;
    first->backlog = a->backlog = b->backlog = written->backlog = thing->backlog = backlog;
    ck_assert_ptr_null(alike_share(first, large_result()));
    alike_join(a, b);
    ck_assert_ptr_eq(alike_share(a, large_result()), b);
    ck_assert_ptr_null(a->result);
    ck_assert_ptr_null(b->result);
    ck_assert_int_eq(a->problem.kind, PROBLEM_UNAVAILABLE);
    ck_assert_int_eq(b->problem.kind, PROBLEM_UNAVAILABLE);
    ck_assert_int_gt(b->problem.retry_after_s, 0);
    ck_assert_ptr_null(alike_share(written, large_result()));
    ck_assert_ptr_nonnull(written->result);
    ck_assert_ptr_null(alike_share(thing, large_result()));
    ck_assert_ptr_nonnull(thing->result);
    suite_exchange_free(first);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    suite_exchange_free(a);
    suite_exchange_free(b);
    suite_exchange_free(written);
    suite_exchange_free(thing);
    arena_free(arena);
}
END_TEST

START_TEST(what_is_held_of_an_earlier_round_stays_counted_when_another_is_shared)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 1);
    struct exchange *a = reporting("one");
    struct exchange *b = reporting("two");
    a->backlog = b->backlog = backlog;
    ck_assert_ptr_null(alike_share(b, large_result()));
    const size_t bytes = b->held;
    ck_assert_uint_gt(bytes, 0);
    b->values[0] = "one";
    alike_join(a, b);
    PGresult *small = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert_ptr_eq(alike_share(a, small), b);
    ck_assert_ptr_eq(b->result, small);
    ck_assert_uint_eq(a->held, 0);
    ck_assert_uint_eq(b->held, bytes);
    ck_assert(backlog_hold(b, 1 << 20)); /* alone */
    suite_exchange_free(a);
    suite_exchange_free(b);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_its_arena_cannot_look_after_is_not_held)
{
    struct arena *arena = suite_arena();
    struct backlog *backlog = backlog_make(arena, 0);
    struct exchange *a = reporting("one");
    struct exchange *b = reporting("one");
    a->backlog = b->backlog = backlog;
    alike_join(a, b);
    struct arena *own = b->arena;
    b->arena = arena_make(1);
    ck_assert_ptr_eq(alike_share(a, large_result()), b);
    ck_assert_uint_eq(a->held, backlog_bytes(backlog));
    ck_assert_ptr_null(b->result);
    ck_assert_uint_eq(b->held, 0);
    ck_assert_int_eq(b->problem.kind, PROBLEM_INTERNAL);
    arena_free(b->arena);
    b->arena = own;
    suite_exchange_free(a);
    suite_exchange_free(b);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    arena_free(arena);
}
END_TEST

SUITE("alike", the_same_with_the_same_values_is_alike,
      another_value_statement_position_or_caller_is_not, all_hold_the_answer_until_the_last_is_done,
      a_problem_is_everybodys, who_gives_up_leaves_the_others_waiting,
      what_is_large_counts_once_until_the_last_is_done,
      what_there_is_no_room_for_is_refused_to_all_but_never_what_was_written_or_read,
      what_is_held_of_an_earlier_round_stays_counted_when_another_is_shared,
      what_its_arena_cannot_look_after_is_not_held)
