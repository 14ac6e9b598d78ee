/* ink.c - what a paper is written with: the document, its text and its tags. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/ink_parts.h"

#include <cairo-pdf.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    ATTRIBUTE_BYTES = 4096,
    DATE_BYTES = 32,
    SECONDS = 19, /* "2026-01-31T12:00:00" */
    LINES_ALL = 0
};

/* Points of PDF, 1/72 inch, for a tenth of a pixel. */
static const double scale = 3.0 / 40.0;

/* Some other scripts are in DejaVu as well, which fontconfig asks first: Noto's are the better ones
   in small type, and are known to be there. */
static const char family[] = "Noto Sans,Noto Sans Arabic,Noto Sans Hebrew,Noto Sans Armenian,"
                             "Noto Sans Georgian,Noto Sans Lao,Noto Sans Symbols2,Noto Sans Math";

static const struct {
    int size;
    bool bold;
    int colour;
} voices[INK_VOICES] = {
    [INK_TEXT] = {126, false, 0x0c1f33},      [INK_SOFT] = {114, false, 0x4a5b6c},
    [INK_STRONG] = {126, true, 0x0c1f33},     [INK_SMALL] = {100, false, 0x4a5b6c},
    [INK_LEAD] = {152, false, 0x0c1f33},      [INK_TITLE] = {285, true, 0x0c2b4b},
    [INK_HEAD] = {172, true, 0x0c2b4b},       [INK_CELL] = {96, false, 0x0c1f33},
    [INK_CELL_SOFT] = {96, false, 0x4a5b6c},  [INK_CELL_STRONG] = {96, true, 0x0c1f33},
    [INK_CODE] = {104, false, 0x0c1f33},      [INK_MARK] = {108, false, 0x0c1f33},
    [INK_MARK_SOFT] = {108, false, 0x4a5b6c}, [INK_MARK_STRONG] = {108, true, 0x0c1f33},
};

int ink_colour_of(enum ink_colour colour)
{
    static const int colours[] = {
        [INK_BLACK] = 0x000000, [INK_GREY] = 0x4a5b6c, [INK_LINE] = 0xd5dde5,
        [INK_SHADE] = 0xf4f6f9, [INK_WARN] = 0x8a4b00, [INK_WARN_SHADE] = 0xfdeed9,
        [INK_BLUE] = 0x0c2b4b};
    return colours[colour];
}

void ink_colour_set(struct ink *ink, int rgb, int percent)
{
    cairo_set_source_rgba(ink->cairo, (rgb >> 16) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                          (rgb & 0xff) / 255.0, percent / 100.0);
}

/* ---------------------------------------------------------------- the document */

static cairo_status_t write_on(void *closure, const unsigned char *bytes, unsigned count)
{
    struct text *out = closure;
    text_add_bytes(out, bytes, count);
    return out->full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void set_about(struct ink *ink, const struct ink_about *about)
{
    char made[DATE_BYTES];
    const struct {
        cairo_pdf_metadata_t what;
        const char *text;
    } facts[] = {
        {CAIRO_PDF_METADATA_TITLE, about->title},   {CAIRO_PDF_METADATA_SUBJECT, about->subject},
        {CAIRO_PDF_METADATA_AUTHOR, about->author}, {CAIRO_PDF_METADATA_KEYWORDS, about->keywords},
        {CAIRO_PDF_METADATA_CREATOR, "aidledger"},  {CAIRO_PDF_METADATA_CREATE_DATE, made},
        {CAIRO_PDF_METADATA_MOD_DATE, made}};
    (void)snprintf(made, sizeof made, "%.*sZ", SECONDS, about->made);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        cairo_pdf_surface_set_metadata(ink->surface, facts[i].what, facts[i].text);
}

/* Nothing is fitted to pixels, and nothing depends on the language of the machine. */
static void open_fonts(struct ink *ink)
{
    cairo_font_options_t *options = cairo_font_options_create();
    PangoAttrList *attributes = pango_attr_list_new();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    ink->fonts = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    ink->context = pango_font_map_create_context(ink->fonts);
    pango_cairo_context_set_font_options(ink->context, options);
    pango_context_set_language(ink->context, pango_language_from_string("en"));
    pango_context_set_round_glyph_positions(ink->context, FALSE);
    ink->layout = pango_layout_new(ink->context);
    pango_layout_set_wrap(ink->layout, PANGO_WRAP_WORD_CHAR);
    /* What is copied out of the paper is what stands in the ledger. */
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0"));
    pango_layout_set_attributes(ink->layout, attributes);
    pango_attr_list_unref(attributes);
    cairo_font_options_destroy(options);
    for (size_t i = 0; i < INK_VOICES; i++) {
        ink->faces[i] = pango_font_description_new();
        pango_font_description_set_family_static(ink->faces[i], family);
        pango_font_description_set_absolute_size(ink->faces[i], voices[i].size * PANGO_SCALE);
        pango_font_description_set_weight(ink->faces[i],
                                          voices[i].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
}

struct ink *ink_open(struct arena *arena, const struct ink_about *about, struct text *out)
{
    struct ink *ink = arena_alloc(arena, sizeof *ink);
    if (ink == NULL)
        return NULL;
    ink->arena = arena;
    ink->out = out;
    ink->mend = (struct mend){.first_figure = NULL};
    ink->mend.last_figure = &ink->mend.first_figure;
    ink->mend.last_header = &ink->mend.first_header;
    ink->surface = cairo_pdf_surface_create_for_stream(write_on, out, 1, 1);
    ink->cairo = cairo_create(ink->surface);
    cairo_scale(ink->cairo, scale, scale);
    set_about(ink, about);
    open_fonts(ink);
    return ink;
}

void ink_rehearse(struct ink *ink, bool rehearsing)
{
    ink->rehearsing = rehearsing;
    ink->pages = 0;
    ink->unknown = 0;
}

bool ink_close(struct ink *ink)
{
    bool good = !ink->rehearsing && ink->pages > 0 && ink->tag_count == 0;
    if (good)
        cairo_show_page(ink->cairo);
    cairo_surface_finish(ink->surface);
    good = good && cairo_status(ink->cairo) == CAIRO_STATUS_SUCCESS &&
           cairo_surface_status(ink->surface) == CAIRO_STATUS_SUCCESS && !ink->out->full;
    cairo_destroy(ink->cairo);
    cairo_surface_destroy(ink->surface);
    for (size_t i = 0; i < INK_VOICES; i++)
        pango_font_description_free(ink->faces[i]);
    g_object_unref(ink->layout);
    g_object_unref(ink->context);
    g_object_unref(ink->fonts);
    return good && mend_pdf(ink->arena, ink->out, &ink->mend);
}

void ink_page(struct ink *ink, int width, int height)
{
    ink->pages++;
    if (ink->rehearsing)
        return;
    if (ink->pages > 1)
        cairo_show_page(ink->cairo);
    cairo_pdf_surface_set_size(ink->surface, width * scale, height * scale);
}

int ink_pages(const struct ink *ink)
{
    return ink->pages;
}

size_t ink_unknown(const struct ink *ink)
{
    return ink->unknown;
}

void ink_move(struct ink *ink, int x, int y, int percent)
{
    if (ink->rehearsing)
        return;
    cairo_save(ink->cairo);
    cairo_translate(ink->cairo, x, y);
    cairo_scale(ink->cairo, percent / 100.0, percent / 100.0);
}

void ink_unmove(struct ink *ink)
{
    if (!ink->rehearsing)
        cairo_restore(ink->cairo);
}

/* ---------------------------------------------------------------- text */

static int tenths(int units)
{
    return (units + PANGO_SCALE - 1) / PANGO_SCALE;
}

/* Without control characters, which no font has. */
static const char *clean(struct ink *ink, const char *text)
{
    static const char controls[] = "\x01\x02\x03\x04\x05\x06\x07\b\t\v\f\r\x0e\x0f\x10\x11\x12\x13"
                                   "\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f";
    if (strpbrk(text, controls) == NULL)
        return text;
    char *copy = arena_copy(ink->arena, text);
    for (char *at = copy; at != NULL && (at = strpbrk(at, controls)) != NULL; at++)
        *at = ' ';
    return copy != NULL ? copy : "";
}

/* A width below 0 is one line, however wide. */
static void lay_out(struct ink *ink, enum ink_voice voice, const char *text, int width)
{
    pango_layout_set_font_description(ink->layout, ink->faces[voice]);
    pango_layout_set_alignment(ink->layout, PANGO_ALIGN_LEFT);
    /* A cell goes the way of its own text; our sentences do not, whatever name they begin with. */
    pango_layout_set_auto_dir(ink->layout, voice == INK_CELL || voice == INK_CELL_STRONG);
    pango_layout_set_ellipsize(ink->layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_height(ink->layout, -1);
    pango_layout_set_width(ink->layout, width < 0 ? -1 : width * PANGO_SCALE);
    pango_layout_set_text(ink->layout, clean(ink, text), -1);
}

static struct ink_size size_of(struct ink *ink)
{
    struct ink_size size = {0, 0};
    pango_layout_get_size(ink->layout, &size.width, &size.height);
    size.width = tenths(size.width);
    size.height = tenths(size.height);
    return size;
}

static bool is_plain(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

/* Letters of ASCII stand side by side; everything else is shaped. */
int ink_width(struct ink *ink, enum ink_voice voice, const char *text)
{
    int64_t width = 0;
    if (!is_plain(text)) {
        lay_out(ink, voice, text, -1);
        return size_of(ink).width;
    }
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char letter = (unsigned char)*at;
        if (ink->widths[voice][letter] == 0) {
            lay_out(ink, voice, (const char[]){*at, '\0'}, -1);
            pango_layout_get_size(ink->layout, &ink->widths[voice][letter], NULL);
        }
        width += ink->widths[voice][letter];
    }
    return width < INT_MAX / 2 ? tenths((int)width) : tenths(INT_MAX / 2);
}

struct ink_size ink_measure(struct ink *ink, enum ink_voice voice, const char *text, int width)
{
    lay_out(ink, voice, text, width);
    return size_of(ink);
}

size_t ink_fit(struct ink *ink, enum ink_voice voice, const char *text, struct ink_size room)
{
    size_t bytes = 0;
    PangoRectangle all;
    lay_out(ink, voice, text, room.width);
    PangoLayoutIter *at = pango_layout_get_iter(ink->layout);
    do {
        const PangoLayoutLine *line = pango_layout_iter_get_line_readonly(at);
        pango_layout_iter_get_line_extents(at, NULL, &all);
        if (tenths(all.y + all.height) > room.height)
            break;
        bytes = (size_t)line->start_index + (size_t)line->length;
    } while (pango_layout_iter_next_line(at));
    pango_layout_iter_free(at);
    return bytes;
}

static void show(struct ink *ink, enum ink_voice voice, int x, int y)
{
    ink->unknown += (size_t)pango_layout_get_unknown_glyphs_count(ink->layout);
    if (ink->rehearsing)
        return;
    ink_colour_set(ink, voices[voice].colour, 100);
    cairo_move_to(ink->cairo, x, y);
    pango_cairo_show_layout(ink->cairo, ink->layout);
}

void ink_text(struct ink *ink, enum ink_voice voice, enum anchor anchor, const char *text,
              const struct box *box)
{
    static const PangoAlignment sides[] = {[ANCHOR_START] = PANGO_ALIGN_LEFT,
                                           [ANCHOR_MIDDLE] = PANGO_ALIGN_CENTER,
                                           [ANCHOR_END] = PANGO_ALIGN_RIGHT};
    /* Every font has the letters of ASCII. */
    if (ink->rehearsing && is_plain(text))
        return;
    lay_out(ink, voice, text, box->width);
    pango_layout_set_alignment(ink->layout, sides[anchor]);
    if (size_of(ink).height > box->height) {
        pango_layout_set_height(ink->layout, box->height * PANGO_SCALE);
        pango_layout_set_ellipsize(ink->layout, PANGO_ELLIPSIZE_END);
    }
    show(ink, voice, box->x, box->y);
}

void ink_label(struct ink *ink, enum ink_voice voice, const struct label *label)
{
    lay_out(ink, voice, label->text, -1);
    const int width = size_of(ink).width;
    const int left = label->anchor == ANCHOR_START    ? 0
                     : label->anchor == ANCHOR_MIDDLE ? width / 2
                                                      : width;
    show(ink, voice, label->x - left,
         label->y - pango_layout_get_baseline(ink->layout) / PANGO_SCALE);
}

/* ---------------------------------------------------------------- structure */

static void begin_tag(struct ink *ink, const char *name, const char *attributes)
{
    if (ink->tag_count < INK_TAGS)
        ink->tags[ink->tag_count] = name;
    ink->tag_count++;
    if (!ink->rehearsing)
        cairo_tag_begin(ink->cairo, name, attributes);
}

void ink_tag(struct ink *ink, const char *name)
{
    begin_tag(ink, name, NULL);
}

void ink_untag(struct ink *ink)
{
    ink->tag_count--;
    if (!ink->rehearsing && ink->tag_count < INK_TAGS)
        cairo_tag_end(ink->cairo, ink->tags[ink->tag_count]);
}

static void begin_marked(struct ink *ink, const char *name, const char *words, bool of_row)
{
    if (!ink->rehearsing && !mend_add(ink->arena, &ink->mend, words, of_row))
        ink->out->full = true;
    begin_tag(ink, name, NULL);
}

void ink_tag_figure(struct ink *ink, const char *words)
{
    begin_marked(ink, "Figure", words, false);
}

void ink_tag_header(struct ink *ink, bool of_row)
{
    begin_marked(ink, "TH", NULL, of_row);
}

void ink_tag_link(struct ink *ink, const char *address)
{
    char attributes[ATTRIBUTE_BYTES];
    const int length = snprintf(attributes, sizeof attributes, "uri='%s'", address);
    /* What would end the value is in no address of ours. */
    if (length < 0 || (size_t)length >= sizeof attributes || strpbrk(address, "'\\") != NULL)
        begin_tag(ink, "Span", NULL);
    else
        begin_tag(ink, CAIRO_TAG_LINK, attributes);
}

void ink_outline(struct ink *ink, const char *title, int y)
{
    char attributes[ATTRIBUTE_BYTES];
    if (ink->rehearsing)
        return;
    (void)snprintf(attributes, sizeof attributes, "page=%d pos=[0 %d]", ink->pages,
                   (int)(y * scale));
    (void)cairo_pdf_surface_add_outline(ink->surface, CAIRO_PDF_OUTLINE_ROOT, title, attributes, 0);
}
