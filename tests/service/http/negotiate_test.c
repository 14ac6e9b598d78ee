/* negotiate_test.c - which representation a client gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/negotiate.h"

#include "service/suite.h"

enum { JSON = 1U << FORMAT_JSON, BOTH = 1U << FORMAT_JSON | 1U << FORMAT_CSV };

static void expect(unsigned offers, const char *accept, const char *query, int format)
{
    struct exchange *x = suite_exchange();
    struct field fields[2] = {{"format", query}, {"year", "2026"}};
    x->offers = offers;
    x->accept = accept;
    x->query = query != NULL ? fields : fields + 1;
    x->query_count = query != NULL ? 2 : 1;
    const bool found = negotiate_format(x);
    ck_assert_msg(found == (format >= 0), "%s %s", accept, query);
    if (found) {
        ck_assert_msg((int)x->format == format, "%s %s", accept, query);
        /* The parameter is ours: the statement never sees it. */
        ck_assert_uint_eq(x->query_count, offers == BOTH || query == NULL ? 1 : 2);
    }
    suite_exchange_free(x);
}

START_TEST(the_best_that_is_offered)
{
    expect(BOTH, NULL, NULL, FORMAT_JSON);
    expect(BOTH, "*/*", NULL, FORMAT_JSON);
    expect(BOTH, "text/csv", NULL, FORMAT_CSV);
    expect(BOTH, "text/*", NULL, FORMAT_CSV);
    expect(BOTH, "TEXT/CSV", NULL, FORMAT_CSV);
    expect(BOTH, "text/csv;q=0.5, application/json;q=0.4", NULL, FORMAT_CSV);
    expect(BOTH, "text/csv;q=0.4, application/json", NULL, FORMAT_JSON);
    expect(BOTH, "text/html, */*;q=0.1", NULL, FORMAT_JSON);
    expect(BOTH, "application/json;q=0, */*", NULL, FORMAT_CSV);
    expect(JSON, "application/*", NULL, FORMAT_JSON);
    expect(0, "text/html", NULL, FORMAT_JSON);
    expect(1U << FORMAT_BYTES, NULL, NULL, FORMAT_BYTES);
    expect(1U << FORMAT_BYTES, "application/*", NULL, FORMAT_BYTES);
    expect(1U << FORMAT_JSON | 1U << FORMAT_TEXT, "text/plain", NULL, FORMAT_TEXT);
    expect(1U << FORMAT_JSON | 1U << FORMAT_TEXT, NULL, NULL, FORMAT_JSON);
}
END_TEST

START_TEST(a_refusal_names_what_is_offered)
{
    struct exchange *x = suite_exchange();
    struct field query[] = {{"format", "xml"}};
    x->offers = BOTH | 1U << FORMAT_NDJSON;
    x->accept = "text/xml";
    ck_assert(!negotiate_format(x));
    ck_assert_str_eq(x->problem.detail, "This is offered as application/json, text/csv and "
                                        "application/x-ndjson.");
    x->problem = problem_none(x->arena);
    x->query = query;
    x->query_count = 1;
    ck_assert(!negotiate_format(x));
    ck_assert_str_eq(x->problem.first_fault->detail, "This is offered as json, csv and ndjson.");
    suite_exchange_free(x);
}
END_TEST

START_TEST(what_is_not_offered_is_refused)
{
    expect(JSON, "text/csv", NULL, -1);
    expect(1U << FORMAT_BYTES, "application/json", NULL, -1);
    expect(1U << FORMAT_TEXT, "application/octet-stream", NULL, -1);
    expect(BOTH, "text/html", NULL, -1);
    expect(BOTH, "*/*;q=0", NULL, -1);
    expect(BOTH, "application/json;q=0.000", NULL, -1);
}
END_TEST

START_TEST(the_parameter_beats_the_header)
{
    expect(BOTH, "application/json", "csv", FORMAT_CSV);
    expect(BOTH, "text/html", "json", FORMAT_JSON);
    expect(BOTH, NULL, "xml", -1);
    expect(BOTH, NULL, "CSV", -1);
    expect(JSON, NULL, "json", FORMAT_JSON);
}
END_TEST

SUITE("negotiate", the_best_that_is_offered, what_is_not_offered_is_refused,
      a_refusal_names_what_is_offered, the_parameter_beats_the_header)
