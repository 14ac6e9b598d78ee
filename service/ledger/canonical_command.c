/* canonical_command.c - `aidledger canonical`: what would be hashed, made without the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/canonical_command.h"

#include "ledger/canonical.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    /* A leaf in which every character is written as an escape, and then some. */
    LINE_BYTES = 1 << 20,
    ARENA_BYTES = 64 << 20
};

struct line {
    char *data;
    size_t length;
    size_t number;
    bool is_long;
};

/* False at the end of the input. A line that is too long is read to its end all the same. */
static bool read_line(FILE *in, struct line *line)
{
    int character = 0;
    line->length = 0;
    line->is_long = false;
    line->number++;
    while ((character = getc(in)) != EOF && character != '\n') {
        if (line->length == LINE_BYTES)
            line->is_long = true;
        else
            line->data[line->length++] = (char)character;
    }
    return character != EOF || line->length > 0;
}

static void release(void *value)
{
    json_decref(value);
}

/* NULL with a sentence when the line cannot be read as JSON. */
static const json_t *parse(struct arena *arena, const struct line *line, const char **reason)
{
    json_error_t error;
    if (line->is_long) {
        *reason = "the line is too long";
        return NULL;
    }
    json_t *value =
        json_loadb(line->data, line->length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL) {
        *reason = arena_copy(arena, error.text);
        return NULL;
    }
    if (!arena_defer(arena, release, value)) {
        *reason = "out of memory";
        return NULL;
    }
    return value;
}

static bool print(const struct text *text, bool hashed)
{
    unsigned char hash[CANONICAL_HASH_BYTES];
    char hex[2 * CANONICAL_HASH_BYTES + 1];
    if (!hashed)
        return fwrite(text->data, 1, text->length, stdout) == text->length && putchar('\n') != EOF;
    canonical_leaf_hash(text->data, text->length, hash);
    return puts(sodium_bin2hex(hex, sizeof hex, hash, sizeof hash)) >= 0;
}

static int convert(struct arena *work, struct line *line, bool hashed)
{
    int code = EXIT_DONE;
    while (read_line(stdin, line)) {
        struct text text = text_open(work, CANONICAL_LEAF_MAX);
        const char *reason = NULL;
        const json_t *value = parse(work, line, &reason);
        bool printed = false;
        if (value != NULL && canonical_add(&text, value, &reason)) {
            printed = print(&text, hashed);
        } else {
            code = EXIT_FAILED;
            (void)fprintf(stderr, "aidledger: line %zu: %s\n", line->number,
                          reason == NULL ? "out of memory" : reason);
            printed = putchar('\n') != EOF;
        }
        if (!printed)
            return EXIT_FAILED;
        arena_reset(work);
    }
    return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILED : code;
}

int canonical_command(int count, char **words, const struct config *config)
{
    const bool hashed = count == 1 && strcmp(words[0], "--hash") == 0;
    (void)config;
    if (count > 0 && !hashed) {
        (void)fputs("usage: aidledger canonical [--hash] <VALUES, one JSON value a line\n", stderr);
        return EXIT_USAGE;
    }
    struct arena *kept = arena_make((size_t)2 * LINE_BYTES);
    struct arena *work = arena_make(ARENA_BYTES);
    struct line line = {.data = kept == NULL ? NULL : arena_alloc(kept, LINE_BYTES)};
    int code = EXIT_FAILED;
    if (work == NULL || line.data == NULL || sodium_init() < 0)
        (void)fputs("aidledger: out of memory\n", stderr);
    else
        code = convert(work, &line, hashed);
    arena_free(work);
    arena_free(kept);
    return code;
}
