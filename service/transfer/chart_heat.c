/* chart_heat.c - a grid of numbers, the darker the larger. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MAX = 24,
    COLUMNS_MAX = 24,
    NAMES_LEAST = 600, /* wide, for those of the rows */
    NAMES_MOST_IN = 3, /* at most a third of all */
    CELL = 360,        /* the least width of one */
    CELL_HEIGHT = 260,
    WORDS = 900, /* a cell as wide as this has "1.23 million" */
    STEPS = 5,
    POINTER_BYTES = sizeof(void *)
};

/* The names of the rows or of the columns, and their sums, by which a grid that is too large is cut
   to the largest. */
struct side {
    const struct tally_entry **names; /* "rows" says how many figures each has */
    size_t count;
    size_t folded; /* how many the last of them stands for; 0 when it is one itself */
    size_t rest;   /* how many have no place at all */
};

struct grid {
    const struct drawing *drawing;
    struct side rows;
    struct side columns;
    struct tally cells; /* by the names of both sides */
    int names;          /* where the cells begin */
    int cell;
    size_t in_block; /* columns beside one another; further ones are below */
    bool stepped;    /* they are long: each has a line */
    struct decimal whole;
    bool has_unknown;
    bool has_empty;
};

/* ---------------------------------------------------------------- sides */

static int compare_names(const void *a, const void *b)
{
    const struct tally_entry *const *left = a;
    const struct tally_entry *const *right = b;
    const size_t lengths[] = {strlen((*left)->key[0]), strlen((*right)->key[0])};
    if (lengths[0] != lengths[1])
        return lengths[0] < lengths[1] ? -1 : 1;
    return strcmp((*left)->key[0], (*right)->key[0]);
}

/* Those of which the most is known first; else as they came. */
static int compare_known(const void *a, const void *b)
{
    const struct tally_entry *const *left = a;
    const struct tally_entry *const *right = b;
    if ((*left)->rows != (*right)->rows)
        return (*left)->rows > (*right)->rows ? -1 : 1;
    return *left < *right ? -1 : *left > *right;
}

static int compare_places(const void *a, const void *b)
{
    const struct tally_entry *const *left = a;
    const struct tally_entry *const *right = b;
    return *left < *right ? -1 : *left > *right;
}

/* Leaves the largest, and everything else together; or, where nothing adds up, those of which the
   most is known. */
static void cut_side(const struct drawing *drawing, struct side *side, size_t most)
{
    const size_t before = side->count;
    if (before <= most + 1)
        return;
    if (drawing->chart->adds) {
        side->rest = chart_fold(drawing, &side->names, &side->count, most);
        side->folded = side->rest == 0 ? before - most : 0;
        return;
    }
    qsort(side->names, before, POINTER_BYTES, compare_known);
    qsort(side->names, most, POINTER_BYTES, compare_places);
    side->count = most;
    side->rest = before - most;
}

/* The keys of a side, in the order in which they come. */
static struct tally *gather_names(const struct drawing *drawing, size_t key)
{
    struct tally *names = arena_alloc(drawing->figures->arena, sizeof *names);
    if (names == NULL)
        return NULL;
    *names = tally_make(drawing->figures->arena, 1, 1);
    for (size_t i = 0; i < drawing->count; i++) {
        const struct sum *sum = &drawing->entries[i]->sums[0];
        const char *name[TALLY_KEYS] = {chart_key(drawing->entries[i]->key[key])};
        struct tally_entry *entry = tally_find(names, name);
        if (entry == NULL)
            return NULL;
        entry->rows += chart_is_known(sum);
        sum_join(&entry->sums[0], sum);
    }
    return names;
}

/* Years are in the order of time. */
static struct side make_side(const struct drawing *drawing, size_t key, size_t most)
{
    const json_t *column = figures_column(drawing->figures, drawing->chart->keys[key]);
    const struct tally *names = gather_names(drawing, key);
    struct side side = {.count = 0};
    if (names == NULL)
        return side;
    side.names = arena_alloc(drawing->figures->arena, (names->count + 1) * POINTER_BYTES);
    if (side.names == NULL)
        return side;
    for (; side.count < names->count; side.count++)
        side.names[side.count] = &names->entries[side.count];
    cut_side(drawing, &side, most);
    if (strcmp(report_word(column, "type"), "integer") == 0)
        qsort(side.names, side.count - (side.folded > 0), POINTER_BYTES, compare_names);
    return side;
}

/* The name under which a key is in the grid; NULL when it is not. */
static const char *place_of(const struct side *side, const char *key)
{
    const size_t own = side->count - (side->folded > 0);
    for (size_t i = 0; i < own; i++)
        if (strcmp(side->names[i]->key[0], chart_key(key)) == 0)
            return side->names[i]->key[0];
    return side->folded > 0 ? side->names[own]->key[0] : NULL;
}

static void gather(struct grid *grid)
{
    const struct drawing *drawing = grid->drawing;
    grid->rows = make_side(drawing, 0, ROWS_MAX);
    grid->columns = make_side(drawing, 1, COLUMNS_MAX);
    grid->cells = tally_make(drawing->figures->arena, 2, 1);
    for (size_t i = 0; i < drawing->count; i++) {
        const struct tally_entry *entry = drawing->entries[i];
        const char *key[TALLY_KEYS] = {place_of(&grid->rows, entry->key[0]),
                                       place_of(&grid->columns, entry->key[1])};
        struct tally_entry *cell =
            key[0] != NULL && key[1] != NULL ? tally_find(&grid->cells, key) : NULL;
        if (cell != NULL)
            sum_join(&cell->sums[0], &entry->sums[0]);
    }
    grid->has_empty = grid->cells.count < grid->rows.count * grid->columns.count;
    for (size_t i = 0; i < grid->cells.count; i++)
        grid->has_unknown = grid->has_unknown || !chart_is_known(&grid->cells.entries[i].sums[0]);
}

/* ---------------------------------------------------------------- measures */

/* What the manifest says; else percents are of a hundred, and the largest figure is the whole: of
   this column, or of all when there is none. */
static struct decimal whole_of(const struct grid *grid, const char *column)
{
    const struct chart *chart = grid->drawing->chart;
    const char *said = chart->whole[0] != '\0'               ? chart->whole
                       : strcmp(chart->unit, "percent") == 0 ? "100"
                                                             : "";
    struct decimal whole;
    if (decimal_parse(said, &whole))
        return whole;
    whole = (struct decimal){.negative = false};
    for (size_t i = 0; i < grid->cells.count; i++) {
        const struct tally_entry *cell = &grid->cells.entries[i];
        if ((column == NULL || strcmp(cell->key[1], column) == 0) &&
            decimal_compare(&cell->sums[0].value, &whole) > 0)
            whole = cell->sums[0].value;
    }
    return whole;
}

static int widest_of(const struct side *side)
{
    int widest = 0;
    for (size_t i = 0; i < side->count; i++) {
        const int width = chart_width(side->names[i]->key[0]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t block_count(const struct grid *grid)
{
    const size_t columns = grid->columns.count > 0 ? grid->columns.count : 1;
    return (columns + grid->in_block - 1) / grid->in_block;
}

static void measure(struct grid *grid)
{
    const struct drawing *drawing = grid->drawing;
    const int most = drawing->width / NAMES_MOST_IN;
    grid->names = widest_of(&grid->rows) + 100;
    grid->names = grid->names > most ? most : grid->names;
    grid->names = grid->names < NAMES_LEAST ? NAMES_LEAST : grid->names;
    grid->in_block = (size_t)((drawing->width - grid->names) / CELL);
    if (grid->in_block > grid->columns.count)
        grid->in_block = grid->columns.count > 0 ? grid->columns.count : 1;
    /* As many columns in each block, so that the last is not of one alone. */
    grid->in_block = (grid->columns.count + block_count(grid) - 1) / block_count(grid);
    grid->in_block = grid->in_block > 0 ? grid->in_block : 1;
    grid->cell = (drawing->width - grid->names) / (int)grid->in_block;
    grid->cell = grid->cell > 3 * CELL ? 3 * CELL : grid->cell;
    grid->stepped = widest_of(&grid->columns) > grid->cell - 20;
    grid->whole = whole_of(grid, NULL);
}

static size_t columns_in(const struct grid *grid, size_t block)
{
    const size_t left = grid->columns.count - block * grid->in_block;
    return left < grid->in_block ? left : grid->in_block;
}

/* Of the columns' names. */
static int head_height(const struct grid *grid, size_t block)
{
    return (grid->stepped ? (int)columns_in(grid, block) : 1) * LINE + 20;
}

/* Where a block begins or, after the last one, where all end. */
static int block_top(const struct grid *grid, size_t block)
{
    int top = 0;
    for (size_t i = 0; i < block; i++)
        top += head_height(grid, i) + (int)grid->rows.count * CELL_HEIGHT + 60;
    return top;
}

/* ---------------------------------------------------------------- drawing */

/* Long names go up in steps, each ending over its column, so that none runs into another. "cells"
   is where those of the block begin. */
static void draw_column_name(const struct grid *grid, size_t at, size_t in_block, int cells)
{
    const struct drawing *drawing = grid->drawing;
    const struct canvas *canvas = drawing->canvas;
    const int middle = grid->names + (int)in_block * grid->cell + grid->cell / 2;
    const int base = cells - 80 - (grid->stepped ? (int)in_block * LINE : 0);
    const struct label label = {.x = grid->stepped ? middle + 40 : middle,
                                .y = base,
                                .anchor = grid->stepped ? ANCHOR_END : ANCHOR_MIDDLE,
                                .text =
                                    chart_shorten(drawing->figures, grid->columns.names[at]->key[0],
                                                  grid->stepped ? middle : grid->cell - 20)};
    const struct box leader = {middle, base + 30, 0, cells - base - 30};
    canvas->label(canvas->to, &label);
    if (grid->stepped)
        canvas->line(canvas->to, &leader, false);
}

static void draw_row_names(const struct grid *grid, int cells)
{
    const struct drawing *drawing = grid->drawing;
    for (size_t i = 0; i < grid->rows.count; i++) {
        const struct label label = {
            .x = 0,
            .y = cells + (int)i * CELL_HEIGHT + 170,
            .text = chart_shorten(drawing->figures, grid->rows.names[i]->key[0], grid->names - 60)};
        drawing->canvas->label(drawing->canvas->to, &label);
    }
}

static enum paint shade_of(const struct grid *grid, const struct sum *sum, const char *column)
{
    const struct decimal whole =
        grid->drawing->chart->by_column ? whole_of(grid, column) : grid->whole;
    const int step = sum->value.negative ? 0 : decimal_measure(&sum->value, &whole, STEPS);
    return (enum paint)(PAINT_HEAT_0 + (step == STEPS ? STEPS - 1 : step));
}

/* Hatched is what is not known; a frame alone, what no row is about. */
static void draw_cell(const struct grid *grid, const struct box *box, const char *row,
                      const char *column)
{
    const struct drawing *drawing = grid->drawing;
    const struct canvas *canvas = drawing->canvas;
    const char *key[TALLY_KEYS] = {row, column};
    const struct tally_entry *cell = tally_get(&grid->cells, key);
    const bool known = cell != NULL && chart_is_known(&cell->sums[0]);
    const int room = box->width < WORDS ? 0 : box->width; /* all cells alike */
    const struct label label = {
        .x = box->x + box->width / 2,
        .y = box->y + 165,
        .anchor = ANCHOR_MIDDLE,
        .text = known
                    ? chart_shorten(drawing->figures,
                                    chart_tiny(drawing->figures, &cell->sums[0], room), box->width)
                    : "?"};
    canvas->box(canvas->to, box,
                known          ? shade_of(grid, &cell->sums[0], column)
                : cell != NULL ? PAINT_UNKNOWN
                               : PAINT_HEAT_0);
    if (known)
        canvas->label(canvas->to, &label);
}

static void draw_block(const struct grid *grid, size_t block)
{
    const size_t first = block * grid->in_block;
    const int cells = block_top(grid, block) + head_height(grid, block);
    draw_row_names(grid, cells);
    for (size_t c = 0; c < columns_in(grid, block); c++) {
        draw_column_name(grid, first + c, c, cells);
        for (size_t r = 0; r < grid->rows.count; r++) {
            const struct box box = {grid->names + (int)c * grid->cell + 10,
                                    cells + (int)r * CELL_HEIGHT + 10, grid->cell - 20,
                                    CELL_HEIGHT - 20};
            draw_cell(grid, &box, grid->rows.names[r]->key[0],
                      grid->columns.names[first + c]->key[0]);
        }
    }
}

/* What the cells without a number are; how much it took of the height. */
static int draw_key(const struct grid *grid, const struct canvas *canvas, int y)
{
    const struct {
        bool there;
        enum paint paint;
        const char *text;
    } keys[] = {{grid->has_unknown, PAINT_UNKNOWN, "not known"},
                {grid->has_empty, PAINT_HEAT_0, "no such row"}};
    int x = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct box box = {x, y + 10, CELL / 2, LINE - 40};
        const struct label label = {
            .x = x + CELL / 2 + 60, .y = y + ASCENT, .voice = VOICE_SOFT, .text = keys[i].text};
        if (!keys[i].there)
            continue;
        if (canvas != NULL) {
            canvas->box(canvas->to, &box, keys[i].paint);
            canvas->label(canvas->to, &label);
        }
        x = label.x + chart_width(label.text) + 150;
    }
    return x > 0 ? LINE : 0;
}

void chart_draw_heat(const struct drawing *drawing)
{
    const struct canvas *canvas = drawing->canvas;
    struct grid *grid = arena_alloc(drawing->figures->arena, sizeof *grid);
    if (grid == NULL)
        return;
    grid->drawing = drawing;
    gather(grid);
    measure(grid);
    const int bottom = block_top(grid, block_count(grid));
    const int key = draw_key(grid, NULL, bottom);
    const size_t rest = grid->rows.rest + grid->columns.rest;
    canvas->open(canvas->to, drawing->width, bottom + key + (rest > 0 ? LINE : 0), drawing->title,
                 drawing->description);
    for (size_t i = 0; i < block_count(grid); i++)
        draw_block(grid, i);
    (void)draw_key(grid, canvas, bottom);
    (void)chart_tell_rest(drawing, rest, "rows and columns ", bottom + key);
    canvas->close(canvas->to);
}
