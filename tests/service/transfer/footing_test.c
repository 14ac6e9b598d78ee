/* footing_test.c - where a report stands, told in a line and read again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/footing.h"

#include "service/suite.h"

#include <string.h>

enum { ARENA = 1 << 20, LINE = 1 << 16 };

static bool read_line(struct arena *arena, const char *line, struct footing *footing, bool *broken)
{
    json_t *json = json_loads(line, 0, NULL);
    const bool read = footing_read_line(arena, json, footing, broken);
    json_decref(json);
    return read;
}

START_TEST(what_is_written_is_read_again)
{
    static const struct footing told[] = {
        {.site = ""},
        {.size = "0", .root = "47DE", .site = "https://aid.example.org"},
        {.size = "9", .at = "2026-01-31T12:00:00.000Z", .root = "a\"b", .site = ""},
        {.size = "9",
         .at = "2026-01-31T12:00:00.000Z",
         .root = "abc",
         .checkpoint_size = "12",
         .checkpoint = "log\n12\nabc\n\n\xe2\x80\x94 log x\n",
         .site = "http://[::1]:8080"}};
    struct arena *arena = arena_make(ARENA);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        struct footing footing = {.size = NULL};
        struct text line = text_open(arena, LINE);
        bool broken = true;
        footing_write_line(&line, &told[i]);
        ck_assert(line.data[line.length - 1] == '\n');
        ck_assert(read_line(arena, line.data, &footing, &broken) && !broken);
        const char *const pairs[][2] = {{footing.size, told[i].size},
                                        {footing.at, told[i].at},
                                        {footing.root, told[i].root},
                                        {footing.checkpoint_size, told[i].checkpoint_size},
                                        {footing.checkpoint, told[i].checkpoint},
                                        {footing.site, told[i].site}};
        for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++)
            ck_assert_pstr_eq(pairs[p][0], pairs[p][1]);
    }
    arena_free(arena);
}
END_TEST

START_TEST(other_lines_are_told_from_broken_ones)
{
    static const char *const others[] = {"{}", "[]", "{\"report\":\"portfolio\"}", "1"};
    static const char *const wrong[] = {
        "{\"footing\":null}",
        "{\"footing\":1,\"site\":\"\"}",
        "{\"footing\":{},\"site\":\"\"}",
        "{\"footing\":null,\"site\":\"javascript:alert(1)\"}",
        "{\"footing\":{\"size\":1,\"root\":\"a\",\"checkpoint\":{\"size\":1}},\"site\":\"\"}",
        "{\"footing\":{\"size\":1,\"root\":\"a\",\"checkpoint\":{\"note\":\"n\"}},\"site\":\"\"}",
        "{\"footing\":{\"size\":\"1\",\"root\":\"a\",\"checkpoint\":null},\"site\":\"\"}",
        "{\"footing\":{\"size\":1,\"at\":\"2026\",\"root\":\"a\",\"checkpoint\":null},\"site\":"
        "\"\"}",
        "{\"footing\":{\"size\":1,\"at\":\"2026-01-31 "
        "12:00:00Z\",\"root\":\"a\",\"checkpoint\":null},"
        "\"site\":\"\"}",
        "{\"footing\":{\"size\":1,\"root\":\"a\"},\"site\":\"\"}"};
    struct arena *arena = arena_make(ARENA);
    struct footing footing = {.size = NULL};
    bool broken = true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(!read_line(arena, others[i], &footing, &broken) && !broken, "%s", others[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!read_line(arena, wrong[i], &footing, &broken) && broken, "%s", wrong[i]);
    arena_free(arena);
}
END_TEST

SUITE("footing", what_is_written_is_read_again, other_lines_are_told_from_broken_ones)
