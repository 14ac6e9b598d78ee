/* ink_test.c - a PDF of our own: what is added to it, and what is no PDF of that kind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/ink.h"

#include "service/suite.h"
#include "transfer/mend.h"

#include <string.h>

enum { ARENA = 64 << 20, OUT = 8 << 20 };

static const struct ink_about about = {.title = "Títle (of it)",
                                       .subject = "What?",
                                       .author = "somebody",
                                       .keywords = "a, b",
                                       .made = "2026-01-31T12:00:00.000Z"};

static void write_page(struct ink *ink)
{
    const struct box box = {100, 100, 3000, 400};
    ink_page(ink, 7937, 11225);
    ink_tag(ink, "Document");
    ink_tag_figure(ink, "A box: \xe2\x82\xac 1, \xf0\x9f\x8c\x8d");
    ink_paint_box(ink, &box, PAINT_3);
    ink_untag(ink);
    ink_tag(ink, "Table");
    ink_tag(ink, "TR");
    ink_tag_header(ink, true);
    ink_text(ink, INK_TEXT, ANCHOR_START, "Row (1) \\ \x01 <b>", &box);
    ink_untag(ink);
    ink_untag(ink);
    ink_untag(ink);
    ink_untag(ink);
}

static bool make(struct arena *arena, struct text *out)
{
    *out = text_open(arena, OUT);
    struct ink *ink = ink_open(arena, &about, out);
    ck_assert_ptr_nonnull(ink);
    ink_rehearse(ink, true);
    write_page(ink);
    ck_assert_int_eq(ink_pages(ink), 1);
    ink_rehearse(ink, false);
    write_page(ink);
    return ink_close(ink);
}

static bool holds(const struct text *out, const char *word)
{
    return memmem(out->data, out->length, word, strlen(word)) != NULL;
}

START_TEST(a_document_says_its_language_and_what_figures_show)
{
    struct arena *arena = arena_make(ARENA);
    struct text out;
    ck_assert(make(arena, &out));
    ck_assert(strncmp(out.data, "%PDF-1.", 7) == 0);
    ck_assert(holds(&out, "/Lang (en)"));
    ck_assert(holds(&out, "/DisplayDocTitle true"));
    ck_assert(holds(&out, "/Alt <FEFF004100200062006F0078003A002020AC00200031002C0020D83CDF0D>"));
    ck_assert(holds(&out, "/Scope /Row"));
    ck_assert(holds(&out, "/CreationDate (20260131120000"));
    ck_assert(strcmp(out.data + out.length - 6, "%%EOF\n") == 0);
    arena_free(arena);
}
END_TEST

START_TEST(the_same_calls_make_the_same_bytes)
{
    struct arena *arena = arena_make(ARENA);
    struct text one;
    struct text other;
    ck_assert(make(arena, &one) && make(arena, &other));
    ck_assert_uint_eq(one.length, other.length);
    ck_assert_int_eq(memcmp(one.data, other.data, one.length), 0);
    arena_free(arena);
}
END_TEST

START_TEST(a_document_that_has_no_room_is_not_whole)
{
    struct arena *arena = arena_make(ARENA);
    struct text whole;
    ck_assert(make(arena, &whole));
    for (size_t cap = 16; cap < whole.length; cap += whole.length / 7) {
        struct text out = text_open(arena, cap);
        struct ink *ink = ink_open(arena, &about, &out);
        write_page(ink);
        ck_assert(!ink_close(ink));
    }
    arena_free(arena);
}
END_TEST

/* Whatever is missing or altered: told, never read beyond. */
START_TEST(what_is_no_such_document_is_not_mended)
{
    struct arena *arena = arena_make(ARENA);
    const struct mend nothing = {.first_figure = NULL};
    struct text whole;
    ck_assert(make(arena, &whole));
    size_t end = whole.length;
    for (size_t cut = 1; cut < end; cut += 97) {
        struct arena *own = arena_make(ARENA);
        struct text out = text_open(own, OUT);
        text_add_bytes(&out, whole.data, end - cut);
        ck_assert(!mend_pdf(own, &out, &nothing));
        ck_assert_uint_eq(out.length, end - cut);
        arena_free(own);
    }
    static const char *const wrong[] = {
        "",
        "%PDF-1.5\n",
        "startxref\n0\n%%EOF\n",
        "startxref\n99999999999999999999\n%%EOF\n",
        "xref\n0 99999999\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\nstartxref\n0\n",
        "xref\n0 2\n0000000000 65535 f \n9999999999 00000 n \ntrailer\n/Root 1 \nstartxref\n0\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct text out = text_open(arena, OUT);
        text_add(&out, wrong[i]);
        ck_assert_msg(!mend_pdf(arena, &out, &nothing), "%s", wrong[i]);
    }
    arena_free(arena);
}
END_TEST

SUITE("ink", a_document_says_its_language_and_what_figures_show, the_same_calls_make_the_same_bytes,
      a_document_that_has_no_room_is_not_whole, what_is_no_such_document_is_not_mended)
