/* iati_bytes.c - the bytes of a file to import, with their SHA-256. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/iati_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool iati_bytes_open(struct iati_bytes *bytes, const char *path, struct problem *problem)
{
    struct stat about;
    /* Opening a pipe would wait for its other end; it is refused below. */
    *bytes = (struct iati_bytes){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (bytes->fd < 0 || fstat(bytes->fd, &about) != 0)
        return problem_set(problem, PROBLEM_NOT_FOUND, "it cannot be opened: %s",
                           strerrordesc_np(errno));
    if (!S_ISREG(about.st_mode))
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "it is no regular file; a file is read twice, first to see that it is "
                           "whole");
    bytes->size = about.st_size;
    return iati_bytes_rewind(bytes, problem);
}

bool iati_bytes_rewind(struct iati_bytes *bytes, struct problem *problem)
{
    bytes->given = 0;
    (void)crypto_hash_sha256_init(&bytes->hash);
    return lseek(bytes->fd, 0, SEEK_SET) == 0 ||
           problem_set(problem, PROBLEM_INTERNAL, "it cannot be read: %s", strerrordesc_np(errno));
}

ssize_t iati_bytes_give(struct iati_bytes *bytes, void *buffer, size_t room)
{
    ssize_t count = 0;
    do
        count = read(bytes->fd, buffer, room);
    while (count < 0 && errno == EINTR);
    if (count > 0) {
        bytes->given += count;
        (void)crypto_hash_sha256_update(&bytes->hash, buffer, (unsigned long long)count);
    }
    return count;
}

void iati_bytes_sha256(const struct iati_bytes *bytes, char text[IATI_SHA256_TEXT])
{
    crypto_hash_sha256_state state = bytes->hash;
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256_final(&state, hash);
    (void)sodium_bin2hex(text, IATI_SHA256_TEXT, hash, sizeof hash);
}

void iati_bytes_close(struct iati_bytes *bytes)
{
    if (bytes->fd >= 0)
        (void)close(bytes->fd);
    bytes->fd = -1;
}
