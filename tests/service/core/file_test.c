/* file_test.c - whole files: what was there stays until all of the new is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include "service/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REASON_BYTES = 512 };

static char folder[] = "/tmp/aidledger-file.XXXXXX";

/* A path in a folder of the test's own. */
static const char *own_path(struct arena *arena, const char *name)
{
    if (strstr(folder, "XXXXXX") != NULL)
        ck_assert_ptr_nonnull(mkdtemp(folder));
    const char *path = arena_format(arena, "%s/%s", folder, name);
    ck_assert_ptr_nonnull(path);
    return path;
}

START_TEST(what_is_written_is_read)
{
    struct arena *arena = suite_arena();
    const char *path = own_path(arena, "state");
    char reason[REASON_BYTES];
    struct stat about;
    for (int i = 0; i < 2; i++) {
        struct text text = text_open(arena, 64);
        const char *content = i == 0 ? "a longer one\n" : "a\0b";
        const size_t count = i == 0 ? strlen(content) : 3;
        ck_assert_msg(file_replace(path, content, count, S_IRUSR | S_IWUSR, reason, sizeof reason),
                      "%s", reason);
        ck_assert_msg(file_read(&text, path, reason, sizeof reason), "%s", reason);
        ck_assert_uint_eq(text.length, count);
        ck_assert_mem_eq(text.data, content, count);
    }
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777U, S_IRUSR | S_IWUSR);
    ck_assert_int_ne(access(own_path(arena, "state.new"), F_OK), 0);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_cannot_be_read_is_told_with_its_cause)
{
    struct arena *arena = suite_arena();
    const char *path = own_path(arena, "long");
    char reason[REASON_BYTES];
    struct text text = text_open(arena, 3);
    ck_assert(!file_read(&text, path, reason, sizeof reason));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_nonnull(strstr(reason, path));
    ck_assert(file_replace(path, "four", 4, S_IRUSR, reason, sizeof reason));
    ck_assert(!file_read(&text, path, reason, sizeof reason));
    ck_assert_int_eq(errno, EFBIG);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(!file_read(&text, folder, reason, sizeof reason));
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_a_killed_attempt_has_left_is_in_nobodys_way)
{
    struct arena *arena = suite_arena();
    const char *path = own_path(arena, "key");
    const char *beside = own_path(arena, "key.new");
    char reason[REASON_BYTES];
    const int fd = open(beside, O_WRONLY | O_CREAT | O_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert(file_replace(path, "one", 3, S_IRUSR, reason, sizeof reason));
    ck_assert_int_ne(access(beside, F_OK), 0);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_cannot_be_replaced_stays)
{
    struct arena *arena = suite_arena();
    const char *path = own_path(arena, "kept");
    const char *beside = own_path(arena, "kept.new");
    char reason[REASON_BYTES];
    struct text text = text_open(arena, 64);
    ck_assert(file_replace(path, "old", 3, S_IRUSR | S_IWUSR, reason, sizeof reason));
    /* The new one has no place to be written to. */
    ck_assert_int_eq(mkdir(beside, S_IRWXU), 0);
    ck_assert(!file_replace(path, "new", 3, S_IRUSR | S_IWUSR, reason, sizeof reason));
    ck_assert_ptr_nonnull(strstr(reason, "cannot be written"));
    ck_assert(file_read(&text, path, reason, sizeof reason));
    ck_assert_str_eq(text.data, "old");
    ck_assert_int_eq(rmdir(beside), 0);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    ck_assert(!file_replace(path, "new", 3, S_IRUSR | S_IWUSR, reason, sizeof reason));
    ck_assert_int_eq(errno, ENOENT);
    arena_free(arena);
}
END_TEST

SUITE("file", what_a_killed_attempt_has_left_is_in_nobodys_way, what_is_written_is_read,
      what_cannot_be_read_is_told_with_its_cause, what_cannot_be_replaced_stays)
