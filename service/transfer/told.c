/* told.c - what a report says in words, the same on a page, on paper and in a workbook. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/told.h"

#include "transfer/chart.h"

#include <string.h>

enum {
    URL_BYTES = 16 * 1024,
    GROUP = 3,
    ISOLATED_FACTOR = 8, /* each end of a paragraph may take two more letters */
    PANELS_EACH = 2      /* currencies of one chart of several, or what else is kept apart */
};

/* ---------------------------------------------------------------- directions */

static bool is_ascii(const char *words)
{
    while (*words != '\0' && (unsigned char)*words < 0x80)
        words++;
    return *words == '\0';
}

static bool begins(const char *at, const char *letter)
{
    return strncmp(at, letter, strlen(letter)) == 0;
}

/* LRI, RLI or FSI */
static bool opens_isolate(const char *at)
{
    return begins(at, "\u2066") || begins(at, "\u2067") || begins(at, "\u2068");
}

/* A paragraph's end: its length, or 0. */
static size_t ends_paragraph(const char *at)
{
    return *at == '\n' || *at == '\r'   ? 1
           : *at >= 0x1C && *at <= 0x1E ? 1
           : begins(at, "\xc2\x85")     ? 2
           : begins(at, "\u2029")       ? 3
                                        : 0;
}

static void close_isolates(struct text *out, size_t count)
{
    for (; count > 0; count--)
        text_add(out, "\u2069");
}

/* Adds the letter that stands here, or an end of a paragraph; returns its length. */
static size_t add_letter(struct text *out, const char *at, size_t *open)
{
    const size_t end = ends_paragraph(at);
    if (end > 0) {
        close_isolates(out, *open);
        text_add_bytes(out, at, end);
        text_add(out, "\u2068");
        *open = 1;
        return end;
    }
    if (begins(at, "\u2069")) {
        const size_t closed = *open > 1; /* the first is ours to close */
        close_isolates(out, closed);
        *open -= closed;
        return strlen("\u2069");
    }
    *open += opens_isolate(at);
    text_add_char(out, *at);
    return 1;
}

void told_add_isolated(struct text *out, const char *words)
{
    const size_t before = out->length;
    size_t open = 1;
    if (is_ascii(words)) {
        text_add(out, words);
        return;
    }
    /* The end of an isolate ends every embedding and override that was opened in it; the end of a
       paragraph ends the isolates themselves. */
    text_add(out, "\u2068");
    while (*words != '\0')
        words += add_letter(out, words, &open);
    close_isolates(out, open);
    if (out->full && out->length > before) {
        out->length = before;
        out->data[before] = '\0';
    }
}

const char *told_isolated(struct arena *arena, const char *words)
{
    struct text out = text_open(arena, ISOLATED_FACTOR * strlen(words) + ISOLATED_FACTOR);
    told_add_isolated(&out, words);
    return out.full ? "" : out.data;
}

/* ---------------------------------------------------------------- sentences */

const char *told_parameters(struct arena *arena, const struct report *report)
{
    struct text out = text_open(arena, URL_BYTES);
    if (report->parameter_count == 0)
        return "Asked for: everything.";
    text_add(&out, "Asked for: ");
    for (size_t i = 0; i < report->parameter_count; i++) {
        text_add(&out, i > 0 ? ", " : "");
        text_add(&out, report->parameters[i].name);
        text_add_char(&out, ' ');
        told_add_isolated(&out, report->parameters[i].value);
    }
    text_add_char(&out, '.');
    return out.data;
}

static void add_asked(struct text *out, const struct report *report)
{
    for (size_t i = 0; i < report->parameter_count; i++) {
        text_add_char(out, '&');
        text_add_percent(out, report->parameters[i].name);
        text_add_char(out, '=');
        text_add_percent(out, report->parameters[i].value);
    }
}

const char *told_address(struct arena *arena, const struct report *report, const char *format)
{
    struct text out = text_open(arena, URL_BYTES);
    text_addf(&out, "/v1/reports/%s?as_of=%s", report_word(report->manifest, "slug"),
              report->tree_size);
    add_asked(&out, report);
    if (format != NULL)
        text_addf(&out, "&format=%s", format);
    return out.data;
}

const char *told_verify(struct arena *arena, const struct report *report, const char *digest)
{
    struct text out = text_open(arena, URL_BYTES);
    text_addf(&out, "/verify#report=%s&sha256=%s&as_of=%s", report_word(report->manifest, "slug"),
              digest, report->tree_size);
    add_asked(&out, report);
    return out.full ? NULL : out.data;
}

const char *told_number(struct arena *arena, const char *number)
{
    const char *digits = number + (number[0] == '-');
    const size_t whole = strspn(digits, "0123456789");
    struct text out = text_open(arena, URL_BYTES);
    if (whole <= GROUP || (digits[whole] != '\0' && digits[whole] != '.'))
        return number;
    if (number[0] == '-')
        text_add_char(&out, '-');
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % GROUP == 0)
            text_add_char(&out, ',');
        text_add_char(&out, digits[i]);
    }
    text_add(&out, digits + whole);
    return out.data;
}

const char *told_cell(struct arena *arena, const struct figures *figures, size_t column,
                      const char *cell)
{
    const bool decimal =
        strcmp(report_word(figures_column(figures, column), "type"), "decimal") == 0;
    return decimal ? told_number(arena, cell) : cell;
}

static const char *tell_count(struct arena *arena, size_t count)
{
    const char *digits = arena_format(arena, "%zu", count);
    return digits != NULL ? told_number(arena, digits) : "";
}

const char *told_rest(struct arena *arena, const struct figures *figures, size_t shown)
{
    if (figures->row_count <= shown)
        return NULL;
    const char *first = tell_count(arena, shown);
    const char *all = tell_count(arena, figures->row_count);
    return arena_format(arena,
                        "The first %s of %s rows; CSV, NDJSON and XLSX hold all of them. Sums and "
                        "charts are of all rows.",
                        first, all);
}

static void release(void *json)
{
    json_decref(json);
}

const char *told_total(struct arena *arena, const char *key)
{
    const char *total = arena_format(arena, "Total, %s", told_isolated(arena, key));
    return total != NULL ? total : "Total";
}

size_t told_sums(const struct figures *figures, const char *notes[TOLD_SUM_NOTES])
{
    size_t missing = 0;
    size_t count = 0;
    for (size_t i = 0; i < figures->sums.count; i++)
        for (size_t v = 0; v < figures->total_count; v++)
            missing += figures->sums.entries[i].sums[v].missing;
    if (figures->sums.count > 0 && figures->summed != NULL)
        notes[count++] = "Totals leave out rows of which nothing is known.";
    if (missing > 0)
        notes[count++] = "Totals are of what is known: cells that are empty are in none.";
    return count;
}

size_t told_panels(const struct figures *figures, const struct chart *chart,
                   const struct panel *drawn[TOLD_PANELS], const char **rest)
{
    const size_t most = figures->chart_count == 1 ? TOLD_PANELS : PANELS_EACH;
    size_t count = 0;
    *rest = NULL;
    for (const struct panel *panel = chart->panels; panel != NULL; panel = panel->next) {
        if (!chart_shows(chart, panel))
            continue;
        if (count == most) {
            *rest = "Drawn is what the most rows are about; everything else is in the rows.";
            break;
        }
        drawn[count++] = panel;
    }
    return count;
}

const json_t *told_preface(struct arena *arena, const struct report *report)
{
    const char *text = report->preface.members != NULL
                           ? arena_format(arena, "{%s}", report->preface.members)
                           : NULL;
    json_t *preface = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (text != NULL && preface == NULL)
        arena_mark_short(arena);
    return preface != NULL && arena_defer(arena, release, preface) ? preface : NULL;
}
