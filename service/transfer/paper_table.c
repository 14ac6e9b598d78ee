/* paper_table.c - tables on paper: columns as wide as they need, none cut, over as many pages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/paper_parts.h"

#include <assert.h>
#include <string.h>

enum {
    PAD = 42,         /* on each side of a cell */
    PAD_TOP = 26,     /* above and below */
    TEXT_MOST = 2600, /* a column of text is no wider, */
    TEXT_LEAST = 420, /* nor narrower than this when it breaks its lines */
    WORD_MOST = 1150, /* a longer word is broken */
    WORD_BYTES = 200,
    CELL_MOST = 2600, /* high; what is longer is cut, and that is told */
    CELL_BYTES = 8000,
    KEYS_PERCENT = 45, /* of the width, for columns that are repeated */
    BEGIN_LEAST = 1500 /* room below which a table begins on the next page */
};

struct column {
    int natural; /* width on one line */
    int least;
    int width;
};

/* Columns that stand beside each other. */
struct group {
    size_t *columns;
    size_t count;
    int head; /* height */
};

struct paper_plan {
    const struct paper_table *table;
    struct column *columns;
    struct group *groups;
    size_t group_count;
    size_t keys;
    bool wide;
    int counter; /* width of the rows' numbers; 0: they have none */
    int *heights;
    size_t cut;
};

/* ---------------------------------------------------------------- cells */

static bool is_number(const struct paper_plan *plan, size_t column)
{
    return plan->table->is_number(plan->table->owner, column);
}

static const char *head_of(const struct paper_plan *plan, size_t column)
{
    return plan->table->head(plan->table->owner, column);
}

/* What is longer is higher than any cell, and cut in any case. */
static const char *cell_of(const struct paper *paper, const struct paper_plan *plan, size_t row,
                           size_t column)
{
    const char *cell = plan->table->cell(plan->table->owner, row, column);
    size_t length = cell != NULL ? strnlen(cell, CELL_BYTES + 1) : 0;
    if (length <= CELL_BYTES)
        return cell;
    while (length > 0 && ((unsigned char)cell[length] & 0xc0) == 0x80)
        length--;
    const char *cut = arena_copy_bytes(paper->arena, cell, length);
    return cut != NULL ? cut : "";
}

static size_t row_count(const struct paper_plan *plan)
{
    return plan->table->rows + plan->table->sums;
}

static enum ink_voice voice_of(const struct paper_plan *plan, size_t row)
{
    return row < plan->table->rows ? INK_CELL : INK_CELL_STRONG;
}

/* ---------------------------------------------------------------- widths */

static int most(int one, int other)
{
    return one > other ? one : other;
}

/* The width of the longest word, or WORD_MOST. Identifiers are words, whatever hyphens they have.
 */
static int longest_word(struct paper *paper, enum ink_voice voice, const char *text)
{
    assert(text != NULL);
    char word[WORD_BYTES];
    int longest = 0;
    while (*text != '\0') {
        const size_t length = strcspn(text, " \n");
        if (length >= sizeof word)
            return WORD_MOST;
        memcpy(word, text, length);
        word[length] = '\0';
        longest = most(longest, ink_width(paper->ink, voice, word));
        text += length + (text[length] != '\0');
    }
    return longest < WORD_MOST ? longest : WORD_MOST;
}

static void see_cell(struct paper *paper, const struct paper_plan *plan, size_t row, size_t at)
{
    struct column *column = &plan->columns[at];
    const char *cell = cell_of(paper, plan, row, at);
    const enum ink_voice voice = voice_of(plan, row);
    const int width = cell != NULL ? ink_width(paper->ink, voice, cell) : 0;
    if (width <= column->least)
        return;
    column->natural = most(column->natural, width);
    if (is_number(plan, at))
        column->least = width;
    else
        column->least = most(column->least, longest_word(paper, voice, cell));
}

static void see_columns(struct paper *paper, const struct paper_plan *plan)
{
    for (size_t i = 0; i < plan->table->columns; i++) {
        struct column *column = &plan->columns[i];
        column->least = longest_word(paper, INK_CELL_STRONG, head_of(plan, i));
        column->natural = column->least;
        for (size_t row = 0; row < row_count(plan); row++)
            see_cell(paper, plan, row, i);
        if (!is_number(plan, i) && column->natural > TEXT_MOST)
            column->natural = TEXT_MOST;
        if (!is_number(plan, i) && column->natural > column->least)
            column->least =
                most(column->least, column->natural < TEXT_LEAST ? column->natural : TEXT_LEAST);
        column->natural = most(column->natural, column->least) + 2 * PAD + 2;
        column->least += 2 * PAD + 2;
    }
}

/* ---------------------------------------------------------------- groups */

static int room_of(const struct paper_plan *plan)
{
    return (plan->wide ? PAPER_LONG : PAPER_SHORT) - 2 * PAPER_MARGIN - plan->counter;
}

static int sum_least(const struct paper_plan *plan, const struct group *group)
{
    int sum = 0;
    for (size_t i = 0; i < group->count; i++)
        sum += plan->columns[group->columns[i]].least;
    return sum;
}

static int sum_natural(const struct paper_plan *plan, const struct group *group)
{
    int sum = 0;
    for (size_t i = 0; i < group->count; i++)
        sum += plan->columns[group->columns[i]].natural;
    return sum;
}

/* A new group, which begins with the columns that are repeated. */
static struct group *begin_group(struct paper *paper, struct paper_plan *plan)
{
    struct group *group = &plan->groups[plan->group_count];
    group->columns = arena_alloc(paper->arena, plan->table->columns * sizeof group->columns[0]);
    if (group->columns == NULL)
        return NULL;
    plan->group_count++;
    group->count = 0;
    for (size_t i = 0; i < plan->keys; i++)
        group->columns[group->count++] = i;
    return group;
}

/* As many of the leading columns as leave the others enough; they are as wide in every group. */
static void choose_keys(struct paper_plan *plan)
{
    const int most_of_it = room_of(plan) * KEYS_PERCENT / 100;
    struct group keys = {.columns = plan->groups[0].columns};
    int least = 0;
    for (size_t i = 0; i < plan->table->keys; i++) {
        least += plan->columns[i].least;
        if (least > most_of_it)
            break;
        keys.columns[keys.count++] = i;
    }
    least = sum_least(plan, &keys);
    const int wanted = sum_natural(plan, &keys) - least;
    const int more = wanted < most_of_it - least ? wanted : most_of_it - least;
    for (size_t i = 0; i < keys.count; i++) {
        struct column *column = &plan->columns[i];
        if (wanted > 0)
            column->least += (column->natural - column->least) * more / wanted;
        column->natural = column->width = column->least;
    }
    plan->keys = keys.count;
}

static bool make_groups(struct paper *paper, struct paper_plan *plan)
{
    struct group *group = begin_group(paper, plan);
    for (size_t i = plan->keys; group != NULL && i < plan->table->columns; i++) {
        const bool fits = sum_least(plan, group) + plan->columns[i].least <= room_of(plan);
        if (!fits && group->count > plan->keys)
            group = begin_group(paper, plan);
        if (group != NULL)
            group->columns[group->count++] = i;
    }
    return group != NULL;
}

/* All beside each other where that is possible, on the short side if it does not crowd them. */
static bool divide(struct paper *paper, struct paper_plan *plan)
{
    plan->groups = arena_alloc(paper->arena, (plan->table->columns + 1) * sizeof *plan->groups);
    struct group *all = plan->groups != NULL ? begin_group(paper, plan) : NULL;
    if (all == NULL)
        return false;
    for (size_t i = 0; i < plan->table->columns; i++)
        all->columns[all->count++] = i;
    const int least = sum_least(plan, all);
    plan->wide = least > room_of(plan) || sum_natural(plan, all) > room_of(plan) * 5 / 4;
    if (least <= room_of(plan))
        return true;
    choose_keys(plan);
    plan->group_count = 0;
    return make_groups(paper, plan);
}

/* What is left over goes to those who would have more; when all have enough, to everybody. A column
   that is too wide even when it is alone has what there is. */
static void widen(struct paper_plan *plan, const struct group *group)
{
    struct group own = {.columns = group->columns + plan->keys, .count = group->count - plan->keys};
    const struct group keys = {.columns = group->columns, .count = plan->keys};
    const int room = room_of(plan) - sum_least(plan, &keys);
    const int least = sum_least(plan, &own);
    const int natural = sum_natural(plan, &own);
    for (size_t i = 0; i < own.count; i++) {
        struct column *column = &plan->columns[own.columns[i]];
        if (least > room)
            column->width = room;
        else if (natural <= room)
            column->width = column->natural + (room - natural) / (int)own.count;
        else
            column->width = column->least +
                            (column->natural - column->least) * (room - least) / (natural - least);
    }
}

/* ---------------------------------------------------------------- heights */

static int cell_height(struct paper *paper, struct paper_plan *plan, enum ink_voice voice,
                       const char *cell, int width)
{
    const int room = width - 2 * PAD;
    if (ink_width(paper->ink, voice, cell) <= room && strchr(cell, '\n') == NULL)
        return ink_measure(paper->ink, voice, "0", -1).height;
    const int height = ink_measure(paper->ink, voice, cell, room).height;
    plan->cut += height > CELL_MOST;
    return height < CELL_MOST ? height : CELL_MOST;
}

static void see_heights(struct paper *paper, struct paper_plan *plan)
{
    const int line = ink_measure(paper->ink, INK_CELL, "0", -1).height;
    for (size_t row = 0; row < row_count(plan); row++) {
        int height = line;
        for (size_t i = 0; i < plan->table->columns; i++) {
            const char *cell = cell_of(paper, plan, row, i);
            if (cell != NULL)
                height = most(height, cell_height(paper, plan, voice_of(plan, row), cell,
                                                  plan->columns[i].width));
        }
        plan->heights[row] = height + 2 * PAD_TOP;
    }
    for (size_t g = 0; g < plan->group_count; g++)
        for (size_t i = 0; i < plan->groups[g].count; i++) {
            const size_t column = plan->groups[g].columns[i];
            const int height = ink_measure(paper->ink, INK_CELL_STRONG, head_of(plan, column),
                                           plan->columns[column].width - 2 * PAD)
                                   .height;
            plan->groups[g].head = most(plan->groups[g].head, height + 2 * PAD_TOP);
        }
}

static struct paper_plan *make_plan(struct paper *paper, const struct paper_table *table)
{
    struct paper_plan *plan = arena_alloc(paper->arena, sizeof *plan);
    if (plan == NULL)
        return NULL;
    plan->table = table;
    plan->columns = arena_alloc(paper->arena, table->columns * sizeof *plan->columns);
    plan->heights = arena_alloc(paper->arena, (row_count(plan) + 1) * sizeof *plan->heights);
    if (plan->columns == NULL || plan->heights == NULL)
        return NULL;
    if (table->counted) {
        const char *last = arena_format(paper->arena, "%zu", table->rows);
        plan->counter = ink_width(paper->ink, INK_CELL, last != NULL ? last : "") + 2 * PAD;
    }
    see_columns(paper, plan);
    if (!divide(paper, plan))
        return NULL;
    for (size_t i = 0; i < plan->group_count; i++)
        widen(plan, &plan->groups[i]);
    see_heights(paper, plan);
    paper->cut += plan->cut;
    return plan;
}

bool paper_table_is_wide(struct paper *paper, const struct paper_table *table,
                         struct paper_plan **plan)
{
    if (*plan == NULL)
        *plan = make_plan(paper, table);
    else
        (*plan)->table = table;
    return *plan != NULL && (*plan)->wide;
}

/* ---------------------------------------------------------------- drawing */

/* Rows of the table on one page, in one group. */
struct block {
    size_t group;
    size_t first;
    size_t end;
};

static int block_height(const struct paper_plan *plan, const struct block *block)
{
    int height = plan->groups[block->group].head;
    for (size_t row = block->first; row < block->end; row++)
        height += plan->heights[row];
    return height;
}

static void draw_head(struct paper *paper, const struct paper_plan *plan, const struct group *group)
{
    const struct box shade = {PAPER_MARGIN, paper->y, paper_width(paper), group->head};
    const struct box line = {PAPER_MARGIN, paper->y + group->head, paper_width(paper), 0};
    int x = PAPER_MARGIN + plan->counter;
    ink_boxes(paper->ink, &shade, 1, INK_SHADE);
    ink_tag(paper->ink, "TR");
    for (size_t i = 0; i < group->count; i++) {
        const size_t column = group->columns[i];
        const int width = plan->columns[column].width;
        const int height =
            ink_measure(paper->ink, INK_CELL_STRONG, head_of(plan, column), width - 2 * PAD).height;
        const struct box box = {x + PAD, paper->y + group->head - PAD_TOP - height, width - 2 * PAD,
                                height};
        ink_tag_header(paper->ink, false);
        ink_text(paper->ink, INK_CELL_STRONG, is_number(plan, column) ? ANCHOR_END : ANCHOR_START,
                 head_of(plan, column), &box);
        ink_untag(paper->ink);
        x += width;
    }
    ink_untag(paper->ink);
    ink_rule(paper->ink, &line, 14, INK_GREY);
    paper->y += group->head;
}

static void draw_counter(struct paper *paper, const struct paper_plan *plan, size_t row)
{
    const char *text = arena_format(paper->arena, "%zu", row + 1);
    const struct box box = {PAPER_MARGIN, paper->y + PAD_TOP, plan->counter - PAD,
                            plan->heights[row]};
    if (plan->counter > 0 && row < plan->table->rows && text != NULL)
        ink_text(paper->ink, INK_CELL_SOFT, ANCHOR_END, text, &box);
}

static void draw_cell(struct paper *paper, const struct paper_plan *plan, size_t row, size_t column,
                      int x)
{
    const bool sum = row >= plan->table->rows;
    const char *cell = cell_of(paper, plan, row, column);
    const struct box box = {x + PAD, paper->y + PAD_TOP, plan->columns[column].width - 2 * PAD,
                            plan->heights[row]};
    if (sum && column == 0)
        ink_tag_header(paper->ink, true);
    else
        ink_tag(paper->ink, "TD");
    if (cell != NULL && cell[0] != '\0')
        ink_text(paper->ink, voice_of(plan, row),
                 is_number(plan, column) ? ANCHOR_END : ANCHOR_START, cell, &box);
    ink_untag(paper->ink);
}

static void draw_row(struct paper *paper, const struct paper_plan *plan, const struct group *group,
                     size_t row)
{
    const bool first_sum = row == plan->table->rows;
    const struct box top = {PAPER_MARGIN, paper->y, paper_width(paper), 0};
    const struct box bottom = {PAPER_MARGIN, paper->y + plan->heights[row], paper_width(paper), 0};
    int x = PAPER_MARGIN + plan->counter;
    draw_counter(paper, plan, row);
    ink_tag(paper->ink, "TR");
    for (size_t i = 0; i < group->count; i++) {
        draw_cell(paper, plan, row, group->columns[i], x);
        x += plan->columns[group->columns[i]].width;
    }
    ink_untag(paper->ink);
    if (first_sum)
        ink_rule(paper->ink, &top, 12, INK_BLACK);
    ink_rule(paper->ink, &bottom, 5, INK_LINE);
    paper->y += plan->heights[row];
}

/* Which of the columns stand here, where not all do. */
static void tell_place(struct paper *paper, const struct paper_plan *plan,
                       const struct block *block)
{
    const size_t last = block->end < plan->table->rows ? block->end : plan->table->rows;
    const char *text =
        arena_format(paper->arena, "Rows %zu to %zu, part %zu of %zu of the columns.",
                     block->first + 1, last, block->group + 1, plan->group_count);
    if (plan->group_count > 1 && block->first < last)
        paper_say(paper, INK_SMALL, "P", text != NULL ? text : "");
}

static void draw_block(struct paper *paper, const struct paper_plan *plan,
                       const struct block *block)
{
    const struct group *group = &plan->groups[block->group];
    tell_place(paper, plan, block);
    ink_tag(paper->ink, "Table");
    draw_head(paper, plan, group);
    for (size_t row = block->first; row < block->end; row++)
        draw_row(paper, plan, group, row);
    ink_untag(paper->ink);
    paper->y += PAPER_GAP;
}

/* ---------------------------------------------------------------- pages */

/* What stands above a block. */
static int place_height(const struct paper_plan *plan)
{
    return plan->group_count > 1 ? 2 * PAPER_GAP + PAD : 0;
}

static int all_heights(const struct paper_plan *plan, size_t first)
{
    int height = 0;
    for (size_t g = 0; g < plan->group_count; g++) {
        const struct block block = {g, first, row_count(plan)};
        height += block_height(plan, &block) + place_height(plan) + PAPER_GAP;
    }
    return height;
}

/* The first row that has no place on the page; a sum does not stand alone. */
static size_t find_end(const struct paper *paper, const struct paper_plan *plan, size_t first)
{
    int room = paper_room(paper) - place_height(plan);
    int head = 0;
    size_t end = first;
    for (size_t g = 0; g < plan->group_count; g++)
        head = most(head, plan->groups[g].head);
    room -= head;
    while (end < row_count(plan) && plan->heights[end] <= room)
        room -= plan->heights[end++];
    if (end >= plan->table->rows && end < row_count(plan) && plan->table->rows > first + 1)
        end = plan->table->rows - 1;
    return end;
}

/* The rows from the first one on that stand together; on the next page, when this one is full. */
static size_t begin_block(struct paper *paper, const struct paper_plan *plan, size_t first)
{
    if (all_heights(plan, first) <= paper_room(paper))
        return row_count(plan);
    size_t end = find_end(paper, plan, first);
    if (end > first && paper_room(paper) >= BEGIN_LEAST)
        return end;
    paper_turn(paper, plan->wide);
    end = find_end(paper, plan, first);
    /* A row is never higher than a page. */
    return end > first ? end : first + 1;
}

void paper_table_draw(struct paper *paper, const struct paper_table *table, struct paper_plan *plan)
{
    if (plan == NULL || table->columns == 0)
        return;
    for (size_t first = 0; first < row_count(plan);) {
        const size_t end = begin_block(paper, plan, first);
        for (size_t g = 0; g < plan->group_count; g++) {
            const struct block block = {g, first, end};
            if (g > 0 && block_height(plan, &block) + place_height(plan) > paper_room(paper))
                paper_turn(paper, plan->wide);
            draw_block(paper, plan, &block);
        }
        first = end;
    }
}
