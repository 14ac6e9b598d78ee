/* schema_test.c - compiling schemas and holding values against them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schema.h"

#include "service/suite.h"

#include <stdio.h>
#include <string.h>

static char reason[512];

/* The schemas of a contract whose components hold just these; Body is what a statement names. */
static const struct schemas *compile(struct arena *arena, const char *schemas)
{
    static const struct statement statement = {
        .name = "x", .file = "service/sql/x.sql", .body_schema = "Body"};
    const char *text = arena_format(arena, "{\"components\":{\"schemas\":{%s}}}", schemas);
    ck_assert_ptr_nonnull(text);
    const struct page page = {"api/openapi.json", (const unsigned char *)text, strlen(text)};
    reason[0] = '\0';
    return schemas_compile(arena, &page, &statement, 1, reason, sizeof reason);
}

static const char *check(struct arena *arena, const struct schemas *schemas, const char *value)
{
    struct problem *problem = arena_alloc(arena, sizeof *problem);
    ck_assert_ptr_nonnull(problem);
    *problem = problem_none(arena);
    json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
    ck_assert_msg(json != NULL, "%s", value);
    const bool good = schemas_check(schemas, "Body", json, problem);
    json_decref(json);
    ck_assert(good == (problem->fault_count == 0));
    return suite_faults(problem);
}

static void expect(const char *schemas, const char *value, const char *faults)
{
    struct arena *arena = suite_arena();
    const struct schemas *compiled = compile(arena, schemas);
    ck_assert_msg(compiled != NULL, "%s", reason);
    const char *found = check(arena, compiled, value);
    ck_assert_msg(strcmp(found, faults) == 0, "%s against %s: \"%s\", not \"%s\"", value, schemas,
                  found, faults);
    arena_free(arena);
}

static void refuse(const char *schemas, const char *words)
{
    struct arena *arena = suite_arena();
    ck_assert_ptr_null(compile(arena, schemas));
    ck_assert_msg(strstr(reason, words) != NULL, "%s", reason);
    arena_free(arena);
}

START_TEST(a_rule_that_would_not_be_kept_is_refused)
{
    refuse("\"Body\":{\"type\":\"number\"}", "number");
    refuse("\"Body\":{\"type\":\"object\",\"patternProperties\":{}}", "patternProperties");
    refuse("\"Body\":{\"properties\":{\"a\":{\"multipleOf\":2}}}", "multipleOf");
    refuse("\"Body\":{\"format\":\"email\"}", "email");
    refuse("\"Body\":{\"pattern\":\"(\"}", "not a POSIX pattern");
    refuse("\"Body\":{\"additionalProperties\":{\"type\":\"string\"}}", "additionalProperties");
    refuse("\"Body\":{\"$ref\":\"other.json\"}", "$ref");
    refuse("\"Body\":{\"$ref\":\"#/components/schemas/None\"}", "None");
    refuse("\"Other\":{}", "Body");
    refuse("\"Body\":[]", "not an object");
    refuse("\"Body\":{\"minLength\":-1}", "minLength");
    refuse("\"Body\":{\"minimum\":1.5}", "minimum");
    refuse("\"Body\":{\"oneOf\":[]}", "oneOf");
    refuse("\"Body\":{\"enum\":[]}", "enum");
    ck_assert_ptr_nonnull(strstr(reason, "schema Body"));
}
END_TEST

START_TEST(what_no_body_reaches_may_use_what_it_likes)
{
    expect("\"Body\":{\"type\":\"object\"},\"Answer\":{\"type\":\"number\"}", "{}", "");
}
END_TEST

START_TEST(types)
{
    expect("\"Body\":{\"type\":\"string\"}", "\"a\"", "");
    expect("\"Body\":{\"type\":\"string\"}", "1", " type");
    expect("\"Body\":{\"type\":\"integer\"}", "1", "");
    expect("\"Body\":{\"type\":\"integer\"}", "1.0", " type");
    expect("\"Body\":{\"type\":\"boolean\"}", "false", "");
    expect("\"Body\":{\"type\":\"boolean\"}", "0", " type");
    expect("\"Body\":{\"type\":[\"string\",\"null\"]}", "null", "");
    expect("\"Body\":{\"type\":[\"string\",\"null\"]}", "[]", " type");
    expect("\"Body\":{}", "1.5", " type");
}
END_TEST

START_TEST(decimals_are_strings)
{
#define DECIMAL                                                                                    \
    "\"Body\":{\"type\":\"string\",\"x-decimal\":true,\"pattern\":\"^[0-9]{1,3}(\\\\.[0-9]{1,2})?" \
    "$\"}"
    expect(DECIMAL, "\"12.50\"", "");
    expect(DECIMAL, "12.5", " decimal");
    expect(DECIMAL, "12", " decimal");
    expect(DECIMAL, "\"12.505\"", " decimal");
    expect(DECIMAL, "\"1e3\"", " decimal");
    expect(DECIMAL, "\"12.50\\n\"", " decimal");
    expect(DECIMAL, "true", " type");
}
END_TEST

START_TEST(texts)
{
    expect("\"Body\":{\"minLength\":2,\"maxLength\":3}", "\"a\"", " length");
    expect("\"Body\":{\"minLength\":2,\"maxLength\":3}", "\"\\u20ac\\u20ac\\u20ac\"", "");
    expect("\"Body\":{\"minLength\":2,\"maxLength\":3}", "\"abcd\"", " length");
    expect("\"Body\":{\"pattern\":\"^[A-Z]{2}$\"}", "\"mw\"", " pattern");
    expect("\"Body\":{\"format\":\"date\"}", "\"2026-02-30\"", " format");
    expect("\"Body\":{\"format\":\"uuid\"}", "\"x\"", " format");
    expect("\"Body\":{\"enum\":[\"a\",\"b\"]}", "\"b\"", "");
    expect("\"Body\":{\"enum\":[\"a\",\"b\"]}", "\"c\"", " enum");
    expect("\"Body\":{\"const\":\"a\"}", "\"a\"", "");
    expect("\"Body\":{\"const\":\"a\"}", "\"b\"", " enum");
}
END_TEST

START_TEST(numbers)
{
    expect("\"Body\":{\"minimum\":-1,\"maximum\":2}", "-1", "");
    expect("\"Body\":{\"minimum\":-1,\"maximum\":2}", "-2", " range");
    expect("\"Body\":{\"minimum\":-1,\"maximum\":2}", "3", " range");
    expect("\"Body\":{\"type\":\"integer\"}", "9223372036854775807", "");
}
END_TEST

START_TEST(lists)
{
    expect("\"Body\":{\"items\":{\"type\":\"string\"}}", "[\"a\",1,\"b\",2]", "/1 type; /3 type");
    expect("\"Body\":{\"minItems\":1}", "[]", " items");
    expect("\"Body\":{\"maxItems\":1,\"items\":{\"type\":\"string\"}}", "[1,2]", " items");
    expect("\"Body\":{\"uniqueItems\":true}", "[1,\"1\",1,{\"a\":1},{\"a\":1}]",
           "/2 unique; /4 unique");
}
END_TEST

START_TEST(objects)
{
#define PAIR                                                                                       \
    "\"Body\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},"                   \
    "\"b\":{\"$ref\":\"#/components/schemas/Body\"}},\"required\":[\"a\"],"                        \
    "\"additionalProperties\":false}"
    expect(PAIR, "{\"a\":\"x\"}", "");
    expect(PAIR, "{}", "/a required");
    expect(PAIR, "{\"a\":1,\"c\":2,\"d/e~f\":3}", "/a type; /c unknown; /d~1e~0f unknown");
    expect(PAIR, "{\"a\":\"x\",\"b\":{\"b\":{\"a\":2}}}", "/b/a required; /b/b/a type");
    expect("\"Body\":{\"minProperties\":1}", "{}", " members");
    expect("\"Body\":{\"maxProperties\":1}", "{\"a\":1,\"b\":1}", " members");
    expect("\"Body\":{\"properties\":{\"a\":{}}}", "{\"z\":1}", "");
}
END_TEST

START_TEST(choices)
{
#define CHOICE "[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]"
    expect("\"Body\":{\"oneOf\":" CHOICE "}", "{\"a\":1}", "");
    expect("\"Body\":{\"oneOf\":" CHOICE "}", "{}", " choice");
    expect("\"Body\":{\"oneOf\":" CHOICE "}", "{\"a\":1,\"b\":1}", " choice");
    expect("\"Body\":{\"anyOf\":" CHOICE "}", "{\"a\":1,\"b\":1}", "");
    expect("\"Body\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null", "");
    expect("\"Body\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", " choice");
}
END_TEST

START_TEST(a_schema_that_is_not_there_is_our_own_fault)
{
    struct arena *arena = suite_arena();
    const struct schemas *schemas = compile(arena, "\"Body\":{\"type\":\"object\"}");
    struct problem problem = problem_none(arena);
    json_t *json = json_object();
    ck_assert(!schemas_check(schemas, "NoSuch", json, &problem));
    ck_assert_int_eq(problem.kind, PROBLEM_INTERNAL);
    json_decref(json);
    arena_free(arena);
}
END_TEST

SUITE("schema", a_rule_that_would_not_be_kept_is_refused,
      what_no_body_reaches_may_use_what_it_likes, types, decimals_are_strings, texts, numbers,
      lists, objects, choices, a_schema_that_is_not_there_is_our_own_fault)
