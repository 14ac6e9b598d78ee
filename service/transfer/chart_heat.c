/* chart_heat.c - a grid of numbers, the darker the larger. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"

#include <string.h>

enum {
    ROWS_MAX = 24,
    COLUMNS_MAX = 14,
    NAMES = 1300, /* wide, for those of the rows */
    CELL = 360,   /* the least width of one */
    CELL_HEIGHT = 260,
    STEPS = 5
};

struct grid {
    const struct drawing *drawing;
    const char *rows[ROWS_MAX];
    const char *columns[COLUMNS_MAX];
    size_t row_count;
    size_t column_count;
    size_t column_room;
    size_t rest; /* cells that are not in it */
    int cell;
    struct decimal whole;
};

/* Its place, after it was added when there is room; `most` when there is none. */
static size_t place_of(const char **names, size_t *count, size_t most, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if (*count == most)
        return most;
    names[(*count)++] = name;
    return *count - 1;
}

/* Percents are of a hundred; else the largest is the whole. */
static struct decimal whole_of(const struct drawing *drawing)
{
    struct decimal whole;
    const char *unit =
        report_word(figures_column(drawing->figures, drawing->chart->values[0]), "unit");
    if (strcmp(unit, "percent") == 0 && decimal_parse("100", &whole))
        return whole;
    whole = (struct decimal){.negative = false};
    for (size_t i = 0; i < drawing->count; i++)
        if (decimal_compare(&drawing->entries[i]->sums[0].value, &whole) > 0)
            whole = drawing->entries[i]->sums[0].value;
    return whole;
}

static void gather(struct grid *grid)
{
    const struct drawing *drawing = grid->drawing;
    for (size_t i = 0; i < drawing->count; i++) {
        const struct tally_entry *entry = drawing->entries[i];
        const size_t row =
            place_of(grid->rows, &grid->row_count, ROWS_MAX, chart_key(entry->key[0]));
        const size_t column = place_of(grid->columns, &grid->column_count, grid->column_room,
                                       chart_key(entry->key[1]));
        grid->rest += row == ROWS_MAX || column == grid->column_room;
    }
    grid->cell = (drawing->width - NAMES) / (grid->column_count > 0 ? (int)grid->column_count : 1);
    grid->cell = grid->cell > 2 * CELL ? 2 * CELL : grid->cell;
}

static void draw_names(const struct grid *grid)
{
    const struct drawing *drawing = grid->drawing;
    const struct canvas *canvas = drawing->canvas;
    for (size_t i = 0; i < grid->column_count; i++) {
        const struct label label = {
            .x = NAMES + (int)i * grid->cell + grid->cell / 2,
            .y = ASCENT,
            .anchor = ANCHOR_MIDDLE,
            .text = chart_shorten(drawing->figures, grid->columns[i], grid->cell - 20)};
        canvas->label(canvas->to, &label);
    }
    for (size_t i = 0; i < grid->row_count; i++) {
        const struct label label = {.x = 0,
                                    .y = LINE + (int)i * CELL_HEIGHT + 170,
                                    .text =
                                        chart_shorten(drawing->figures, grid->rows[i], NAMES - 60)};
        canvas->label(canvas->to, &label);
    }
}

static void draw_cell(const struct grid *grid, const struct tally_entry *entry, size_t row,
                      size_t column)
{
    const struct canvas *canvas = grid->drawing->canvas;
    const struct sum *sum = &entry->sums[0];
    const bool known = chart_is_known(sum);
    const int step = decimal_measure(&sum->value, &grid->whole, STEPS);
    const struct box box = {NAMES + (int)column * grid->cell + 10,
                            LINE + (int)row * CELL_HEIGHT + 10, grid->cell - 20, CELL_HEIGHT - 20};
    const struct label label = {
        .x = box.x + box.width / 2,
        .y = box.y + 165,
        .anchor = ANCHOR_MIDDLE,
        .text = known ? chart_shorten(grid->drawing->figures,
                                      chart_short(grid->drawing->figures, sum), grid->cell)
                      : "–"};
    canvas->box(canvas->to, &box,
                known ? (enum paint)(PAINT_HEAT_0 + (step == STEPS ? STEPS - 1 : step))
                      : PAINT_UNKNOWN);
    canvas->label(canvas->to, &label);
}

void chart_draw_heat(const struct drawing *drawing)
{
    const struct canvas *canvas = drawing->canvas;
    const size_t room = (size_t)((drawing->width - NAMES) / CELL);
    struct grid grid = {.drawing = drawing,
                        .whole = whole_of(drawing),
                        .column_room = room < COLUMNS_MAX ? room : COLUMNS_MAX};
    gather(&grid);
    const int bottom = LINE + (int)grid.row_count * CELL_HEIGHT + 40;
    canvas->open(canvas->to, drawing->width, bottom + (grid.rest > 0 ? LINE : 0), drawing->title,
                 drawing->description);
    draw_names(&grid);
    for (size_t i = 0; i < drawing->count; i++) {
        const struct tally_entry *entry = drawing->entries[i];
        const size_t row =
            place_of(grid.rows, &grid.row_count, grid.row_count, chart_key(entry->key[0]));
        const size_t column =
            place_of(grid.columns, &grid.column_count, grid.column_count, chart_key(entry->key[1]));
        if (row < grid.row_count && column < grid.column_count)
            draw_cell(&grid, entry, row, column);
    }
    (void)chart_tell_rest(drawing, grid.rest, bottom);
    canvas->close(canvas->to);
}
