/* durable_test.c - a file is there whole, or as it was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/durable.h"

#include "service/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 64, CONTENT_BYTES = 64 };

static char folder[PATH_BYTES];
static char path[PATH_BYTES + 8];
static char beside[PATH_BYTES + 16];

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/aidledger-durable-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/file", folder);
    (void)snprintf(beside, sizeof beside, "%s.new", path);
}

static void end(void)
{
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static const char *content(void)
{
    static char bytes[CONTENT_BYTES];
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    (void)fclose(file);
    return bytes;
}

START_TEST(a_file_is_made_and_replaced)
{
    struct stat status;
    begin();
    ck_assert(durable_write(path, "one", 3, 0400));
    ck_assert_str_eq(content(), "one");
    ck_assert(durable_write(path, "another", 7, 0600));
    ck_assert_str_eq(content(), "another");
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777U, 0600);
    ck_assert(durable_write(path, "", 0, 0600));
    ck_assert_str_eq(content(), "");
    end();
}
END_TEST

START_TEST(what_a_killed_attempt_has_left_is_in_nobodys_way)
{
    begin();
    const int fd = open(beside, O_WRONLY | O_CREAT, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert(durable_write(path, "one", 3, 0400));
    ck_assert_str_eq(content(), "one");
    ck_assert_int_ne(access(beside, F_OK), 0);
    end();
}
END_TEST

START_TEST(what_fails_leaves_what_was_there)
{
    char nowhere[PATH_BYTES + 16];
    begin();
    (void)snprintf(nowhere, sizeof nowhere, "%s/gone/file", folder);
    ck_assert(!durable_write(nowhere, "one", 3, 0400));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert(!durable_write(path, "one", 3, 0400));
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_ne(access(beside, F_OK), 0);
    ck_assert_int_eq(rmdir(path), 0);
    end();
}
END_TEST

SUITE("durable", a_file_is_made_and_replaced, what_a_killed_attempt_has_left_is_in_nobodys_way,
      what_fails_leaves_what_was_there)
