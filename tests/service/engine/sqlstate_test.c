/* sqlstate_test.c - what a client is told when the database refuses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sqlstate.h"

#include "service/suite.h"

#include <string.h>

/* A result as the database could have sent it, seen through libpq's own functions: the library
   offers no way to make one. */
struct failure {
    const char *state;
    const char *message;
    const char *detail;
    const char *constraint;
    ExecStatusType status;
};

static struct failure failure;

char *PQresultErrorField(const PGresult *result, int field)
{
    const char *text = field == PG_DIAG_SQLSTATE          ? failure.state
                       : field == PG_DIAG_MESSAGE_PRIMARY ? failure.message
                       : field == PG_DIAG_MESSAGE_DETAIL  ? failure.detail
                       : field == PG_DIAG_CONSTRAINT_NAME ? failure.constraint
                                                          : NULL;
    (void)result;
    return (char *)(uintptr_t)text;
}

ExecStatusType PQresultStatus(const PGresult *result)
{
    (void)result;
    return failure.status;
}

static const PGresult *fail_with(struct failure happened)
{
    static const char anything[1];
    failure = happened;
    failure.status = PGRES_FATAL_ERROR;
    return (const PGresult *)(const void *)anything;
}

static const struct rule rule_rows[] = {
    {"a_amount_positive", "/amount", "An amount is greater than zero."},
    {"b_code_unique", "/code", "This code is taken."},
    {"c_parts_total", "", "The parts add up to the whole."},
};
static const struct rules rules = {rule_rows, sizeof rule_rows / sizeof rule_rows[0]};

/* "slug: detail", and the faults behind a bar. */
static const char *told(struct exchange *x, struct failure happened)
{
    x->problem = problem_none(x->arena);
    ck_assert(!sqlstate_problem(x, fail_with(happened), &rules));
    ck_assert(problem_is_set(&x->problem));
    const char *answer = arena_format(x->arena, "%s: %s|%s", problem_slug(x->problem.kind),
                                      x->problem.detail, suite_faults(&x->problem));
    ck_assert_ptr_nonnull(answer);
    return answer;
}

START_TEST(what_a_function_raises_is_told_in_its_words)
{
    static const char *const known[][2] = {{"AL401", "unauthorized"},
                                           {"AL403", "forbidden"},
                                           {"ALEYE", "four-eyes"},
                                           {"AL404", "not-found"},
                                           {"AL409", "conflict"},
                                           {"AL412", "precondition-failed"},
                                           {"AL428", "precondition-required"},
                                           {"ALKEY", "idempotency-key-reused"}};
    struct exchange *x = suite_exchange();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        ck_assert_str_eq(told(x, (struct failure){.state = known[i][0], .message = "100 % so."}),
                         arena_format(x->arena, "%s: 100 %% so.|", known[i][1]));
    suite_exchange_free(x);
}
END_TEST

START_TEST(faults_come_as_the_list_that_was_raised)
{
    struct exchange *x = suite_exchange();
    const struct failure raised = {
        .state = "AL422",
        .message = "Two things.",
        .detail = "[{\"pointer\":\"/a\",\"rule\":\"r1\",\"detail\":\"50 % at most.\"},"
                  "{\"parameter\":\"as_of\",\"rule\":\"r2\",\"detail\":\"No.\"},"
                  "{\"header\":\"If-Match\",\"detail\":\"No rule.\"},"
                  "{\"pointer\":\"/nothing\"}, 7, \"x\"]"};
    ck_assert_str_eq(told(x, raised), "invalid-value: Two things.|/a r1; as_of r2; If-Match rule");
    ck_assert_int_eq(x->problem.first_fault->where, FAULT_POINTER);
    ck_assert_str_eq(x->problem.first_fault->detail, "50 % at most.");
    ck_assert_int_eq(x->problem.last_fault->where, FAULT_HEADER);
    suite_exchange_free(x);
}
END_TEST

START_TEST(a_list_that_cannot_be_read_leaves_the_sentence)
{
    static const char *const lists[] = {NULL, "", "not JSON", "{}", "[", "null"};
    struct exchange *x = suite_exchange();
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        ck_assert_str_eq(
            told(x, (struct failure){.state = "AL422", .message = "Wrong.", .detail = lists[i]}),
            "invalid-value: Wrong.|");
    suite_exchange_free(x);
}
END_TEST

START_TEST(a_broken_rule_is_told_by_its_comment)
{
    struct exchange *x = suite_exchange();
    ck_assert_str_eq(
        told(x, (struct failure){.state = "23514", .constraint = "a_amount_positive"}),
        "invalid-value: The request says something that cannot be accepted; see errors.|"
        "/amount a_amount_positive");
    ck_assert_str_eq(x->problem.first_fault->detail, "An amount is greater than zero.");
    ck_assert_str_eq(told(x, (struct failure){.state = "23505", .constraint = "b_code_unique"}),
                     "conflict: This code is taken.|");
    ck_assert_str_eq(told(x, (struct failure){.state = "23514", .constraint = "c_parts_total"}),
                     "invalid-value: The parts add up to the whole.|");
    suite_exchange_free(x);
}
END_TEST

/* What PostgreSQL itself says names tables, constraints and values. */
START_TEST(the_words_of_the_database_are_never_told)
{
    static const char *const states[] = {"23505", "23503", "23502", "22P02", "22003", "40001",
                                         "40P01", "42501", "57014", "25006", "55P03", "08006",
                                         "53300", "57P01", "58030", "42P01", "XX000", "P0001"};
    struct exchange *x = suite_exchange();
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        const char *answer = told(x, (struct failure){.state = states[i],
                                                      .message = "relation \"secret\" exists",
                                                      .detail = "Key (a)=(b)",
                                                      .constraint = "secret_unique"});
        ck_assert_msg(strstr(answer, "secret") == NULL && strstr(answer, "Key") == NULL, "%s: %s",
                      states[i], answer);
    }
    suite_exchange_free(x);
}
END_TEST

START_TEST(each_family_of_errors_has_its_status)
{
    static const struct {
        const char *state;
        enum problem_kind kind;
    } known[] = {{"23505", PROBLEM_CONFLICT},      {"23503", PROBLEM_INVALID_VALUE},
                 {"23514", PROBLEM_INVALID_VALUE}, {"22P02", PROBLEM_INVALID_VALUE},
                 {"40001", PROBLEM_UNAVAILABLE},   {"40P01", PROBLEM_UNAVAILABLE},
                 {"42501", PROBLEM_FORBIDDEN},     {"57014", PROBLEM_TIMEOUT},
                 {"57P01", PROBLEM_UNAVAILABLE},   {"57P03", PROBLEM_UNAVAILABLE},
                 {"08006", PROBLEM_UNAVAILABLE},   {"53300", PROBLEM_UNAVAILABLE},
                 {"25006", PROBLEM_UNAVAILABLE},   {"42601", PROBLEM_INTERNAL},
                 {"P0001", PROBLEM_INTERNAL},      {NULL, PROBLEM_UNAVAILABLE}};
    struct exchange *x = suite_exchange();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        x->problem = problem_none(x->arena);
        ck_assert(!sqlstate_problem(x, fail_with((struct failure){.state = known[i].state}), NULL));
        ck_assert_msg(x->problem.kind == known[i].kind, "%s: %s", known[i].state,
                      problem_slug(x->problem.kind));
        /* Whoever is told to come again is told when. */
        ck_assert(x->problem.retry_after_s == (known[i].kind == PROBLEM_UNAVAILABLE ? 1 : 0));
    }
    suite_exchange_free(x);
}
END_TEST

START_TEST(the_first_cause_stays)
{
    struct exchange *x = suite_exchange();
    (void)problem_set(&x->problem, PROBLEM_NOT_FOUND, "It is not here.");
    ck_assert(!sqlstate_problem(x, fail_with((struct failure){.state = "57014"}), &rules));
    ck_assert_int_eq(x->problem.kind, PROBLEM_NOT_FOUND);
    suite_exchange_free(x);
}
END_TEST

START_TEST(only_a_conflict_between_transactions_is_sent_again)
{
    static const char *const others[] = {"57014", "08006", "23505", "40002", "40003", NULL};
    ck_assert(!sqlstate_is_retryable(NULL));
    ck_assert(sqlstate_is_retryable(fail_with((struct failure){.state = "40001"})));
    ck_assert(sqlstate_is_retryable(fail_with((struct failure){.state = "40P01"})));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert(!sqlstate_is_retryable(fail_with((struct failure){.state = others[i]})));
    const PGresult *result = fail_with((struct failure){.state = "40001"});
    failure.status = PGRES_TUPLES_OK;
    ck_assert(!sqlstate_is_retryable(result));
}
END_TEST

START_TEST(what_the_server_has_not_said_is_not_known)
{
    const PGresult *result = fail_with((struct failure){.message = "server closed the connection"});
    ck_assert(sqlstate_is_silent(result) && !sqlstate_is_success(result));
    result = fail_with((struct failure){.state = "57P01"});
    ck_assert(!sqlstate_is_silent(result) && !sqlstate_is_success(result));
    failure.status = PGRES_TUPLES_OK;
    ck_assert(!sqlstate_is_silent(result) && sqlstate_is_success(result));
}
END_TEST

START_TEST(a_rule_is_found_by_its_constraint)
{
    const struct rules none = {0};
    for (size_t i = 0; i < rules.count; i++)
        ck_assert_ptr_eq(rules_find(&rules, rule_rows[i].constraint), &rule_rows[i]);
    ck_assert_ptr_null(rules_find(&rules, "b_code"));
    ck_assert_ptr_null(rules_find(&rules, ""));
    ck_assert_ptr_null(rules_find(&rules, NULL));
    ck_assert_ptr_null(rules_find(&none, "b_code_unique"));
    ck_assert_ptr_null(rules_find(NULL, "b_code_unique"));
}
END_TEST

SUITE("sqlstate", what_a_function_raises_is_told_in_its_words,
      faults_come_as_the_list_that_was_raised, a_list_that_cannot_be_read_leaves_the_sentence,
      a_broken_rule_is_told_by_its_comment, the_words_of_the_database_are_never_told,
      each_family_of_errors_has_its_status, the_first_cause_stays,
      only_a_conflict_between_transactions_is_sent_again, what_the_server_has_not_said_is_not_known,
      what_the_server_has_not_said_is_not_known, a_rule_is_found_by_its_constraint)
