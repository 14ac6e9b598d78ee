/* choice.c - the charts of a report whose columns depend on what was asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/choice.h"

#include <string.h>

enum { LIST_MAX = 16, NAME_BYTES = 40, TITLE_BYTES = 200, FLOW_STAGES = 3, VALUES_MAX = 4 };

struct list {
    char names[LIST_MAX][NAME_BYTES];
    size_t count;
};

struct choice {
    const json_t *manifest;
    json_t *charts;
    struct list dimensions;
    struct list measures;
    bool year; /* is one of the dimensions */
};

static bool is_named(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (strcmp(json_string_value(json_array_get(names, i)), name) == 0)
            return true;
    return false;
}

/* "donor,year", as far as the names are columns of the report. */
static void read_list(struct list *list, const json_t *manifest, const char *text)
{
    while (*text != '\0' && list->count < LIST_MAX) {
        const size_t length = strcspn(text, ",");
        char *name = list->names[list->count];
        if (length > 0 && length < NAME_BYTES) {
            memcpy(name, text, length);
            name[length] = '\0';
            list->count += report_column(manifest, name) < report_columns(manifest);
        }
        text += length + (text[length] == ',');
    }
}

static const char *asked(const struct report *report, const char *parameter)
{
    for (size_t i = 0; i < report->parameter_count; i++)
        if (strcmp(report->parameters[i].name, parameter) == 0)
            return report->parameters[i].value;
    return NULL;
}

/* ---------------------------------------------------------------- words */

static void add_words(char title[TITLE_BYTES], const char *words)
{
    const size_t length = strlen(title);
    const size_t more = strlen(words);
    if (length + more >= TITLE_BYTES)
        return;
    memcpy(title + length, words, more + 1);
    for (char *at = title + length; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
}

/* "Amount" */
static void begin_title(char title[TITLE_BYTES], const char *measure)
{
    title[0] = '\0';
    add_words(title, measure);
    if (title[0] >= 'a' && title[0] <= 'z')
        title[0] = (char)(title[0] - 'a' + 'A');
}

static const char *unit_of(const struct choice *choice, const char *measure)
{
    const size_t column = report_column(choice->manifest, measure);
    return report_word(json_array_get(json_object_get(choice->manifest, "columns"), column),
                       "unit");
}

/* ---------------------------------------------------------------- charts */

/* Takes the chart. */
static void add_chart(const struct choice *choice, json_t *chart)
{
    if (chart != NULL)
        (void)json_array_append_new(choice->charts, chart);
}

/* All measures that share the unit of the first, as far as a chart has room for them. */
static void add_bars(const struct choice *choice, const char *by, bool adding)
{
    const json_t *totals = json_object_get(choice->manifest, "totals");
    json_t *values = json_array();
    char title[TITLE_BYTES];
    const char *unit = NULL;
    for (size_t i = 0; i < choice->measures.count && json_array_size(values) < VALUES_MAX; i++) {
        const char *measure = choice->measures.names[i];
        if (adding && !is_named(totals, measure))
            continue;
        if (unit == NULL) {
            unit = unit_of(choice, measure);
            begin_title(title, measure);
        }
        if (strcmp(unit_of(choice, measure), unit) == 0)
            (void)json_array_append_new(values, json_string(measure));
    }
    if (json_array_size(values) == 0) {
        json_decref(values);
        return;
    }
    add_words(title, " by ");
    add_words(title, by);
    add_chart(choice, json_pack("{s:s, s:s, s:s, s:o}", "kind", "bars", "title", title, "by", by,
                                "values", values));
}

static void add_heat(const struct choice *choice, const char *rows, const char *columns,
                     const char *measure)
{
    char title[TITLE_BYTES];
    begin_title(title, measure);
    add_words(title, " by ");
    add_words(title, rows);
    add_words(title, " and ");
    add_words(title, columns);
    add_chart(choice, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "heat", "title", title, "rows",
                                rows, "columns", columns, "value", measure));
}

static void add_flow(const struct choice *choice, const struct list *through, const char *measure)
{
    json_t *stages = json_array();
    char title[TITLE_BYTES];
    begin_title(title, measure);
    for (size_t i = 0; i < through->count && i < FLOW_STAGES; i++) {
        add_words(title, i == 0 ? ", from " : " to ");
        add_words(title, through->names[i]);
        (void)json_array_append_new(stages, json_string(through->names[i]));
    }
    add_chart(choice, json_pack("{s:s, s:s, s:o, s:s}", "kind", "flow", "title", title, "through",
                                stages, "value", measure));
}

/* ---------------------------------------------------------------- the choice */

static void choose_two(const struct choice *choice)
{
    const char *one = choice->dimensions.names[0];
    const char *other = choice->dimensions.names[1];
    const bool turned = strcmp(one, "year") == 0;
    if (choice->year)
        add_bars(choice, "year", true);
    add_heat(choice, turned ? other : one, turned ? one : other, choice->measures.names[0]);
}

/* The first measure that adds up; NULL when none does. */
static const char *adding_measure(const struct choice *choice)
{
    for (size_t i = 0; i < choice->measures.count; i++)
        if (is_named(json_object_get(choice->manifest, "totals"), choice->measures.names[i]))
            return choice->measures.names[i];
    return NULL;
}

static void choose_many(const struct choice *choice)
{
    const json_t *apart = json_object_get(choice->manifest, "apart");
    const char *measure = adding_measure(choice);
    const char *side_by_side = choice->year ? "year" : NULL;
    struct list through = {.count = 0};
    for (size_t i = 0; i < choice->dimensions.count; i++) {
        const char *name = choice->dimensions.names[i];
        if (is_named(apart, name))
            side_by_side = name;
        else if (strcmp(name, "year") != 0)
            memcpy(through.names[through.count++], name, NAME_BYTES);
    }
    if (measure == NULL)
        return;
    if (choice->year)
        add_bars(choice, "year", true);
    if (through.count >= 2)
        add_flow(choice, &through, measure);
    if (through.count > 0 && side_by_side != NULL)
        add_heat(choice, through.names[0], side_by_side, measure);
}

static void choose(const struct choice *choice)
{
    if (choice->measures.count == 0 || choice->dimensions.count == 0)
        return;
    if (choice->dimensions.count == 1)
        add_bars(choice, choice->dimensions.names[0], false);
    else if (choice->dimensions.count == 2)
        choose_two(choice);
    else
        choose_many(choice);
}

json_t *choice_charts(const struct report *report)
{
    const json_t *of = json_object_get(report->manifest, "charts_of");
    struct choice choice = {.manifest = report->manifest};
    if (of == NULL)
        return NULL;
    const char *dimensions = asked(report, report_word(of, "dimensions"));
    const char *measures = asked(report, report_word(of, "measures"));
    const json_t *usual = json_object_get(of, "measures_when_absent");
    read_list(&choice.dimensions, report->manifest, dimensions != NULL ? dimensions : "");
    if (measures != NULL)
        read_list(&choice.measures, report->manifest, measures);
    for (size_t i = 0; measures == NULL && i < json_array_size(usual); i++)
        read_list(&choice.measures, report->manifest, json_string_value(json_array_get(usual, i)));
    for (size_t i = 0; i < choice.dimensions.count; i++)
        choice.year = choice.year || strcmp(choice.dimensions.names[i], "year") == 0;
    choice.charts = json_array();
    if (choice.charts != NULL)
        choose(&choice);
    return choice.charts;
}
