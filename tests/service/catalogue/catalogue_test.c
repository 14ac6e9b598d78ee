/* catalogue_test.c - statements, migrations and pages as they were compiled in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalogue/catalogue.h"

#include "core/principal.h"
#include "service/suite.h"

#include <string.h>

static struct exchange *route(enum method method, const char *path, bool found)
{
    struct exchange *x = suite_exchange();
    x->method = method;
    x->path = path;
    ck_assert_msg(catalogue_route(x) == found, "%s", path);
    ck_assert(!problem_is_set(&x->problem));
    return x;
}

START_TEST(a_path_finds_its_statement_and_captures)
{
    struct exchange *x = route(METHOD_GET, "/v1/commitments/a-b/transactions/c", true);
    ck_assert_str_eq(x->statement->name, "transaction_read");
    ck_assert_str_eq(x->route, "transaction_read");
    ck_assert_uint_eq(x->capture_count, 2);
    ck_assert_str_eq(x->captures[0].name, "id");
    ck_assert_str_eq(x->captures[0].value, "a-b");
    ck_assert_str_eq(x->captures[1].name, "transaction");
    ck_assert_str_eq(x->captures[1].value, "c");
    suite_exchange_free(x);
    x = route(METHOD_POST, "/v1/commitments", true);
    ck_assert_str_eq(x->statement->name, "commitment_create");
    suite_exchange_free(x);
}
END_TEST

START_TEST(a_tile_takes_all_that_is_left_of_a_path)
{
    struct exchange *x = route(METHOD_GET, "/v1/ledger/tile/3/x001/x234/067.p/12", true);
    ck_assert_str_eq(x->statement->name, "ledger_tile");
    ck_assert_str_eq(x->captures[0].value, "3");
    ck_assert_str_eq(x->captures[1].name, "tile");
    ck_assert_str_eq(x->captures[1].value, "x001/x234/067.p/12");
    suite_exchange_free(x);
    /* Its own text beats a {level} there too. */
    x = route(METHOD_GET, "/v1/ledger/tile/entries/x001/067", true);
    ck_assert_str_eq(x->statement->name, "ledger_bundle");
    ck_assert_str_eq(x->captures[0].value, "x001/067");
    suite_exchange_free(x);
    ck_assert_uint_eq(catalogue_methods("/v1/ledger/tile/0/x001/067"), 1U << METHOD_GET);
    suite_exchange_free(route(METHOD_GET, "/v1/ledger/tile/0", false));
    suite_exchange_free(route(METHOD_GET, "/v1/ledger/tile/0/", false));
    suite_exchange_free(route(METHOD_GET, "/v1/ledger/entries/a/proof/b", false));
}
END_TEST

START_TEST(other_paths_find_nothing)
{
    static const char *const paths[] = {"/",
                                        "/v1",
                                        "/v1/commitment",
                                        "/v1/commitments/",
                                        "/v1/commitments/a/b",
                                        "/v1/commitments/a/transactions/b/c",
                                        "v1/commitments",
                                        ""};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct exchange *x = route(METHOD_GET, paths[i], false);
        ck_assert_ptr_null(x->statement);
        ck_assert_uint_eq(x->capture_count, 0);
        suite_exchange_free(x);
        ck_assert_uint_eq(catalogue_methods(paths[i]), 0);
    }
    suite_exchange_free(route(METHOD_DELETE, "/v1/commitments", false));
}
END_TEST

START_TEST(a_path_knows_its_methods)
{
    ck_assert_uint_eq(catalogue_methods("/v1/commitments"), 1U << METHOD_GET | 1U << METHOD_POST);
    ck_assert_uint_eq(catalogue_methods("/v1/commitments/x"),
                      1U << METHOD_GET | 1U << METHOD_PATCH);
    ck_assert_uint_eq(catalogue_methods("/v1/commitments/x/submit"), 1U << METHOD_POST);
}
END_TEST

START_TEST(headers_were_understood)
{
    const struct statement *edit = catalogue_statement("commitment_edit");
    ck_assert_int_eq(edit->method, METHOD_PATCH);
    ck_assert_int_eq(edit->kind, STATEMENT_WRITE);
    ck_assert_int_eq(edit->lane, LANE_WRITE);
    ck_assert_int_eq(edit->etag, ETAG_REQUIRED);
    ck_assert_uint_eq(edit->roles, ROLE_DONOR_EDITOR);
    ck_assert_str_eq(edit->body_schema, "CommitmentPatch");
    ck_assert_uint_eq(edit->parameter_count, 2);
    ck_assert_int_eq(edit->parameters[1].type, TYPE_JSONB);
    const struct statement *report = catalogue_statement("report_group_allocation");
    ck_assert_int_eq(report->kind, STATEMENT_REPORT);
    ck_assert_str_eq(report->path, "/v1/reports/group-allocation");
    ck_assert(report->parameters[0].optional);
    ck_assert_ptr_null(catalogue_statement("nothing"));
}
END_TEST

START_TEST(what_answers_are_was_understood)
{
    const struct statement *tile = catalogue_statement("ledger_tile");
    ck_assert_uint_eq(tile->offers, 1U << FORMAT_BYTES);
    ck_assert(tile->binary && tile->tail);
    ck_assert_int_eq(tile->cache, CACHE_FOREVER);
    ck_assert_int_eq(tile->renderer, RENDER_NONE);
    const struct statement *consistency = catalogue_statement("ledger_consistency");
    ck_assert_uint_eq(consistency->offers, 1U << FORMAT_JSON | 1U << FORMAT_TEXT);
    ck_assert_int_eq(consistency->renderer, RENDER_CONSISTENCY);
    ck_assert_int_eq(consistency->cache, CACHE_CHECKED);
    ck_assert_int_eq(catalogue_statement("ledger_checkpoint")->cache, CACHE_MOMENT);
    const struct statement *report = catalogue_statement("report_portfolio");
    ck_assert_uint_eq(report->offers, REPORT_OFFERS);
    ck_assert_int_eq(report->renderer, RENDER_REPORT);
    ck_assert(!report->binary);
    const struct statement *read = catalogue_statement("commitment_read");
    ck_assert_uint_eq(read->offers, JSON_OFFERS);
    ck_assert(!read->binary && !read->tail);
}
END_TEST

START_TEST(statements_and_migrations_are_in_order)
{
    size_t count = 0;
    const struct statement *statements = catalogue_statements(&count);
    ck_assert_uint_gt(count, 50);
    for (size_t i = 1; i < count; i++)
        ck_assert_int_lt(strcmp(statements[i - 1].name, statements[i].name), 0);
    const struct page *migrations = catalogue_migrations(&count);
    ck_assert_str_eq(migrations[0].name, "0001_foundation.sql");
    for (size_t i = 1; i < count; i++)
        ck_assert_int_lt(strcmp(migrations[i - 1].name, migrations[i].name), 0);
}
END_TEST

START_TEST(pages_are_whole)
{
    const struct page *page = catalogue_page("api/problems/not-found.md");
    ck_assert_ptr_nonnull(page);
    ck_assert_mem_eq(page->bytes, "# Not found\n", 12);
    ck_assert_uint_eq(page->bytes[page->size], 0);
    ck_assert_ptr_nonnull(catalogue_page("reports/portfolio/manifest.json"));
    ck_assert_ptr_null(catalogue_page("api/problems/../../Makefile"));
    ck_assert_ptr_null(catalogue_page(""));
}
END_TEST

SUITE("catalogue", a_path_finds_its_statement_and_captures, a_tile_takes_all_that_is_left_of_a_path,
      other_paths_find_nothing, what_answers_are_was_understood, a_path_knows_its_methods,
      headers_were_understood, statements_and_migrations_are_in_order, pages_are_whole)
