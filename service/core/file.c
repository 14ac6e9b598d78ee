/* file.c - whole files: read up to a cap, and replaced so that a crash leaves the old or the new.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, READ_BYTES = 65536 };

static bool fail(const char *path, const char *what, char *reason, size_t reason_bytes)
{
    const int cause = errno;
    (void)snprintf(reason, reason_bytes, "%s %s: %s", path, what, strerrordesc_np(cause));
    errno = cause;
    return false;
}

static bool read_all(struct text *text, int fd)
{
    char bytes[READ_BYTES];
    for (;;) {
        const ssize_t count = read(fd, bytes, sizeof bytes);
        if (count == 0)
            return true;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        text_add_bytes(text, bytes, (size_t)count);
        if (text->full) {
            errno = EFBIG;
            return false;
        }
    }
}

bool file_read(struct text *text, const char *path, char *reason, size_t reason_bytes)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(path, "cannot be opened", reason, reason_bytes);
    const bool is_read = read_all(text, fd) || fail(path, "cannot be read", reason, reason_bytes);
    const int cause = errno;
    (void)close(fd);
    errno = cause;
    return is_read;
}

static bool write_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
    return true;
}

static bool write_new(const char *path, const void *bytes, size_t count, mode_t mode)
{
    /* One that a killed attempt has left may not be writable. */
    (void)unlink(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    bool is_written = fchmod(fd, mode) == 0 && write_all(fd, bytes, count) && fsync(fd) == 0;
    const int cause = errno;
    is_written = close(fd) == 0 && is_written;
    errno = is_written ? 0 : cause;
    return is_written;
}

/* A rename is on the disk once the folder is. */
static bool sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *(slash == path ? slash + 1 : slash) = '\0';
    const int fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool is_synced = fsync(fd) == 0;
    (void)close(fd);
    return is_synced;
}

bool file_replace(const char *path, const void *bytes, size_t count, mode_t mode, char *reason,
                  size_t reason_bytes)
{
    char other[PATH_BYTES];
    if (snprintf(other, sizeof other, "%s.new", path) >= (int)sizeof other) {
        errno = ENAMETOOLONG;
        return fail(path, "cannot be written", reason, reason_bytes);
    }
    if (!write_new(other, bytes, count, mode) || rename(other, path) != 0) {
        const int cause = errno;
        (void)unlink(other);
        errno = cause;
        return fail(path, "cannot be written", reason, reason_bytes);
    }
    return sync_folder(other) || fail(path, "cannot be kept", reason, reason_bytes);
}
