/* condition_test.c - Idempotency-Key, If-Match and If-None-Match. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/condition.h"

#include "service/suite.h"

#include <string.h>

static const struct statement post = {
    .method = METHOD_POST, .kind = STATEMENT_WRITE, .etag = ETAG_NONE};
static const struct statement patch = {
    .method = METHOD_PATCH, .kind = STATEMENT_WRITE, .etag = ETAG_REQUIRED, .body_schema = "X"};
static const struct statement maybe = {
    .method = METHOD_POST, .kind = STATEMENT_WRITE, .etag = ETAG_OPTIONAL};
static const struct statement get = {.method = METHOD_GET, .kind = STATEMENT_ONE};

static struct exchange *request(const struct statement *statement, const char *key,
                                const char *if_match)
{
    struct exchange *x = suite_exchange();
    x->statement = statement;
    x->method = statement->method;
    x->idempotency_key = key;
    x->if_match = if_match;
    return x;
}

static void expect_key(const char *sent, const char *key)
{
    struct exchange *x = request(&post, sent, NULL);
    ck_assert_msg(condition_read(x) == (key != NULL), "%s", sent);
    if (key != NULL)
        ck_assert_str_eq(x->idempotency_key, key);
    suite_exchange_free(x);
}

START_TEST(a_key_is_the_same_with_and_without_quotes)
{
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[255] = '\0';
    expect_key("abc", "abc");
    expect_key("\"abc\"", "abc");
    expect_key("\"a\\\"b\\\\c\"", "a\"b\\c");
    expect_key(longest, longest);
    longest[255] = 'a';
    longest[256] = '\0';
    expect_key(longest, NULL);
    expect_key("", NULL);
    expect_key("\"\"", NULL);
    expect_key("\"abc", NULL);
    expect_key("\"abc\"x", NULL);
    expect_key("a\"b", NULL);
    expect_key("a b", NULL);
    expect_key("caf\xC3\xA9", NULL);
}
END_TEST

START_TEST(a_post_needs_a_key_and_a_patch_does_not)
{
    struct exchange *x = request(&post, NULL, NULL);
    ck_assert(!condition_read(x));
    ck_assert_int_eq(x->problem.kind, PROBLEM_IDEMPOTENCY_KEY_MISSING);
    suite_exchange_free(x);
    x = request(&patch, NULL, "\"1\"");
    ck_assert(condition_read(x));
    suite_exchange_free(x);
    x = request(&get, "\"broken", "also broken");
    ck_assert(condition_read(x));
    ck_assert_ptr_null(x->idempotency_key);
    ck_assert_ptr_null(x->if_match);
    suite_exchange_free(x);
}
END_TEST

static void expect_tags(const char *sent, const char *tags, enum problem_kind kind)
{
    struct exchange *x = request(&patch, NULL, sent);
    ck_assert_msg(condition_read(x) == (tags != NULL), "%s", sent);
    ck_assert_int_eq(x->problem.kind, kind);
    if (tags != NULL)
        ck_assert_str_eq(x->if_match, tags);
    suite_exchange_free(x);
}

START_TEST(tags_are_strong_and_listed)
{
    expect_tags("\"7\"", "7", PROBLEM_NONE);
    expect_tags(" \"7\" , \"8\",\"9\" ", "7,8,9", PROBLEM_NONE);
    expect_tags("W/\"7\"", "-", PROBLEM_NONE);
    expect_tags("W/\"7\", \"8\"", "8", PROBLEM_NONE);
    expect_tags("\"\"", "-", PROBLEM_NONE);
    expect_tags("\"7,8\"", "-", PROBLEM_NONE);
    expect_tags("7", NULL, PROBLEM_BAD_REQUEST);
    expect_tags("\"7", NULL, PROBLEM_BAD_REQUEST);
    expect_tags("\"7\" \"8\"", NULL, PROBLEM_BAD_REQUEST);
    expect_tags("*", NULL, PROBLEM_PRECONDITION_REQUIRED);
    expect_tags(NULL, NULL, PROBLEM_PRECONDITION_REQUIRED);
}
END_TEST

START_TEST(where_it_is_optional_it_may_be_absent)
{
    struct exchange *x = request(&maybe, "k", NULL);
    ck_assert(condition_read(x));
    ck_assert_ptr_null(x->if_match);
    suite_exchange_free(x);
    x = request(&maybe, "k", "\"3\"");
    ck_assert(condition_read(x));
    ck_assert_str_eq(x->if_match, "3");
    suite_exchange_free(x);
    x = request(&post, "k", "\"3\"");
    ck_assert(condition_read(x));
    ck_assert_ptr_null(x->if_match);
    suite_exchange_free(x);
}
END_TEST

START_TEST(a_body_nobody_reads_is_refused)
{
    struct exchange *x = request(&post, "k", NULL);
    x->body = "{}";
    ck_assert(!condition_read(x));
    ck_assert_int_eq(x->problem.kind, PROBLEM_BAD_REQUEST);
    suite_exchange_free(x);
}
END_TEST

START_TEST(unchanged_is_compared_weakly)
{
    ck_assert(condition_is_unchanged("\"7\"", "7"));
    ck_assert(condition_is_unchanged("W/\"7\"", "7"));
    ck_assert(condition_is_unchanged("\"6\", W/\"7\"", "7"));
    ck_assert(condition_is_unchanged("*", "7"));
    ck_assert(!condition_is_unchanged("\"77\"", "7"));
    ck_assert(!condition_is_unchanged("7", "7"));
    ck_assert(!condition_is_unchanged("\"7", "7"));
    ck_assert(!condition_is_unchanged(NULL, "7"));
    ck_assert(!condition_is_unchanged("\"7\"", NULL));
}
END_TEST

START_TEST(a_compressed_version_is_the_same_version)
{
    struct exchange *x = request(&patch, NULL, "\"3-gzip\", W/\"4-gzip\", \"-gzip\"");
    x->body = "{}";
    ck_assert(condition_read(x));
    ck_assert_str_eq(x->if_match, "3,-gzip");
    suite_exchange_free(x);
    ck_assert(condition_is_unchanged("\"3-gzip\"", "3"));
    ck_assert(condition_is_unchanged("W/\"3-gzip\"", "3"));
    ck_assert(!condition_is_unchanged("\"3-gzip-gzip\"", "3"));
    ck_assert(!condition_is_unchanged("\"3gzip\"", "3"));
}
END_TEST

SUITE("condition", a_key_is_the_same_with_and_without_quotes,
      a_post_needs_a_key_and_a_patch_does_not, tags_are_strong_and_listed,
      where_it_is_optional_it_may_be_absent, a_body_nobody_reads_is_refused,
      unchanged_is_compared_weakly, a_compressed_version_is_the_same_version)
