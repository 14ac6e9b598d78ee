/* directory.c - the live API keys, in memory, as the database had them a moment ago. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/directory.h"

#include "core/arena.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWN_BYTES = 4096,
    EDITION_BYTES = 256 << 20 /* about half a million keys */
};

struct live_key {
    struct live_key *next; /* added before it */
    struct live_key *link; /* in the same slot of the table */
    struct key key;
    struct principal principal;
};

/* Double-buffered: one is in force while the other is being written. */
struct edition {
    struct arena *arena;
    struct live_key *keys;
    size_t count;
    struct live_key **slots;
    size_t slot_count; /* a power of two */
};

struct directory {
    struct arena *arena;
    struct edition editions[2];
    unsigned in_force;
    bool asked;
    int64_t asked_ms;
};

struct directory *directory_make(void)
{
    struct arena *arena = arena_make(OWN_BYTES);
    struct directory *directory = arena != NULL ? arena_alloc(arena, sizeof *directory) : NULL;
    if (directory == NULL || sodium_init() < 0)
        goto fail;
    directory->arena = arena;
    for (size_t i = 0; i < 2; i++) {
        directory->editions[i].arena = arena_make(EDITION_BYTES);
        if (directory->editions[i].arena == NULL)
            goto fail;
    }
    return directory;
fail:
    if (directory != NULL)
        arena_free(directory->editions[0].arena);
    arena_free(arena);
    return NULL;
}

void directory_free(struct directory *directory)
{
    if (directory == NULL)
        return;
    arena_free(directory->editions[0].arena);
    arena_free(directory->editions[1].arena);
    arena_free(directory->arena);
}

/* ---------------------------------------------------------------- editions */

static struct edition *draft(struct directory *directory)
{
    return &directory->editions[1 - directory->in_force];
}

bool directory_begin(struct directory *directory)
{
    struct edition *edition = draft(directory);
    arena_reset(edition->arena);
    edition->keys = NULL;
    edition->count = 0;
    edition->slots = NULL;
    edition->slot_count = 0;
    return true;
}

static bool copy(char *to, size_t bytes, const char *from)
{
    const int length = snprintf(to, bytes, "%s", from != NULL ? from : "");
    return length >= 0 && (size_t)length < bytes;
}

static bool read_secret(const char *hex, unsigned char secret[SECRET_HASH_BYTES])
{
    size_t length = 0;
    return hex != NULL &&
           sodium_hex2bin(secret, SECRET_HASH_BYTES, hex, strlen(hex), NULL, &length, NULL) == 0 &&
           length == SECRET_HASH_BYTES;
}

static bool read_seconds(const char *text, int64_t *seconds)
{
    char *end = NULL;
    errno = 0;
    *seconds = text != NULL ? strtoll(text, &end, 10) : 0;
    return end != NULL && end != text && *end == '\0' && errno == 0;
}

static uint32_t role_of(const char *name, size_t length)
{
    static const struct {
        const char *name;
        enum role role;
    } roles[] = {{"donor_editor", ROLE_DONOR_EDITOR},
                 {"donor_approver", ROLE_DONOR_APPROVER},
                 {"recipient_officer", ROLE_RECIPIENT_OFFICER},
                 {"recipient_signatory", ROLE_RECIPIENT_SIGNATORY},
                 {"statistician", ROLE_STATISTICIAN},
                 {"stakeholder", ROLE_STAKEHOLDER},
                 {"auditor", ROLE_AUDITOR},
                 {"steward", ROLE_STEWARD},
                 {"importer", ROLE_IMPORTER}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strlen(roles[i].name) == length && memcmp(roles[i].name, name, length) == 0)
            return roles[i].role;
    }
    return 0;
}

/* A role this program does not know gives nothing: a newer database may have some. */
static uint32_t read_roles(const char *list)
{
    uint32_t roles = 0;
    for (const char *name = list; *name != '\0';) {
        const size_t length = strcspn(name, ",");
        roles |= role_of(name, length);
        name += length + (name[length] == ',');
    }
    return roles;
}

bool directory_add(struct directory *directory, const char *const fields[DIRECTORY_FIELDS])
{
    struct edition *edition = draft(directory);
    struct live_key *live = arena_alloc(edition->arena, sizeof *live);
    if (live == NULL)
        return false;
    struct principal *principal = &live->principal;
    if (!copy(live->key.keyid, sizeof live->key.keyid, fields[0]) ||
        !read_secret(fields[1], live->key.secret_sha256) ||
        !copy(principal->key, sizeof principal->key, fields[2]) ||
        !copy(principal->id, sizeof principal->id, fields[3]) ||
        !copy(principal->organisation, sizeof principal->organisation, fields[4]) ||
        !copy(principal->country, sizeof principal->country, fields[5]) ||
        !copy(principal->role_list, sizeof principal->role_list, fields[6]) ||
        !read_seconds(fields[7], &principal->expires_at_s))
        return false;
    principal->known = true;
    principal->roles = read_roles(principal->role_list);
    live->next = edition->keys;
    edition->keys = live;
    edition->count++;
    return true;
}

static size_t slot_of(const char *keyid, size_t slot_count)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (const char *c = keyid; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    return hash & (slot_count - 1);
}

void directory_commit(struct directory *directory, int64_t asked_ms)
{
    struct edition *edition = draft(directory);
    size_t slot_count = 16;
    while (slot_count < edition->count * 2)
        slot_count *= 2;
    edition->slots = arena_alloc(edition->arena, slot_count * sizeof(struct live_key *));
    if (edition->slots == NULL)
        return; /* the edition in force grows old, and keyed requests are refused */
    edition->slot_count = slot_count;
    for (struct live_key *live = edition->keys; live != NULL; live = live->next) {
        const size_t slot = slot_of(live->key.keyid, slot_count);
        live->link = edition->slots[slot];
        edition->slots[slot] = live;
    }
    directory->in_force = 1 - directory->in_force;
    directory->asked = true;
    directory->asked_ms = asked_ms;
}

int64_t directory_age_ms(const struct directory *directory, int64_t now_ms)
{
    return directory->asked ? now_ms - directory->asked_ms : INT64_MAX;
}

/* ---------------------------------------------------------------- looking up */

static const struct live_key *find(const struct edition *edition, const char *keyid)
{
    if (edition->slot_count == 0)
        return NULL;
    const struct live_key *live = edition->slots[slot_of(keyid, edition->slot_count)];
    while (live != NULL && strcmp(live->key.keyid, keyid) != 0)
        live = live->link;
    return live;
}

bool directory_find(const struct directory *directory, const struct key *key, int64_t now_s,
                    struct principal *principal)
{
    static const struct live_key nobody; /* compared with when there is no such key */
    const struct live_key *live = find(&directory->editions[directory->in_force], key->keyid);
    const struct live_key *compared = live != NULL ? live : &nobody;
    const bool same =
        sodium_memcmp(compared->key.secret_sha256, key->secret_sha256, SECRET_HASH_BYTES) == 0;
    if (live == NULL || !same || live->principal.expires_at_s <= now_s)
        return false;
    *principal = live->principal;
    return true;
}
