/* figures.c - what a page, a paper and a workbook show of a report beside its bare rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/figures.h"

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

/* A chart that names no such column is left out: the rows are what counts. */
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
                              .where = json_object_get(spec, "where")};
        if (strcmp(report_word(spec, "kind"), kinds[i].name) == 0 &&
            figures->chart_count < CHARTS_MAX && kinds[i].read(&chart, figures, spec))
            figures->charts[figures->chart_count++] = chart;
    }
}

struct figures *figures_open(struct arena *arena, const json_t *manifest)
{
    struct figures *figures = arena_alloc(arena, sizeof *figures);
    if (figures == NULL)
        return NULL;
    *figures = (struct figures){.arena = arena,
                                .manifest = manifest,
                                .columns = report_columns(manifest),
                                .currency = report_column(manifest, "currency")};
    figures->keep = FIGURES_KEPT;
    figures->rows = arena_alloc(arena, FIGURES_KEPT * sizeof figures->rows[0]);
    const json_t *charts = json_object_get(manifest, "charts");
    for (size_t i = 0; i < json_array_size(charts); i++)
        read_chart(figures, json_array_get(charts, i));
    const json_t *totals = json_object_get(manifest, "totals");
    for (size_t i = 0; i < json_array_size(totals) && figures->total_count < TOTALS_MAX; i++) {
        const char *name = json_string_value(json_array_get(totals, i));
        const size_t column = name != NULL ? report_column(manifest, name) : figures->columns;
        if (column < figures->columns)
            figures->totals[figures->total_count++] = column;
    }
    figures->sums = tally_make(arena, 1, figures->total_count);
    return figures->rows != NULL ? figures : NULL;
}

void figures_stream(struct figures *figures)
{
    size_t bars = 0;
    for (size_t i = 0; i < figures->chart_count; i++)
        if (figures->charts[i].kind == CHART_BARS)
            figures->charts[bars++] = figures->charts[i];
    figures->chart_count = bars;
    figures->keep = 0;
}

/* ---------------------------------------------------------------- rows */

static bool is_one_of(const json_t *values, const char *cell)
{
    if (json_is_string(values))
        return strcmp(json_string_value(values), cell) == 0;
    for (size_t i = 0; i < json_array_size(values); i++)
        if (strcmp(json_string_value(json_array_get(values, i)), cell) == 0)
            return true;
    return false;
}

static bool is_in(const struct figures *figures, const struct chart *chart,
                  const char *const *cells)
{
    const json_t *columns = json_object_get(figures->manifest, "columns");
    for (size_t i = 0; chart->where != NULL && i < figures->columns; i++) {
        const json_t *values =
            json_object_get(chart->where, report_word(json_array_get(columns, i), "name"));
        if (values != NULL && (cells[i] == NULL || !is_one_of(values, cells[i])))
            return false;
    }
    return true;
}

static struct panel *find_panel(struct figures *figures, struct chart *chart, const char *currency)
{
    struct panel **at = &chart->panels;
    for (; *at != NULL; at = &(*at)->next) {
        const char *known = (*at)->currency;
        if (known == currency ||
            (known != NULL && currency != NULL && strcmp(known, currency) == 0))
            return *at;
    }
    struct panel *panel = arena_alloc(figures->arena, sizeof *panel);
    if (panel == NULL)
        return NULL;
    panel->currency = currency != NULL ? arena_copy(figures->arena, currency) : NULL;
    panel->tally = tally_make(figures->arena, chart->key_count, chart->value_count);
    *at = panel;
    return panel;
}

static bool take_chart(struct figures *figures, struct chart *chart, const char *const *cells)
{
    const char *currency = figures->currency < figures->columns ? cells[figures->currency] : NULL;
    const char *key[TALLY_KEYS] = {NULL};
    if (!is_in(figures, chart, cells))
        return true;
    struct panel *panel = find_panel(figures, chart, currency);
    for (size_t i = 0; i < chart->key_count; i++)
        key[i] = cells[chart->keys[i]];
    struct tally_entry *entry = panel != NULL ? tally_find(&panel->tally, key) : NULL;
    for (size_t i = 0; entry != NULL && i < chart->value_count; i++)
        sum_add(&entry->sums[i], cells[chart->values[i]]);
    return entry != NULL;
}

static bool take_totals(struct figures *figures, const char *const *cells)
{
    const char *key[TALLY_KEYS] = {figures->currency < figures->columns ? cells[figures->currency]
                                                                        : NULL};
    if (figures->total_count == 0)
        return true;
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
