/* log_key.c - the keys that sign the log: their file, and memory that is kept apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/log_key.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 8192 };

static const char head[] =
    "# The keys that sign this log. Whoever reads them can sign in its name.\n";
static const char until_word[] = " until ";

struct log_keys {
    struct note_signer signers[LOG_KEYS_MAX];
    size_t count;
    char file[FILE_BYTES]; /* as it was read */
};

static bool refuse(char *reason, size_t reason_bytes, const char *path, const char *why)
{
    (void)snprintf(reason, reason_bytes, "the log key %s %s", path, why);
    return false;
}

/* ---------------------------------------------------------------- reading */

/* Without stdio, whose buffers would keep a copy. */
static bool read_bytes(const char *path, char file[FILE_BYTES], char *reason, size_t reason_bytes)
{
    struct stat status;
    size_t length = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse(reason, reason_bytes, path, strerrordesc_np(errno));
    const bool apart = fstat(fd, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    ssize_t got = 1;
    while (apart && got > 0 && length < FILE_BYTES - 1) {
        got = read(fd, file + length, FILE_BYTES - 1 - length);
        if (got > 0)
            length += (size_t)got;
    }
    file[length] = '\0';
    (void)close(fd);
    if (!apart)
        return refuse(reason, reason_bytes, path, "may be read by others; give it mode 0400");
    if (got != 0)
        return refuse(reason, reason_bytes, path, "cannot be read whole");
    return true;
}

/* Days as text are in the order of time. */
static bool still_signs(const char *line, const char *today)
{
    const char *until = strstr(line, until_word);
    return until == NULL || strcmp(until + sizeof until_word - 1, today) >= 0;
}

static bool take_line(struct log_keys *keys, char *line, const char *today, const char **why)
{
    if (line[0] == '#' || line[0] == '\0' || !still_signs(line, today))
        return true;
    if (keys->count == LOG_KEYS_MAX) {
        *why = "has too many keys";
        return false;
    }
    char *until = strstr(line, until_word);
    if (until != NULL)
        *until = '\0';
    struct note_signer *signer = &keys->signers[keys->count];
    const bool parsed = note_signer_parse(line, signer, why);
    if (until != NULL)
        *until = ' ';
    if (!parsed)
        return false;
    if (signer->verifier.type != NOTE_ED25519) {
        *why = "has a key that is not for signing a log";
        return false;
    }
    keys->count++;
    return true;
}

static bool take_lines(struct log_keys *keys, const char *today, const char **why)
{
    char *line = keys->file;
    while (*line != '\0') {
        char *end = line + strcspn(line, "\n");
        const bool last = *end == '\0';
        *end = '\0';
        const bool taken = take_line(keys, line, today, why);
        if (!last)
            *end = '\n';
        if (!taken)
            return false;
        line = last ? end : end + 1;
    }
    if (keys->count == 0)
        *why = "holds no key that still signs";
    return keys->count > 0;
}

struct log_keys *log_keys_read(const char *path, const char *today, char *reason,
                               size_t reason_bytes)
{
    const char *why = NULL;
    struct log_keys *keys = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *keys);
    if (keys == NULL) {
        (void)refuse(reason, reason_bytes, path, "does not fit in locked memory");
        return NULL;
    }
    memset(keys, 0, sizeof *keys);
    if (!read_bytes(path, keys->file, reason, reason_bytes)) {
        log_keys_free(keys);
        return NULL;
    }
    if (!take_lines(keys, today, &why)) {
        (void)refuse(reason, reason_bytes, path, why);
        log_keys_free(keys);
        return NULL;
    }
    return keys;
}

void log_keys_free(struct log_keys *keys)
{
    sodium_free(keys); /* which wipes */
}

/* ---------------------------------------------------------------- signing */

size_t log_keys_count(const struct log_keys *keys)
{
    return keys->count;
}

const struct note_verifier *log_keys_verifier(const struct log_keys *keys, size_t index)
{
    return &keys->signers[index].verifier;
}

void log_keys_sign(const struct log_keys *keys, const char *text_signed, struct text *out)
{
    text_add(out, text_signed);
    text_add_char(out, '\n');
    for (size_t i = 0; i < keys->count; i++)
        note_add_signature(out, &keys->signers[i], text_signed, strlen(text_signed), 0);
}

void log_keys_vouch(const struct log_keys *keys, const char *text_signed, struct text *out)
{
    note_add_signature(out, &keys->signers[keys->count - 1], text_signed, strlen(text_signed), 0);
}

/* ---------------------------------------------------------------- making */

bool log_key_init(const char *path, const char *name, char vkey[NOTE_VKEY_MAX], char *reason,
                  size_t reason_bytes)
{
    struct note_signer signer;
    char skey[NOTE_VKEY_MAX];
    char file[FILE_BYTES];
    if (access(path, F_OK) == 0)
        return refuse(reason, reason_bytes, path, "is there already; to replace it, rotate it");
    if (sodium_init() < 0 || !note_signer_make(name, NOTE_ED25519, &signer))
        return refuse(reason, reason_bytes, path, "cannot have this name");
    note_signer_print(&signer, skey);
    (void)snprintf(file, sizeof file, "%s%s\n", head, skey);
    const bool written = file_replace(path, file, strlen(file), S_IRUSR, reason, reason_bytes);
    note_verifier_print(&signer.verifier, vkey);
    note_signer_wipe(&signer);
    sodium_memzero(skey, sizeof skey);
    sodium_memzero(file, sizeof file);
    return written;
}

bool log_key_next(const struct log_keys *keys, struct note_signer *next)
{
    return note_signer_make(keys->signers[keys->count - 1].verifier.name, NOTE_ED25519, next);
}

/* A file in the making; not a core text, which leaves copies behind as it grows. */
struct lines {
    char bytes[FILE_BYTES];
    size_t length;
    bool full;
};

static void add(struct lines *lines, const char *bytes, size_t count)
{
    if (count >= sizeof lines->bytes - lines->length) {
        lines->full = true;
        return;
    }
    memcpy(lines->bytes + lines->length, bytes, count);
    lines->length += count;
}

static void add_string(struct lines *lines, const char *string)
{
    add(lines, string, strlen(string));
}

/* The lines there are, those without a last day given one, and the new one. */
static void join_lines(const char *old, const char *until, const char *skey, struct lines *out)
{
    while (*old != '\0') {
        const size_t length = strcspn(old, "\n");
        const char *known = strstr(old, until_word);
        add(out, old, length);
        if (length > 0 && *old != '#' && (known == NULL || known >= old + length)) {
            add_string(out, until_word);
            add_string(out, until);
        }
        add_string(out, "\n");
        old += length + (old[length] == '\n' ? 1 : 0);
    }
    add_string(out, skey);
    add_string(out, "\n");
}

bool log_key_add(const char *path, const struct note_signer *next, const char *until, char *reason,
                 size_t reason_bytes)
{
    char old[FILE_BYTES];
    char skey[NOTE_VKEY_MAX];
    struct lines lines = {.length = 0};
    bool added = read_bytes(path, old, reason, reason_bytes);
    if (added) {
        note_signer_print(next, skey);
        join_lines(old, until, skey, &lines);
        added = lines.full
                    ? refuse(reason, reason_bytes, path, "has too many keys")
                    : file_replace(path, lines.bytes, lines.length, S_IRUSR, reason, reason_bytes);
    }
    sodium_memzero(old, sizeof old);
    sodium_memzero(skey, sizeof skey);
    sodium_memzero(&lines, sizeof lines);
    return added;
}
