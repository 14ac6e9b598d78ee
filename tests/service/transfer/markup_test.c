/* markup_test.c - nothing gets into a page but as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/markup.h"

#include "service/suite.h"

START_TEST(text_and_values_are_escaped)
{
    struct arena *arena = suite_arena();
    struct text out = text_open(arena, 4096);
    struct markup markup = markup_begin(&out);
    markup_open(&markup, "a");
    markup_set(&markup, "href", "/x?a=\"1\"&b='2'");
    markup_set_number(&markup, "tabindex", -1);
    markup_text(&markup, "<script>\x01\x7f é & \t\n");
    markup_close(&markup);
    ck_assert_str_eq(out.data, "<a href=\"/x?a=&quot;1&quot;&amp;b=&#39;2&#39;\" tabindex=\"-1\">"
                               "&lt;script&gt;\xEF\xBF\xBD\xEF\xBF\xBD é &amp; \t\n</a>");
    arena_free(arena);
}
END_TEST

START_TEST(what_was_opened_is_closed_by_its_name)
{
    struct arena *arena = suite_arena();
    struct text out = text_open(arena, 4096);
    struct markup markup = markup_begin(&out);
    markup_open(&markup, "p");
    markup_open(&markup, "meta");
    markup_void(&markup);
    markup_add(&markup, "b", "x", "1");
    markup_close(&markup);
    markup_add(&markup, "i", NULL, "");
    ck_assert_str_eq(out.data, "<p><meta><b class=\"x\">1</b></p><i></i>");
    ck_assert_uint_eq(markup.depth, 0);
    arena_free(arena);
}
END_TEST

SUITE("markup", text_and_values_are_escaped, what_was_opened_is_closed_by_its_name)
