/* report_test.c - rows as JSON, NDJSON and CSV. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/report.h"

#include "service/suite.h"

#include <string.h>

enum { COLUMNS = 3 };

static const char *const names[COLUMNS] = {"name", "count", "amount"};

static const char *name_of(const void *source, size_t column)
{
    (void)source;
    return names[column];
}

struct record {
    const char *name;
    const char *count;
    const char *amount;
};

static const char *cell_of(const void *source, size_t row, size_t column)
{
    const struct record *record = (const struct record *)source + row;
    return column == 0 ? record->name : column == 1 ? record->count : record->amount;
}

static const char manifest_text[] =
    "{\"slug\":\"x\",\"title\":\"T\",\"definition_version\":\"1\",\"question\":\"Q?\","
    "\"method\":[\"M\"],\"null_rule\":\"N\",\"limitations\":[\"L1\",\"L2\"],\"columns\":["
    "{\"name\":\"name\",\"type\":\"text\",\"unit\":\"\",\"meaning\":\"a\"},"
    "{\"name\":\"count\",\"type\":\"integer\",\"unit\":\"\",\"meaning\":\"b\"},"
    "{\"name\":\"amount\",\"type\":\"decimal\",\"unit\":\"\",\"meaning\":\"c\"}]}";

struct run {
    struct arena *arena;
    json_t *manifest;
    struct report report;
    struct rows rows;
    struct text out;
};

static const struct field parameters[] = {{"donor", "XI-1\r\nx"}};

static struct run prepare(const struct record *cells, size_t count)
{
    struct run run = {.arena = suite_arena(), .manifest = json_loads(manifest_text, 0, NULL)};
    ck_assert_ptr_nonnull(run.manifest);
    run.report = (struct report){.manifest = run.manifest,
                                 .cells = report_cells(run.arena, run.manifest),
                                 .tree_size = "12",
                                 .bare = true};
    run.rows = (struct rows){
        .source = cells, .count = count, .columns = COLUMNS, .name = name_of, .cell = cell_of};
    run.out = text_open(run.arena, 1 << 16);
    return run;
}

static void end(struct run *run)
{
    json_decref(run->manifest);
    arena_free(run->arena);
}

START_TEST(csv_quotes_what_it_must_and_nothing_else)
{
    static const struct record cells[] = {{"plain", "1", "-2.50"},
                                          {"a,b", NULL, NULL},
                                          {"say \"x\"", "0", "0.00"},
                                          {"two\nlines", "3", "1"}};
    struct run run = prepare(cells, 4);
    ck_assert(report_write(&run.out, &report_csv, &run.report, &run.rows));
    ck_assert_str_eq(run.out.data, "name,count,amount\r\n"
                                   "plain,1,-2.50\r\n"
                                   "\"a,b\",,\r\n"
                                   "\"say \"\"x\"\"\",0,0.00\r\n"
                                   "\"two\nlines\",3,1\r\n");
    end(&run);
}
END_TEST

START_TEST(no_text_is_a_formula_and_numbers_stay_numbers)
{
    static const struct record cells[] = {
        {"=1+1", "-1", "-1.00"}, {"+a", NULL, NULL},   {"-a", NULL, NULL}, {"@a", NULL, NULL},
        {"\ta", NULL, NULL},     {"=a,b", NULL, NULL}, {"a=b", NULL, NULL}};
    struct run run = prepare(cells, 7);
    ck_assert(report_write(&run.out, &report_csv, &run.report, &run.rows));
    ck_assert_str_eq(run.out.data, "name,count,amount\r\n'=1+1,-1,-1.00\r\n'+a,,\r\n'-a,,\r\n"
                                   "'@a,,\r\n'\ta,,\r\n\"'=a,b\",,\r\na=b,,\r\n");
    end(&run);
}
END_TEST

START_TEST(notes_are_lines_of_their_own)
{
    struct run run = prepare(NULL, 0);
    run.report.bare = false;
    run.report.preface = (struct preface){.members = "\"beside\":3", .note = "beside: 3"};
    run.report.parameters = parameters;
    run.report.parameter_count = 1;
    ck_assert(report_write(&run.out, &report_csv, &run.report, &run.rows));
    ck_assert_str_eq(run.out.data,
                     "# report: x\r\n# title: T\r\n# definition version: 1\r\n# question: Q?\r\n"
                     "# tree size: 12\r\n# parameter donor: XI-1  x\r\n# method: M\r\n"
                     "# limitations: L1\r\n# limitations: L2\r\n# null: N\r\n"
                     "# beside: 3\r\nname,count,amount\r\n");
    end(&run);
}
END_TEST

START_TEST(a_byte_order_mark_comes_first_when_asked_for)
{
    struct run run = prepare(NULL, 0);
    run.report.bom = true;
    ck_assert(report_write(&run.out, &report_csv, &run.report, &run.rows));
    ck_assert_str_eq(run.out.data, "\xEF\xBB\xBFname,count,amount\r\n");
    end(&run);
}
END_TEST

START_TEST(ndjson_is_the_facts_and_then_a_row_a_line)
{
    static const struct record cells[] = {{"two\nlines", "7", "0.10"}, {NULL, NULL, NULL}};
    struct run run = prepare(cells, 2);
    run.report.preface = (struct preface){.members = "\"beside\":\n3", .note = "beside: 3"};
    ck_assert(report_write(&run.out, &report_ndjson, &run.report, &run.rows));
    char *rest = strchr(run.out.data, '\n');
    ck_assert_ptr_nonnull(rest);
    ck_assert_str_eq(rest + 1, "{\"name\":\"two\\u000alines\",\"count\":7,\"amount\":\"0.10\"}\n"
                               "{\"name\":null,\"count\":null,\"amount\":null}\n");
    *rest = '\0';
    json_t *facts = json_loads(run.out.data, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(facts, "row_count")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(facts, "beside")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(facts, "tree_size")), 12);
    json_decref(facts);
    end(&run);
}
END_TEST

START_TEST(json_is_typed_by_the_manifest)
{
    static const struct record cells[] = {{"a\"b", "7", "0.10"}, {NULL, NULL, NULL}};
    struct run run = prepare(cells, 2);
    run.report.parameters = parameters;
    run.report.parameter_count = 1;
    run.report.preface = (struct preface){.members = "\"beside\":3", .note = "beside: 3"};
    ck_assert(report_write(&run.out, &report_json, &run.report, &run.rows));
    json_t *document = json_loads(run.out.data, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(document);
    ck_assert_str_eq(json_string_value(json_object_get(document, "report")), "x");
    ck_assert_int_eq(json_integer_value(json_object_get(document, "tree_size")), 12);
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(document, "parameters"), "donor")),
        "XI-1\r\nx");
    ck_assert_int_eq(json_integer_value(json_object_get(document, "beside")), 3);
    ck_assert(
        json_equal(json_object_get(document, "columns"), json_object_get(run.manifest, "columns")));
    ck_assert_ptr_nonnull(strstr(run.out.data, "\"rows\":[{\"name\":\"a\\\"b\",\"count\":7,"
                                               "\"amount\":\"0.10\"},{\"name\":null,"
                                               "\"count\":null,\"amount\":null}]}"));
    json_decref(document);
    end(&run);
}
END_TEST

START_TEST(other_columns_than_the_manifest_s_are_refused)
{
    struct run run = prepare(NULL, 0);
    run.rows.columns = 2;
    ck_assert(!report_write(&run.out, &report_json, &run.report, &run.rows));
    ck_assert(!report_write(&run.out, &report_csv, &run.report, &run.rows));
    ck_assert(!report_write(&run.out, &report_ndjson, &run.report, &run.rows));
    run.rows.columns = COLUMNS;
    (void)json_object_set_new(json_array_get(json_object_get(run.manifest, "columns"), 1), "name",
                              json_string("other"));
    ck_assert(!report_write(&run.out, &report_json, &run.report, &run.rows));
    ck_assert_str_eq(run.out.data, "");
    end(&run);
}
END_TEST

START_TEST(what_does_not_fit_is_told)
{
    static const struct record cells[] = {{"plain", "1", "-2.50"}};
    struct run run = prepare(cells, 1);
    run.out = text_open(run.arena, 20);
    ck_assert(report_write(&run.out, &report_csv, &run.report, &run.rows));
    ck_assert(run.out.full);
    end(&run);
}
END_TEST

SUITE("report", csv_quotes_what_it_must_and_nothing_else,
      no_text_is_a_formula_and_numbers_stay_numbers, notes_are_lines_of_their_own,
      a_byte_order_mark_comes_first_when_asked_for, ndjson_is_the_facts_and_then_a_row_a_line,
      json_is_typed_by_the_manifest, other_columns_than_the_manifest_s_are_refused,
      what_does_not_fit_is_told)
