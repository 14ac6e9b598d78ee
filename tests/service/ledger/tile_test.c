/* tile_test.c - one tile has one name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tile.h"

#include "service/suite.h"

static const struct {
    const char *path;
    uint64_t index;
    unsigned width;
} names[] = {
    {"000", 0, 256},
    {"067", 67, 256},
    {"999", 999, 256},
    {"x001/000", 1000, 256},
    {"x001/x234/067", 1234067, 256},
    {"x001/x234/067.p/12", 1234067, 12},
    {"x001/x000/000", 1000000, 256},
    {"000.p/1", 0, 1},
    {"000.p/255", 0, 255},
    {"x999/x999/x999/x999/x999/999", UINT64_C(999999999999999999), 256},
    {"x999/x999/x999/x999/x999/999.p/255", UINT64_C(999999999999999999), 255},
};

START_TEST(a_name_is_read_and_written_the_same)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[TILE_PATH_MAX];
        struct tile_name name = {.index = 1};
        ck_assert_msg(tile_name_parse(names[i].path, &name), "%s", names[i].path);
        ck_assert_uint_eq(name.index, names[i].index);
        ck_assert_uint_eq(name.width, names[i].width);
        tile_name_print(&name, path);
        ck_assert_str_eq(path, names[i].path);
    }
}
END_TEST

START_TEST(any_other_spelling_is_refused)
{
    static const char *const wrong[] = {"",
                                        "0",
                                        "00",
                                        "0000",
                                        "abc",
                                        "-01",
                                        "+01",
                                        " 01",
                                        "001 ",
                                        "x001",
                                        "x001/",
                                        "x000/001",
                                        "x000/x001/001",
                                        "001/002",
                                        "x001/02",
                                        "x001//002",
                                        "X001/002",
                                        "x1/002",
                                        "/001",
                                        "001/",
                                        "001.p",
                                        "001.p/",
                                        "001.p/0",
                                        "001.p/256",
                                        "001.p/01",
                                        "001.p/1/",
                                        "001.p/1.p/1",
                                        "001.P/1",
                                        "x001.p/1/002",
                                        "x999/x999/x999/x999/x999/x999/999",
                                        "x001/x000/x000/x000/x000/x000/000"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct tile_name name;
        ck_assert_msg(!tile_name_parse(wrong[i], &name), "%s", wrong[i]);
    }
}
END_TEST

SUITE("tile", a_name_is_read_and_written_the_same, any_other_spelling_is_refused)
