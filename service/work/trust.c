/* trust.c - the keys somebody trusts, from a command line or from files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/trust.h"

#include "core/file.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 16, ARENA_BYTES = 1 << 20 };

bool trust_add_key(struct trust *trust, const struct note_verifier *key)
{
    for (size_t i = 0; i < trust->count; i++)
        if (strcmp(trust->keys[i].name, key->name) == 0 && trust->keys[i].type == key->type &&
            memcmp(trust->keys[i].public_key, key->public_key, NOTE_PUBLIC_BYTES) == 0)
            return true;
    if (trust->count == TRUST_KEYS_MAX)
        return false;
    trust->keys[trust->count++] = *key;
    return true;
}

static bool add_vkey(struct trust *trust, const char *vkey, enum note_type type, const char **fault)
{
    struct note_verifier key;
    if (!note_verifier_parse(vkey, &key, fault))
        return false;
    *fault = type == NOTE_ED25519 ? "it is a witness's key, not a log's"
                                  : "it is a log's key, not a witness's";
    if (key.type != type)
        return false;
    *fault = "there are too many keys";
    return trust_add_key(trust, &key);
}

bool trust_add_text(struct trust *trust, const char *text, const char *what, enum note_type type,
                    char *reason, size_t reason_bytes)
{
    char line[NOTE_VKEY_MAX];
    for (size_t number = 1; *text != '\0'; number++) {
        const char *fault = "the line is too long";
        const size_t length = strcspn(text, "\n");
        const bool is_short = length < sizeof line;
        if (is_short) {
            memcpy(line, text, length);
            line[length] = '\0';
        }
        text += text[length] == '\n' ? length + 1 : length;
        if (is_short && (line[0] == '\0' || line[0] == '#'))
            continue;
        if (!is_short || !add_vkey(trust, line, type, &fault)) {
            (void)snprintf(reason, reason_bytes, "%s, line %zu: %s", what, number, fault);
            return false;
        }
    }
    return true;
}

static bool add_file(struct trust *trust, const char *path, enum note_type type, char *reason,
                     size_t reason_bytes)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    bool good = arena != NULL;
    if (good) {
        struct text text = text_open(arena, FILE_MAX);
        good = file_read(&text, path, reason, reason_bytes) &&
               trust_add_text(trust, text.data, path, type, reason, reason_bytes);
    } else {
        (void)snprintf(reason, reason_bytes, "out of memory");
    }
    arena_free(arena);
    return good;
}

/* A key has two plus signs, which a path may have too: what cannot be a key is a file. */
bool trust_add(struct trust *trust, const char *value, enum note_type type, char *reason,
               size_t reason_bytes)
{
    const char *fault = NULL;
    const char *plus = strchr(value, '+');
    if (plus == NULL || strchr(plus + 1, '+') == NULL)
        return add_file(trust, value, type, reason, reason_bytes);
    if (add_vkey(trust, value, type, &fault))
        return true;
    (void)snprintf(reason, reason_bytes, "\"%s\": %s", value, fault);
    return false;
}
