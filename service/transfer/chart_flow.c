/* chart_flow.c - where money goes: bands from column to column, as high as there is money. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/chart_parts.h"
#include "transfer/told.h"

#include <string.h>

enum {
    NODES_MAX = 7, /* of a column by name; the others together are one more */
    NODE = 110,    /* wide */
    SCALE = 2200,  /* high, all of it */
    GAP = 60,
    TIGHT = 4000 /* no wider a drawing, or with three columns: names and amounts have own lines */
};

struct node {
    const char *name;
    struct sum sum;
    size_t others; /* how many keys it stands for, when it is all the others */
    int top;
    int height;
    int left_used;  /* of its height, by bands that come in */
    int right_used; /* and that go out */
};

struct stage {
    struct node nodes[NODES_MAX + 1];
    size_t count;
    int height;
};

struct flow {
    const struct drawing *drawing;
    struct stage stages[TALLY_KEYS];
    size_t stage_count;
    int step;  /* from column to column */
    int lines; /* of a node's label, for which it has room */
    struct sum whole;
};

/* ---------------------------------------------------------------- nodes */

/* The sums of one column of keys. */
static struct tally sum_up(const struct flow *flow, size_t stage)
{
    const struct drawing *drawing = flow->drawing;
    struct tally tally = tally_make(drawing->figures->arena, 1, 1);
    for (size_t i = 0; i < drawing->count; i++) {
        const char *key[TALLY_KEYS] = {chart_key(drawing->entries[i]->key[stage])};
        struct tally_entry *entry =
            chart_flows(drawing->entries[i]) ? tally_find(&tally, key) : NULL;
        if (entry != NULL)
            sum_join(&entry->sums[0], &drawing->entries[i]->sums[0]);
    }
    return tally;
}

static void make_stage(struct flow *flow, size_t at)
{
    const struct figures *figures = flow->drawing->figures;
    struct stage *stage = &flow->stages[at];
    const struct panel panel = {.tally = sum_up(flow, at)};
    const struct tally_entry **order = chart_order(figures, flow->drawing->chart, &panel);
    for (size_t i = 0; order != NULL && i < panel.tally.count; i++) {
        const bool own = i < NODES_MAX;
        struct node *node = &stage->nodes[own ? i : NODES_MAX];
        node->name = order[i]->key[0];
        node->others += !own;
        stage->count = own ? i + 1 : NODES_MAX + 1;
        sum_join(&node->sum, &order[i]->sums[0]);
    }
    struct node *rest = &stage->nodes[NODES_MAX];
    if (rest->others > 1)
        rest->name = chart_rest_name(figures, rest->others);
}

static void place_nodes(const struct flow *flow, struct stage *stage, int top)
{
    int y = top;
    for (size_t i = 0; i < stage->count; i++) {
        struct node *node = &stage->nodes[i];
        node->height = decimal_measure(&node->sum.value, &flow->whole.value, SCALE);
        node->height = node->height < 10 ? 10 : node->height;
        node->top = y;
        y += (node->height < flow->lines * LINE ? flow->lines * LINE : node->height) + GAP;
    }
    stage->height = y - top;
}

static struct node *node_of(struct stage *stage, const char *key)
{
    for (size_t i = 0; i < stage->count && i < NODES_MAX; i++)
        if (strcmp(stage->nodes[i].name, chart_key(key)) == 0)
            return &stage->nodes[i];
    return &stage->nodes[NODES_MAX];
}

static enum paint paint_of(size_t node)
{
    return node <= PAINT_6 - PAINT_1 ? (enum paint)(PAINT_1 + node) : PAINT_REST;
}

static int stage_x(const struct flow *flow, size_t stage)
{
    return (int)stage * flow->step;
}

/* ---------------------------------------------------------------- drawing */

/* What goes from each node of a column to each node of the next. */
static struct tally sum_links(struct flow *flow, size_t stage)
{
    struct tally links = tally_make(flow->drawing->figures->arena, 2, 1);
    for (size_t i = 0; i < flow->drawing->count; i++) {
        const struct tally_entry *entry = flow->drawing->entries[i];
        const char *key[TALLY_KEYS] = {
            node_of(&flow->stages[stage], entry->key[stage])->name,
            node_of(&flow->stages[stage + 1], entry->key[stage + 1])->name};
        struct tally_entry *link = chart_flows(entry) ? tally_find(&links, key) : NULL;
        if (link != NULL)
            sum_join(&link->sums[0], &entry->sums[0]);
    }
    return links;
}

static void draw_band(struct flow *flow, size_t stage, size_t from, size_t to,
                      const struct sum *sum)
{
    struct node *left = &flow->stages[stage].nodes[from];
    struct node *right = &flow->stages[stage + 1].nodes[to];
    const struct band band = {.x1 = stage_x(flow, stage) + NODE,
                              .top1 = left->top + left->right_used,
                              .x2 = stage_x(flow, stage + 1),
                              .top2 = right->top + right->left_used,
                              .height = decimal_measure(&sum->value, &flow->whole.value, SCALE)};
    flow->drawing->canvas->band(flow->drawing->canvas->to, &band,
                                stage == 0 ? paint_of(from) : PAINT_REST);
    left->right_used += band.height;
    right->left_used += band.height;
}

static void draw_bands(struct flow *flow, size_t stage)
{
    struct tally links = sum_links(flow, stage);
    const struct stage *from = &flow->stages[stage];
    const struct stage *to = &flow->stages[stage + 1];
    for (size_t f = 0; f < from->count; f++)
        for (size_t t = 0; t < to->count; t++) {
            const char *key[TALLY_KEYS] = {from->nodes[f].name, to->nodes[t].name};
            const struct tally_entry *link = tally_find(&links, key);
            if (link != NULL && !decimal_is_zero(&link->sums[0].value))
                draw_band(flow, stage, f, t, &link->sums[0]);
        }
}

static void draw_name(const struct flow *flow, const struct node *node, const struct label *at,
                      int room)
{
    const struct figures *figures = flow->drawing->figures;
    const struct canvas *canvas = flow->drawing->canvas;
    const char *amount = chart_short(figures, &node->sum);
    const int amount_room = flow->lines > 1 ? 0 : chart_width(amount) + 2 * LETTER;
    const char *name = chart_shorten(figures, node->name, room - amount_room);
    const char *text = flow->lines > 1 ? name
                                       : arena_format(figures->arena, "%s  %s",
                                                      told_isolated(figures->arena, name), amount);
    struct label label = *at;
    label.text = text != NULL ? text : "";
    canvas->label(canvas->to, &label);
    label.y += LINE;
    label.text = amount;
    if (flow->lines > 1)
        canvas->label(canvas->to, &label);
}

/* Between the last two columns the names of both have room, each on its side. */
static void draw_nodes(const struct flow *flow, size_t at)
{
    const struct canvas *canvas = flow->drawing->canvas;
    const struct stage *stage = &flow->stages[at];
    const bool last = at + 1 == flow->stage_count;
    const int room = (flow->step - NODE) / (at + 2 >= flow->stage_count ? 2 : 1) - 60;
    for (size_t i = 0; i < stage->count; i++) {
        const struct node *node = &stage->nodes[i];
        const struct box box = {stage_x(flow, at), node->top, NODE, node->height};
        const struct label label = {.x = last ? box.x - 50 : box.x + NODE + 50,
                                    .y = node->top + ASCENT + 10,
                                    .anchor = last ? ANCHOR_END : ANCHOR_START};
        canvas->box(canvas->to, &box, at > 0 ? PAINT_INK : paint_of(i));
        draw_name(flow, node, &label, room);
    }
}

static void draw_heads(const struct flow *flow)
{
    const struct canvas *canvas = flow->drawing->canvas;
    for (size_t i = 0; i < flow->stage_count; i++) {
        const bool last = i + 1 == flow->stage_count;
        const struct label head = {
            .x = stage_x(flow, i) + (last ? NODE : 0),
            .y = ASCENT,
            .anchor = last ? ANCHOR_END : ANCHOR_START,
            .voice = VOICE_SOFT,
            .text = figures_label(flow->drawing->figures, flow->drawing->chart->keys[i])};
        canvas->label(canvas->to, &head);
    }
}

void chart_draw_flow(const struct drawing *drawing)
{
    const struct canvas *canvas = drawing->canvas;
    struct flow *flow = arena_alloc(drawing->figures->arena, sizeof *flow);
    if (flow == NULL)
        return;
    flow->drawing = drawing;
    flow->stage_count = drawing->chart->key_count;
    flow->lines = drawing->width > TIGHT && flow->stage_count == 2 ? 1 : 2;
    flow->step = (drawing->width - NODE) / (flow->stage_count > 2 ? 2 : 1);
    for (size_t i = 0; i < drawing->count; i++)
        if (chart_flows(drawing->entries[i]))
            sum_join(&flow->whole, &drawing->entries[i]->sums[0]);
    int height = 0;
    if (flow->whole.broken)
        return;
    for (size_t i = 0; i < flow->stage_count; i++) {
        make_stage(flow, i);
        place_nodes(flow, &flow->stages[i], LINE + 40);
        height = flow->stages[i].height > height ? flow->stages[i].height : height;
    }
    const int bottom = LINE + 40 + height;
    canvas->open(canvas->to, drawing->width, bottom, drawing->title, drawing->description);
    draw_heads(flow);
    for (size_t i = 0; i + 1 < flow->stage_count; i++)
        draw_bands(flow, i);
    for (size_t i = 0; i < flow->stage_count; i++)
        draw_nodes(flow, i);
    canvas->close(canvas->to);
}
