/* durable.c - files that are there whole, or as they were before, whatever happens meanwhile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

/* Closes in any case; what close tells counts too, for a file system may tell it only then. */
static bool sync_and_close(int fd, bool good)
{
    good = good && fsync(fd) == 0;
    const int why = errno;
    const bool closed = close(fd) == 0;
    if (!good)
        errno = why;
    return good && closed;
}

static bool sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length >= sizeof folder)
        return false;
    (void)snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    const char *name = slash == NULL ? "." : length == 0 ? "/" : folder;
    const int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && sync_and_close(fd, true);
}

bool durable_write(const char *path, const void *bytes, size_t count, mode_t mode)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) {
        errno = ENAMETOOLONG;
        return false;
    }
    /* One that a killed attempt has left may not be writable. */
    (void)unlink(beside);
    const int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    if (sync_and_close(fd, write_all(fd, bytes, count)) && rename(beside, path) == 0)
        return sync_folder(path);
    const int why = errno;
    (void)unlink(beside);
    errno = why;
    return false;
}
