/* report.c - reports: the catalogue of them, their definitions, and rows turned into documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/report.h"

#include "catalogue/catalogue.h"
#include "core/backlog.h"
#include "core/log.h"
#include "core/page.h"
#include "core/text.h"
#include "native/press.h"
#include "native/proof.h"
#include "transfer/paper.h"
#include "transfer/report.h"
#include "transfer/web_page.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum {
    DOCUMENT_MAX = 64 << 20, /* bytes of one report */
    SLUG_BYTES = 100,
    PAGES_MAX = 512, /* of the catalogue; what comes after them is read each time */
    RETRY_S = 5,
    ROWS_AT_ONCE = 2000, /* more are told piece by piece, and a page of them by another process */
    LINES_BYTES = 60000  /* of such a piece: a pipe holds it */
};

static const char manifest_end[] = "/manifest.json";

/* ---------------------------------------------------------------- manifests */

static void release(void *json)
{
    json_decref(json);
}

/* Keeps what was read for all who ask later: it is as constant as its page. Of two who read it at
   the same time the first is right. */
static json_t *keep_manifest(const struct page *page, json_t *manifest)
{
    static _Atomic(json_t *) kept[PAGES_MAX];
    size_t count = 0;
    const size_t at = (size_t)(page - catalogue_pages(&count));
    json_t *first = NULL;
    if (at >= PAGES_MAX)
        return NULL;
    if (manifest == NULL)
        return atomic_load(&kept[at]);
    return atomic_compare_exchange_strong(&kept[at], &first, manifest) ? manifest : NULL;
}

static const json_t *read_manifest(struct exchange *x, const struct page *page)
{
    json_t *manifest = page != NULL ? keep_manifest(page, NULL) : NULL;
    if (page == NULL || manifest != NULL)
        return manifest;
    manifest = json_loadb((const char *)page->bytes, page->size, 0, NULL);
    if (manifest != NULL && keep_manifest(page, manifest) == manifest)
        return manifest;
    if (manifest != NULL && arena_defer(x->arena, release, manifest))
        return manifest;
    json_decref(manifest);
    return NULL;
}

static const json_t *find_manifest(struct exchange *x, const struct page *page)
{
    const json_t *manifest = read_manifest(x, page);
    if (manifest == NULL)
        (void)problem_set(&x->problem, PROBLEM_INTERNAL, "The definition cannot be read.");
    return manifest;
}

/* One to be changed. */
static json_t *copy_manifest(struct exchange *x, const json_t *manifest)
{
    json_t *copy = json_deep_copy(manifest);
    if (copy != NULL && arena_defer(x->arena, release, copy))
        return copy;
    json_decref(copy);
    return NULL;
}

static bool is_manifest(const struct page *page)
{
    const size_t length = strlen(page->name);
    const size_t end = sizeof manifest_end - 1;
    return strncmp(page->name, "reports/", 8) == 0 && length > end &&
           strcmp(page->name + length - end, manifest_end) == 0;
}

/* Documents of reports may be larger than an exchange's arena: they get one of their own. */
static void release_arena(void *arena)
{
    arena_free(arena);
}

static bool refuse_for_now(struct exchange *x)
{
    if (!problem_is_set(&x->problem))
        x->problem.retry_after_s = RETRY_S;
    return problem_set(&x->problem, PROBLEM_UNAVAILABLE, "There is no memory for the report.");
}

bool report_open(struct exchange *x, struct text *out)
{
    struct arena *arena = arena_make(4 * (size_t)DOCUMENT_MAX);
    *out = (struct text){.full = true};
    if (arena == NULL || !arena_defer(x->arena, release_arena, arena))
        return refuse_for_now(x);
    *out = text_open(arena, DOCUMENT_MAX);
    return true;
}

static bool send_document(struct exchange *x, const struct text *out)
{
    if (out->full)
        return problem_set(&x->problem, PROBLEM_UNAVAILABLE,
                           "The report is larger than %d MiB; ask for less with its parameters.",
                           DOCUMENT_MAX >> 20);
    /* What counts is memory: the rows stay beside it, and so does what it outgrew. */
    if (!backlog_hold(x, arena_used(out->arena)))
        return false;
    x->response.status = 200;
    x->response.body = out->data;
    x->response.body_bytes = out->length;
    return true;
}

/* ---------------------------------------------------------------- the catalogue */

static void add_text(struct text *out, const char *name, const json_t *manifest)
{
    const char *value = json_string_value(json_object_get(manifest, name));
    text_add_json(out, name);
    text_add_char(out, ':');
    text_add_json(out, value != NULL ? value : "");
    text_add_char(out, ',');
}

static void add_report(struct text *out, const json_t *manifest)
{
    const char *slug = json_string_value(json_object_get(manifest, "slug"));
    text_add_char(out, '{');
    add_text(out, "slug", manifest);
    add_text(out, "title", manifest);
    add_text(out, "question", manifest);
    add_text(out, "definition_version", manifest);
    text_addf(out, "\"report\":\"/v1/reports/%s\",\"definition\":\"/v1/reports/%s/definition\"}",
              slug, slug);
}

bool report_list(struct exchange *x)
{
    size_t count = 0;
    const struct page *pages = catalogue_pages(&count);
    struct text out;
    if (!report_open(x, &out))
        return false;
    const char *separator = "{\"items\":[";
    for (size_t i = 0; i < count; i++) {
        if (!is_manifest(&pages[i]))
            continue;
        const json_t *manifest = find_manifest(x, &pages[i]);
        if (manifest == NULL)
            return false;
        text_add(&out, separator);
        add_report(&out, manifest);
        separator = ",";
    }
    text_add(&out, "]}");
    return send_document(x, &out);
}

/* report_group_allocation is the statement of reports/group-allocation/query.sql. */
const struct statement *report_find(struct exchange *x, const char *slug)
{
    char *name = strlen(slug) < SLUG_BYTES ? arena_format(x->arena, "report_%s", slug) : NULL;
    for (char *at = name; at != NULL && *at != '\0'; at++)
        if (*at == '-')
            *at = '_';
    const struct statement *query = name != NULL ? catalogue_statement(name) : NULL;
    return query != NULL && query->kind == STATEMENT_REPORT &&
                   strcmp(strrchr(query->path, '/') + 1, slug) == 0
               ? query
               : NULL;
}

static int add_dumped(const char *bytes, size_t count, void *out)
{
    text_add_bytes(out, bytes, count);
    return 0;
}

bool report_definition(struct exchange *x)
{
    const char *slug = x->captures[0].value;
    const struct statement *query = report_find(x, slug);
    if (query == NULL)
        return problem_set(&x->problem, PROBLEM_NOT_FOUND, "There is no report of this name.");
    const json_t *manifest =
        find_manifest(x, catalogue_page(arena_format(x->arena, "reports/%s/manifest.json", slug)));
    struct text out;
    if (manifest == NULL || !report_open(x, &out))
        return false;
    json_t *definition = copy_manifest(x, manifest);
    if (definition == NULL ||
        json_object_set_new(definition, "query", json_string(query->sql)) != 0)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The definition cannot be shown.");
    if (json_dump_callback(definition, add_dumped, &out, JSON_INDENT(2)) != 0)
        out.full = true;
    return send_document(x, &out);
}

/* ---------------------------------------------------------------- running one */

/* "/v1/reports/group-allocation" */
static const char *slug_of(const struct exchange *x)
{
    return strrchr(x->statement->path, '/') + 1;
}

/* In the order of the definition, whatever the order in the request: to ask the same is to get the
   same bytes. The position stands apart, so that the newest report and the same one asked for by
   its position are the same bytes too. */
size_t report_parameters(const struct exchange *x, struct field parameters[PARAMETERS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < x->statement->parameter_count; i++)
        if (x->values[i] != NULL)
            parameters[count++] =
                (struct field){.name = x->statement->parameters[i].name, .value = x->values[i]};
    return count;
}

static bool extend(struct exchange *x, const json_t **manifest, const char *name, const char *cell)
{
    json_t *extended = copy_manifest(x, *manifest);
    json_t *more = json_loads(cell, 0, NULL);
    const bool done = more != NULL && json_array_extend(json_object_get(extended, name), more) == 0;
    json_decref(more);
    *manifest = extended;
    return done;
}

/* What only the query knows: it may end with columns that are named for these lists of its
   manifest, and hold in the first row an array of further sentences for it. So that they are told
   of a report without rows as well, the only row may be there for them alone: it is no row of the
   report, and its first cell is null, as in no other. */
static bool take_sentences(struct exchange *x, const json_t **manifest, struct rows *rows)
{
    static const char *const lists[] = {"limitations", "method"};
    const size_t columns = report_columns(*manifest);
    const size_t given = rows->columns;
    for (size_t i = 0; i < 2 && rows->columns > columns; i++) {
        const size_t last = rows->columns - 1;
        if (strcmp(rows->name(rows->source, last), lists[i]) != 0)
            continue;
        rows->columns--;
        const char *cell = rows->count > 0 ? rows->cell(rows->source, 0, last) : NULL;
        if (cell != NULL && !extend(x, manifest, lists[i], cell))
            return false;
    }
    if (rows->columns < given && rows->count == 1 && rows->cell(rows->source, 0, 0) == NULL)
        rows->count = 0;
    return true;
}

static void log_mismatch(const struct exchange *x)
{
    struct log_line line;
    log_begin(&line, LOG_ERROR, "report_columns_differ");
    log_text(&line, "request", x->id);
    log_text(&line, "statement", x->statement->name);
    log_end(&line);
}

/* ---------------------------------------------------------------- forms */

/* A form that is for keeping is a file with a name. One that takes long, for its kind or its many
   rows, is made by another process, from lines; rows that become lines are told as the client takes
   them, when there are many. One that is to be shown says where the report stands in the log, which
   takes another look. */
struct form {
    const struct report_form *lines;
    bool (*write)(struct text *out, const struct report *report, const struct rows *rows);
    const char *ending;
    const char *pressed;
    size_t rows_here;
    size_t rows_max; /* 0: any number */
    bool footed;
};

static const struct form *find_form(enum format format)
{
    static const struct form forms[FORMATS] = {
        [FORMAT_JSON] = {.lines = &report_json, .rows_here = ROWS_AT_ONCE},
        [FORMAT_CSV] = {.lines = &report_csv, .ending = "csv", .rows_here = ROWS_AT_ONCE},
        [FORMAT_NDJSON] = {.lines = &report_ndjson, .ending = "ndjson", .rows_here = ROWS_AT_ONCE},
        [FORMAT_HTML] = {.write = report_write_html,
                         .pressed = "html",
                         .rows_here = ROWS_AT_ONCE,
                         .footed = true},
        [FORMAT_XLSX] = {.ending = "xlsx", .pressed = "xlsx", .footed = true},
        [FORMAT_PDF] = {.ending = "pdf",
                        .pressed = "pdf",
                        .rows_max = PAPER_ROWS_MAX,
                        .footed = true},
    };
    return &forms[format];
}

/* What is told, line by line. The rows stay where they are until the exchange ends. */
struct telling {
    const struct report_form *form;
    struct report report;
    struct rows rows;
    size_t next;
    bool begun;

    /* Of a form that says where the report stands. */
    struct text out;
    struct response given; /* by the report; the other look makes another one */
    const struct statement *statement;
};

/* Adds the next lines; false when these were the last. */
static bool tell(struct telling *telling, struct text *lines)
{
    const struct report_form *form = telling->form;
    if (!telling->begun)
        form->begin(lines, &telling->report, &telling->rows);
    telling->begun = true;
    while (telling->next < telling->rows.count && lines->length < LINES_BYTES)
        form->row(lines, &telling->report, &telling->rows, telling->next++);
    if (telling->next < telling->rows.count)
        return true;
    if (form->end != NULL)
        form->end(lines);
    return false;
}

static struct telling *tell_of(struct exchange *x, const struct report_form *form,
                               const struct report *report, const struct rows *rows)
{
    struct telling *telling = arena_alloc(x->arena, sizeof *telling);
    if (telling != NULL)
        *telling = (struct telling){.form = form, .report = *report, .rows = *rows};
    return telling;
}

/* A child has no database to look at: it is told first. */
static bool tell_child(struct press_job *job, struct text *lines)
{
    struct telling *telling = job->feeder;
    if (!telling->begun)
        footing_write_line(lines, &telling->report.footing);
    return tell(telling, lines);
}

static bool tell_client(struct pieces *pieces)
{
    return tell(pieces->source, &pieces->text);
}

static bool stream_report(struct exchange *x, const struct report *report, const struct rows *rows,
                          const struct text *out)
{
    struct pieces *pieces = arena_alloc(x->arena, sizeof *pieces);
    struct telling *telling = tell_of(x, find_form(x->format)->lines, report, rows);
    if (pieces == NULL || telling == NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
    *pieces = (struct pieces){.text = *out, .next = tell_client, .source = telling};
    x->response.status = 200;
    x->response.pieces = pieces;
    return true;
}

/* ---------------------------------------------------------------- forms that say where it stands
 */

static enum round press_on(struct exchange *x, struct telling *telling)
{
    struct press_job *job = arena_alloc(x->arena, sizeof *job);
    if (job == NULL) {
        (void)problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
        return ROUND_END;
    }
    *job = (struct press_job){.x = x,
                              .form = find_form(x->format)->pressed,
                              .feed = tell_child,
                              .feeder = telling,
                              .lines = telling->out};
    return press_take(x->press, job) ? ROUND_LATER : ROUND_END;
}

static bool read_footing(struct exchange *x, struct footing *footing)
{
    json_t *json = json_loadb(x->response.body, x->response.body_bytes, 0, NULL);
    const bool good = footing_read(x->arena, json, footing);
    json_decref(json);
    footing->site = x->config->public_url;
    return good || problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
}

/* It is known where the report stands: the form can be made. */
static enum round tell_on(struct exchange *x)
{
    struct telling *telling = x->carried;
    const struct form *form = find_form(x->format);
    x->statement = telling->statement;
    if (problem_is_set(&x->problem) || !read_footing(x, &telling->report.footing))
        return ROUND_END;
    x->response = telling->given;
    if (telling->rows.count >= form->rows_here)
        return press_on(x, telling);
    (void)form->write(&telling->out, &telling->report, &telling->rows);
    (void)send_document(x, &telling->out);
    return ROUND_END;
}

static enum round find_footing(struct exchange *x)
{
    struct telling *telling = x->carried;
    if (problem_is_set(&x->problem))
        return ROUND_END;
    telling->given = x->response;
    telling->statement = x->statement;
    x->statement = catalogue_statement("ledger_root");
    x->render = root_render;
    memset(x->values, 0, sizeof x->values);
    x->values[0] = telling->report.tree_size;
    x->then = tell_on;
    return ROUND_AGAIN;
}

static bool tell_later(struct exchange *x, const struct report *report, const struct rows *rows,
                       const struct text *out)
{
    struct telling *telling = tell_of(x, &report_ndjson, report, rows);
    if (telling == NULL || x->then != NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
    telling->out = *out;
    x->carried = telling;
    x->then = find_footing;
    return true;
}

static bool refuse_rows(struct exchange *x, size_t count)
{
    return problem_fault(&x->problem, FAULT_PARAMETER, "format", "rows",
                         "The report has %zu rows, and this form at most %zu. Ask for less with "
                         "its parameters, or for CSV, NDJSON or XLSX, which hold any number.",
                         count, find_form(x->format)->rows_max);
}

/* ---------------------------------------------------------------- the report itself */

static bool refuse_columns(struct exchange *x)
{
    log_mismatch(x);
    return problem_set(&x->problem, PROBLEM_INTERNAL,
                       "Something went wrong on our side. It has been logged.");
}

static void name_file(struct exchange *x)
{
    const char *ending = find_form(x->format)->ending;
    if (ending != NULL)
        x->response.disposition = arena_format(x->arena, "attachment; filename=\"%s-%s.%s\"",
                                               slug_of(x), x->response.tree_size, ending);
    if (x->format == FORMAT_HTML)
        x->response.policy = web_page_policy;
}

static bool make_report(struct exchange *x, const struct rows *rows, struct report_told *told,
                        struct report *report)
{
    const json_t *manifest = find_manifest(
        x, catalogue_page(arena_format(x->arena, "reports/%s/manifest.json", slug_of(x))));
    struct field *parameters = arena_alloc(x->arena, PARAMETERS_MAX * sizeof *parameters);
    *told = (struct report_told){.manifest = manifest, .rows = *rows};
    if (manifest == NULL)
        return false;
    if (parameters == NULL || !take_sentences(x, &manifest, &told->rows))
        return problem_set(&x->problem, PROBLEM_INTERNAL,
                           "The report's notes do not fit in memory.");
    told->manifest = manifest;
    *report = (struct report){.manifest = manifest,
                              .cells = report_cells(x->arena, manifest),
                              .tree_size = x->response.tree_size,
                              .parameters = parameters,
                              .parameter_count = report_parameters(x, parameters),
                              .preface = x->preface,
                              .bare = x->bare,
                              .bom = x->bom};
    if (report->cells == NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
    if (!report_has_columns(report, &told->rows))
        return refuse_columns(x);
    name_file(x);
    return true;
}

static bool send_whole(struct exchange *x, const struct report *report, const struct rows *rows,
                       struct text *out)
{
    const struct form *form = find_form(x->format);
    if (form->lines != NULL)
        (void)report_write(out, form->lines, report, rows);
    return send_document(x, out);
}

bool report_render_told(struct exchange *x, const struct rows *rows, struct report_told *told)
{
    struct report report;
    struct text out;
    return make_report(x, rows, told, &report) && report_open(x, &out) &&
           send_whole(x, &report, &told->rows, &out);
}

bool report_render(struct exchange *x, const struct rows *rows)
{
    const struct form *form = find_form(x->format);
    struct report_told told;
    struct report report;
    struct text out;
    if (!make_report(x, rows, &told, &report) || !report_open(x, &out))
        return false;
    if (form->rows_max > 0 && told.rows.count > form->rows_max)
        return refuse_rows(x, told.rows.count);
    if (form->footed)
        return tell_later(x, &report, &told.rows, &out);
    return told.rows.count < form->rows_here ? send_whole(x, &report, &told.rows, &out)
                                             : stream_report(x, &report, &told.rows, &out);
}
