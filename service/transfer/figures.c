/* figures.c - what a page, a paper and a workbook show of a report beside its bare rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/figures.h"

#include "transfer/choice.h"

#include <stdint.h>
#include <string.h>

/* ---------------------------------------------------------------- columns */

const json_t *figures_column(const struct figures *figures, size_t column)
{
    return json_array_get(json_object_get(figures->manifest, "columns"), column);
}

bool figures_is_number(const struct figures *figures, size_t column)
{
    const char *type = report_word(figures_column(figures, column), "type");
    return strcmp(type, "integer") == 0 || strcmp(type, "decimal") == 0;
}

const struct sum *figures_sum(const struct figures *figures, const struct tally_entry *entry,
                              size_t column)
{
    for (size_t i = 0; i < figures->total_count; i++)
        if (figures->totals[i] == column)
            return &entry->sums[i];
    return NULL;
}

const char *figures_key(const struct figures *figures, const struct tally_entry *entry,
                        size_t column)
{
    const char *key = column == figures->currency ? entry->key[0] : NULL;
    for (size_t i = 0; i < figures->apart_count; i++)
        if (figures->apart[i] == column)
            key = entry->key[1 + i];
    return key;
}

const char *figures_label(const struct figures *figures, size_t column)
{
    char *label = arena_copy(figures->arena, report_word(figures_column(figures, column), "name"));
    for (char *at = label; at != NULL && *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
    return label != NULL ? label : "";
}

/* ---------------------------------------------------------------- charts of the manifest */

static bool add_key(struct chart *chart, const struct figures *figures, const json_t *name)
{
    const char *text = json_string_value(name);
    const size_t column = text != NULL ? report_column(figures->manifest, text) : figures->columns;
    if (column == figures->columns || chart->key_count == TALLY_KEYS)
        return false;
    chart->keys[chart->key_count++] = column;
    return true;
}

static bool add_value(struct chart *chart, const struct figures *figures, const json_t *name)
{
    const char *text = json_string_value(name);
    const size_t column = text != NULL ? report_column(figures->manifest, text) : figures->columns;
    if (column == figures->columns || chart->value_count == CHART_VALUES)
        return false;
    chart->values[chart->value_count++] = column;
    return true;
}

static bool read_bars(struct chart *chart, const struct figures *figures, const json_t *spec)
{
    const json_t *values = json_object_get(spec, "values");
    bool good = add_key(chart, figures, json_object_get(spec, "by")) && json_array_size(values) > 0;
    for (size_t i = 0; good && i < json_array_size(values); i++)
        good = add_value(chart, figures, json_array_get(values, i));
    return good;
}

static bool read_flow(struct chart *chart, const struct figures *figures, const json_t *spec)
{
    const json_t *through = json_object_get(spec, "through");
    bool good = json_array_size(through) >= 2;
    for (size_t i = 0; good && i < json_array_size(through); i++)
        good = add_key(chart, figures, json_array_get(through, i));
    return good && add_value(chart, figures, json_object_get(spec, "value"));
}

static bool read_heat(struct chart *chart, const struct figures *figures, const json_t *spec)
{
    return add_key(chart, figures, json_object_get(spec, "rows")) &&
           add_key(chart, figures, json_object_get(spec, "columns")) &&
           add_value(chart, figures, json_object_get(spec, "value"));
}

static bool is_key(const struct chart *chart, size_t column)
{
    for (size_t i = 0; i < chart->key_count; i++)
        if (chart->keys[i] == column)
            return true;
    return false;
}

/* What is kept apart has panels of its own, unless the chart shows it side by side: then its
   figures stand beside one another and are no parts of a whole. */
static void keep_apart(struct chart *chart, const struct figures *figures)
{
    chart->adds = true;
    for (size_t i = 0; i < figures->apart_count; i++)
        if (is_key(chart, figures->apart[i]))
            chart->adds = false;
        else
            chart->apart[chart->apart_count++] = figures->apart[i];
    for (size_t i = 0; i < chart->value_count; i++)
        chart->adds = chart->adds && figures_adds(figures, chart->values[i]);
}

/* A chart that names no such column is left out, and so is a flow of what does not add up: the rows
   are what counts. */
static void read_chart(struct figures *figures, const json_t *spec)
{
    static const struct {
        const char *name;
        bool (*read)(struct chart *chart, const struct figures *figures, const json_t *spec);
        enum chart_kind kind;
    } kinds[] = {{"bars", read_bars, CHART_BARS},
                 {"flow", read_flow, CHART_FLOW},
                 {"heat", read_heat, CHART_HEAT}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct chart chart = {.kind = kinds[i].kind,
                              .title = report_word(spec, "title"),
                              .note = report_word(spec, "note"),
                              .whole = report_word(spec, "whole"),
                              .by_column = strcmp(report_word(spec, "shade"), "columns") == 0,
                              .where = json_object_get(spec, "where")};
        if (strcmp(report_word(spec, "kind"), kinds[i].name) != 0 ||
            figures->chart_count == CHARTS_MAX || !kinds[i].read(&chart, figures, spec))
            continue;
        chart.unit = report_word(spec, "unit");
        if (chart.unit[0] == '\0')
            chart.unit = report_word(figures_column(figures, chart.values[0]), "unit");
        keep_apart(&chart, figures);
        if (chart.kind != CHART_FLOW || chart.adds)
            figures->charts[figures->chart_count++] = chart;
    }
}

/* The columns of the manifest that one of its members names, as many as there is room for. */
static size_t read_columns(const struct figures *figures, const char *member, size_t *columns,
                           size_t room)
{
    const json_t *names = json_object_get(figures->manifest, member);
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(names) && count < room; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const size_t column = name != NULL ? report_column(figures->manifest, name) : SIZE_MAX;
        if (column < figures->columns)
            columns[count++] = column;
    }
    return count;
}

static void release(void *json)
{
    json_decref(json);
}

/* Those of the manifest or, where they depend on what was asked for, those made for it. */
static const json_t *find_charts(struct figures *figures, const struct report *report)
{
    json_t *charts = choice_charts(report);
    if (charts == NULL)
        return json_object_get(report->manifest, "charts");
    return arena_defer(figures->arena, release, charts) ? charts : NULL;
}

struct figures *figures_open(struct arena *arena, const struct report *report)
{
    const json_t *manifest = report->manifest;
    struct figures *figures = arena_alloc(arena, sizeof *figures);
    if (figures == NULL)
        return NULL;
    *figures = (struct figures){.arena = arena,
                                .manifest = manifest,
                                .columns = report_columns(manifest),
                                .currency = report_column(manifest, "currency"),
                                .summed = json_object_get(manifest, "totals_where")};
    figures->keep = FIGURES_KEPT;
    figures->rows = arena_alloc(arena, FIGURES_KEPT * sizeof figures->rows[0]);
    figures->total_count = read_columns(figures, "totals", figures->totals, TOTALS_MAX);
    figures->apart_count = read_columns(figures, "apart", figures->apart, APART_MAX);
    const json_t *charts = find_charts(figures, report);
    for (size_t i = 0; i < json_array_size(charts); i++)
        read_chart(figures, json_array_get(charts, i));
    figures->sums = tally_make(arena, 1 + figures->apart_count, figures->total_count);
    return figures->rows != NULL ? figures : NULL;
}

bool figures_keep(struct figures *figures, size_t rows)
{
    figures->rows = arena_alloc(figures->arena, rows * sizeof figures->rows[0]);
    figures->keep = figures->rows != NULL ? rows : 0;
    return figures->rows != NULL;
}

void figures_stream(struct figures *figures)
{
    figures->most = FIGURES_MANY;
    figures->keep = 0;
}

bool figures_adds(const struct figures *figures, size_t column)
{
    for (size_t i = 0; i < figures->total_count; i++)
        if (figures->totals[i] == column)
            return true;
    return false;
}

/* ---------------------------------------------------------------- rows */

static bool is_same(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* JSON's null is the value of an empty cell. */
static bool is_one_of(const json_t *values, const char *cell)
{
    if (!json_is_array(values))
        return is_same(json_string_value(values), cell);
    for (size_t i = 0; i < json_array_size(values); i++)
        if (is_same(json_string_value(json_array_get(values, i)), cell))
            return true;
    return false;
}

static bool is_in(const struct figures *figures, const json_t *where, const char *const *cells)
{
    const json_t *columns = json_object_get(figures->manifest, "columns");
    for (size_t i = 0; where != NULL && i < figures->columns; i++) {
        const json_t *values =
            json_object_get(where, report_word(json_array_get(columns, i), "name"));
        if (values != NULL && !is_one_of(values, cells[i]))
            return false;
    }
    return true;
}

static const char *currency_of(const struct figures *figures, const char *const *cells)
{
    return figures->currency < figures->columns ? cells[figures->currency] : NULL;
}

static bool is_panel(const struct panel *panel, const struct chart *chart, const char *currency,
                     const char *const *cells)
{
    bool same = is_same(panel->currency, currency);
    for (size_t i = 0; same && i < chart->apart_count; i++)
        same = is_same(panel->apart[i], cells[chart->apart[i]]);
    return same;
}

static struct panel *make_panel(struct figures *figures, const struct chart *chart,
                                const char *currency, const char *const *cells)
{
    struct panel *panel = arena_alloc(figures->arena, sizeof *panel);
    if (panel == NULL)
        return NULL;
    panel->currency = currency != NULL ? arena_copy(figures->arena, currency) : NULL;
    for (size_t i = 0; i < chart->apart_count; i++) {
        const char *cell = cells[chart->apart[i]];
        panel->apart[i] = cell != NULL ? arena_copy(figures->arena, cell) : NULL;
    }
    panel->tally = tally_make(figures->arena, chart->key_count, chart->value_count);
    return panel;
}

/* The panel that the row belongs to, with one more row: before those that have fewer now. */
static struct panel *find_panel(struct figures *figures, struct chart *chart,
                                const char *const *cells)
{
    const char *currency = currency_of(figures, cells);
    struct panel **first = &chart->panels; /* of those with as many rows as *at */
    struct panel **at = &chart->panels;
    for (; *at != NULL && !is_panel(*at, chart, currency, cells); at = &(*at)->next)
        if ((*at)->next != NULL && (*at)->next->rows < (*at)->rows)
            first = &(*at)->next;
    struct panel *panel = *at != NULL ? *at : make_panel(figures, chart, currency, cells);
    if (panel == NULL)
        return NULL;
    *at = panel;
    panel->rows++;
    if (first != at && (*first)->rows < panel->rows) {
        *at = panel->next;
        panel->next = *first;
        *first = panel;
    }
    return panel;
}

/* Adds one cell to a figure; what does not add up is there once, or it is no figure. */
static void take_value(const struct figures *figures, const struct chart *chart,
                       const struct tally_entry *entry, size_t value, const char *cell)
{
    sum_add(&entry->sums[value], cell);
    if (entry->rows > 0 && !figures_adds(figures, chart->values[value]))
        entry->sums[value].broken = true;
}

static bool take_chart(struct figures *figures, struct chart *chart, const char *const *cells)
{
    const char *key[TALLY_KEYS] = {NULL};
    if (chart->many || !is_in(figures, chart->where, cells))
        return true;
    struct panel *panel = find_panel(figures, chart, cells);
    if (panel == NULL)
        return false;
    for (size_t i = 0; i < chart->key_count; i++)
        key[i] = cells[chart->keys[i]];
    if (figures->most > 0 && panel->tally.count == figures->most &&
        tally_get(&panel->tally, key) == NULL) {
        chart->many = true;
        chart->panels = NULL;
        return true;
    }
    struct tally_entry *entry = tally_find(&panel->tally, key);
    for (size_t i = 0; entry != NULL && i < chart->value_count; i++)
        take_value(figures, chart, entry, i, cells[chart->values[i]]);
    if (entry != NULL)
        entry->rows++;
    return entry != NULL;
}

static bool take_totals(struct figures *figures, const char *const *cells)
{
    const char *key[TALLY_KEYS] = {currency_of(figures, cells)};
    if (figures->total_count == 0 || !is_in(figures, figures->summed, cells))
        return true;
    for (size_t i = 0; i < figures->apart_count; i++)
        key[1 + i] = cells[figures->apart[i]];
    struct tally_entry *entry = tally_find(&figures->sums, key);
    for (size_t i = 0; entry != NULL && i < figures->total_count; i++)
        sum_add(&entry->sums[i], cells[figures->totals[i]]);
    return entry != NULL;
}

static bool keep(struct figures *figures, const char *const *cells)
{
    const char **row = arena_alloc(figures->arena, (figures->columns + 1) * sizeof *row);
    if (row == NULL)
        return false;
    for (size_t i = 0; i < figures->columns; i++) {
        row[i] = cells[i] != NULL ? arena_copy(figures->arena, cells[i]) : NULL;
        if (cells[i] != NULL && row[i] == NULL)
            return false;
    }
    figures->rows[figures->kept++] = row;
    return true;
}

bool figures_take(struct figures *figures, const char *const *cells)
{
    bool taken = figures->row_count >= figures->keep || keep(figures, cells);
    figures->row_count++;
    for (size_t i = 0; taken && i < figures->chart_count; i++)
        taken = take_chart(figures, &figures->charts[i], cells);
    return taken && take_totals(figures, cells);
}
