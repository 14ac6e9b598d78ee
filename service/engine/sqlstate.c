/* sqlstate.c - from a database error to a problem. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sqlstate.h"

#include "core/log.h"
#include "core/statement.h"

#include <jansson.h>
#include <string.h>

enum speaker { SAYS_MESSAGE, SAYS_FAULTS, SAYS_RULE, SAYS_THIS };

struct meaning {
    const char *prefix;
    enum problem_kind kind;
    enum speaker speaker;
    const char *sentence;
};

static const struct meaning meanings[] = {
#define SQLSTATE(prefix, kind, speaker, sentence) {prefix, PROBLEM_##kind, speaker, sentence},
#include "engine/sqlstate.def"
#undef SQLSTATE
};

/* libpq itself reports a broken connection without a code. */
static const char *state_of(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state != NULL ? state : "08006";
}

static const struct meaning *find_meaning(const char *state)
{
    const struct meaning *meaning = meanings;
    while (strncmp(state, meaning->prefix, strlen(meaning->prefix)) != 0)
        meaning++; /* the last row's prefix fits all */
    return meaning;
}

bool sqlstate_is_success(const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

bool sqlstate_is_silent(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_FATAL_ERROR &&
           PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL;
}

bool sqlstate_is_retryable(const PGresult *result)
{
    if (result == NULL || PQresultStatus(result) != PGRES_FATAL_ERROR)
        return false;
    const char *state = state_of(result);
    return strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0;
}

bool sqlstate_is_late(const PGresult *result)
{
    return result != NULL && PQresultStatus(result) == PGRES_FATAL_ERROR &&
           strcmp(state_of(result), "57014") == 0;
}

/* One element of the array a function raised with AL422. */
static void add_fault(struct problem *problem, const json_t *entry)
{
    static const char *const members[] = {
        [FAULT_POINTER] = "pointer", [FAULT_PARAMETER] = "parameter", [FAULT_HEADER] = "header"};
    const char *rule = json_string_value(json_object_get(entry, "rule"));
    const char *detail = json_string_value(json_object_get(entry, "detail"));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *name = json_string_value(json_object_get(entry, members[i]));
        if (name != NULL && detail != NULL)
            (void)problem_fault(problem, (enum fault_where)i, name, rule != NULL ? rule : "rule",
                                "%s", detail);
    }
}

static bool set_faults(struct exchange *x, const char *message, const char *detail)
{
    (void)problem_set(&x->problem, PROBLEM_INVALID_VALUE, "%s", message);
    json_t *list = detail != NULL ? json_loads(detail, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(list); i++)
        add_fault(&x->problem, json_array_get(list, i));
    json_decref(list);
    return false;
}

static bool set_rule(struct exchange *x, const struct meaning *meaning, const struct rule *rule)
{
    if (rule == NULL)
        return problem_set(&x->problem, meaning->kind, "%s", meaning->sentence);
    if (meaning->kind != PROBLEM_INVALID_VALUE || rule->pointer[0] == '\0')
        return problem_set(&x->problem, meaning->kind, "%s", rule->sentence);
    return problem_fault(&x->problem, FAULT_POINTER, rule->pointer, rule->constraint, "%s",
                         rule->sentence);
}

/* The client learns nothing of the cause, so the log must. The DETAIL field is left out: it quotes
   rows, and those may hold what is nobody's business. */
static void log_failure(const struct exchange *x, const PGresult *result, const char *state)
{
    struct log_line line;
    log_begin(&line, LOG_ERROR, "statement_failed");
    log_text(&line, "request", x->id);
    log_text(&line, "statement", x->route);
    log_text(&line, "sqlstate", state);
    log_text(&line, "reason", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    log_text(&line, "where", PQresultErrorField(result, PG_DIAG_CONTEXT));
    log_end(&line);
}

/* Whoever asks for the whole world can ask for a part of it. */
static const char *sentence_of(const struct meaning *meaning, const struct exchange *x)
{
    const bool reads = x->statement != NULL && x->statement->kind != STATEMENT_WRITE;
    if (meaning->kind != PROBLEM_TIMEOUT || !reads)
        return meaning->sentence;
    if (x->statement->lane == LANE_REPORT)
        return "The report took longer than it may. Ask for less with its parameters, such as one "
               "donor, country or year.";
    if (x->statement->lane == LANE_EXPLAIN)
        return "The explanation took longer than it may. Ask for a figure of less, such as one "
               "donor, country or year.";
    return "The database took too long.";
}

bool sqlstate_problem(struct exchange *x, const PGresult *result, const struct rules *rules)
{
    const char *state = state_of(result);
    const struct meaning *meaning = find_meaning(state);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message == NULL)
        message = problem_title(meaning->kind);
    if (meaning->kind == PROBLEM_INTERNAL)
        log_failure(x, result, state);
    if (meaning->kind == PROBLEM_UNAVAILABLE)
        x->problem.retry_after_s = 1;
    switch (meaning->speaker) {
    case SAYS_FAULTS:
        return set_faults(x, message, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    case SAYS_RULE:
        return set_rule(x, meaning,
                        rules_find(rules, PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)));
    case SAYS_MESSAGE:
        return problem_set(&x->problem, meaning->kind, "%s", message);
    case SAYS_THIS:
        break;
    }
    return problem_set(&x->problem, meaning->kind, "%s", sentence_of(meaning, x));
}
