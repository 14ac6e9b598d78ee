/* bind_test.c - from a request to the parameters of its statement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/bind.h"

#include "engine/cursor.h"
#include "engine/schema.h"
#include "service/suite.h"

#include <stdio.h>
#include <string.h>

static const struct parameter parameters[] = {
    {"id", SOURCE_PATH, TYPE_UUID, false},      {"limit", SOURCE_QUERY, TYPE_LIMIT, true},
    {"text", SOURCE_QUERY, TYPE_TEXT, true},    {"year", SOURCE_QUERY, TYPE_YEAR, false},
    {"after", SOURCE_QUERY, TYPE_CURSOR, true}, {"group", SOURCE_QUERY, TYPE_GROUP, true},
    {"on", SOURCE_QUERY, TYPE_BOOLEAN, true}};
static const struct statement list = {.name = "thing_list",
                                      .method = METHOD_GET,
                                      .kind = STATEMENT_LIST,
                                      .parameters = parameters,
                                      .parameter_count = 7};
static const struct statement report = {.name = "report_x", .kind = STATEMENT_REPORT};
static const struct parameter body_parameter[] = {{"body", SOURCE_BODY, TYPE_JSONB, false}};
static const struct statement create = {.name = "thing_create",
                                        .file = "service/sql/thing/create.sql",
                                        .method = METHOD_POST,
                                        .kind = STATEMENT_WRITE,
                                        .body_schema = "Thing",
                                        .parameters = body_parameter,
                                        .parameter_count = 1};
static const char id[] = "3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f";

/* An exchange for a statement with this query: "a=1&b=2". */
static struct exchange *ask(const struct statement *statement, const char *query)
{
    struct exchange *x = suite_exchange();
    x->statement = statement;
    x->captures[0] = (struct field){"id", id};
    x->capture_count = statement == &list;
    x->query = arena_alloc(x->arena, QUERY_MAX * sizeof x->query[0]);
    char *rest = NULL;
    for (char *pair = strtok_r(arena_copy(x->arena, query), "&", &rest); pair != NULL;
         pair = strtok_r(NULL, "&", &rest)) {
        char *value = strchr(pair, '=');
        *value = '\0';
        x->query[x->query_count++] = (struct field){pair, value + 1};
    }
    return x;
}

static void expect(const struct statement *statement, const char *query, const char *faults)
{
    struct exchange *x = ask(statement, query);
    ck_assert(bind_exchange(x) == (faults[0] == '\0'));
    ck_assert_msg(strcmp(suite_faults(&x->problem), faults) == 0, "%s: %s", query,
                  suite_faults(&x->problem));
    suite_exchange_free(x);
}

START_TEST(values_take_their_places)
{
    struct exchange *x = ask(&list, "year=2026&text=caf\xC3\xA9&limit=200&group=LDC&on=true");
    ck_assert(bind_exchange(x));
    ck_assert_str_eq(x->values[0], id);
    ck_assert_str_eq(x->values[1], "200");
    ck_assert_str_eq(x->values[2], "caf\xC3\xA9");
    ck_assert_str_eq(x->values[3], "2026");
    ck_assert_ptr_null(x->values[4]);
    ck_assert_str_eq(x->values[5], "LDC");
    suite_exchange_free(x);
}
END_TEST

START_TEST(every_fault_is_named_at_once)
{
    expect(&list, "year=2026", "");
    expect(&list, "", "year required");
    expect(&list, "year=1899&limit=0&limit=1&colour=red&group=DAC&on=yes&text=",
           "colour unknown; limit repeated; text type; year type; group type; on type");
    expect(&list, "year=2026&id=x", "id unknown");
    expect(&list, "year=2026&limit=201", "limit type");
    expect(&list, "year=2026&limit=+1", "limit type");
    expect(&list, "year=2026&limit=01", "limit type");
}
END_TEST

START_TEST(a_cursor_is_opened)
{
    struct exchange *x = ask(&list, "year=2026");
    const char *sealed = cursor_seal(x->arena, "thing_list", "2026-11-24 x");
    x->query[x->query_count++] = (struct field){"after", sealed};
    ck_assert(bind_exchange(x));
    ck_assert_str_eq(x->values[4], "2026-11-24 x");
    suite_exchange_free(x);
    x = ask(&list, "year=2026");
    x->query[x->query_count++] =
        (struct field){"after", cursor_seal(x->arena, "other_list", "2026-11-24 x")};
    ck_assert(!bind_exchange(x));
    ck_assert_str_eq(suite_faults(&x->problem), "after type");
    suite_exchange_free(x);
}
END_TEST

START_TEST(reports_take_a_position_and_notes)
{
    struct exchange *x = ask(&report, "as_of=12&notes=none");
    ck_assert(bind_exchange(x));
    ck_assert_str_eq(x->as_of, "12");
    ck_assert(x->bare);
    suite_exchange_free(x);
    x = ask(&report, "notes=full");
    ck_assert(bind_exchange(x));
    ck_assert_ptr_null(x->as_of);
    ck_assert(!x->bare);
    suite_exchange_free(x);
    expect(&report, "as_of=-1&notes=some&format=csv", "format unknown; as_of type; notes enum");
    expect(&report, "as_of=1&as_of=2", "as_of repeated");
    expect(&list, "year=2026&as_of=1&notes=none", "as_of unknown; notes unknown");
}
END_TEST

/* ---------------------------------------------------------------- bodies */

static struct exchange *send(const char *body)
{
    static const char contract[] =
        "{\"components\":{\"schemas\":{\"Thing\":{\"type\":\"object\",\"properties\":"
        "{\"name\":{\"type\":\"string\"},\"a\":{}},\"additionalProperties\":false}}}}";
    static const struct page page = {"api/openapi.json", (const unsigned char *)contract,
                                     sizeof contract - 1};
    char reason[256] = "";
    struct exchange *x = ask(&create, "");
    x->schemas = schemas_compile(x->arena, &page, &create, 1, reason, sizeof reason);
    ck_assert_msg(x->schemas != NULL, "%s", reason);
    x->body = body;
    x->body_bytes = body != NULL ? strlen(body) : 0;
    return x;
}

static void refuse(const char *body, enum problem_kind kind, const char *words)
{
    struct exchange *x = send(body);
    ck_assert(!bind_exchange(x));
    ck_assert_msg(x->problem.kind == kind, "%s: %s", body, x->problem.detail);
    ck_assert_msg(strstr(x->problem.detail, words) != NULL, "%s: %s", body, x->problem.detail);
    suite_exchange_free(x);
}

START_TEST(a_body_goes_on_as_it_came)
{
    struct exchange *x = send(" {\"name\" : \"x\"} ");
    ck_assert(bind_exchange(x));
    ck_assert_ptr_eq(x->values[0], x->body);
    suite_exchange_free(x);
    x = send("{\"nam\":1,\"name\":2}");
    ck_assert(!bind_exchange(x));
    ck_assert_str_eq(suite_faults(&x->problem), "/nam unknown; /name type");
    suite_exchange_free(x);
}
END_TEST

START_TEST(what_is_no_json_is_refused_with_its_place)
{
    refuse(NULL, PROBLEM_BAD_REQUEST, "JSON object");
    refuse("", PROBLEM_BAD_REQUEST, "JSON object");
    refuse("{", PROBLEM_MALFORMED_JSON, "Line 1");
    refuse("{\n\"name\":\n}", PROBLEM_MALFORMED_JSON, "Line 3");
    refuse("{\"name\":\"a\",\"name\":\"b\"}", PROBLEM_MALFORMED_JSON, "twice");
    refuse("{\"name\":\"a\",\"n\\u0061me\":\"b\"}", PROBLEM_MALFORMED_JSON, "twice");
    refuse("{} {}", PROBLEM_MALFORMED_JSON, "Line 1");
    refuse("{\"name\":\"\\u0000\"}", PROBLEM_MALFORMED_JSON, "Line 1");
    refuse("{\"name\":\"\xff\"}", PROBLEM_MALFORMED_JSON, "Line 1");
    refuse("[]", PROBLEM_INVALID_VALUE, "errors");
    refuse("null", PROBLEM_INVALID_VALUE, "errors");
}
END_TEST

static const char *nest(struct arena *arena, int depth)
{
    char *text = arena_alloc(arena, (size_t)depth * 2 + 32);
    size_t length = (size_t)snprintf(text, 16, "{\"a\":");
    for (int i = 1; i < depth; i++)
        text[length++] = '[';
    for (int i = 1; i < depth; i++)
        text[length++] = ']';
    text[length] = '}';
    return text;
}

START_TEST(nesting_has_a_bound)
{
    struct arena *arena = suite_arena();
    struct exchange *x = send(nest(arena, 64));
    ck_assert(bind_exchange(x));
    suite_exchange_free(x);
    refuse(nest(arena, 65), PROBLEM_MALFORMED_JSON, "64 levels");
    refuse(nest(arena, 100000), PROBLEM_MALFORMED_JSON, "64 levels");
    arena_free(arena);
    x = send("{\"name\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
             "\\\"{\"}");
    ck_assert(bind_exchange(x));
    suite_exchange_free(x);
    refuse("{\"name\":\"\\", PROBLEM_MALFORMED_JSON, "Line 1");
}
END_TEST

SUITE("bind", values_take_their_places, every_fault_is_named_at_once, a_cursor_is_opened,
      reports_take_a_position_and_notes, a_body_goes_on_as_it_came,
      what_is_no_json_is_refused_with_its_place, nesting_has_a_bound)
