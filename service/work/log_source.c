/* log_source.c - where a log is read: from a server or a folder, in the layout of C2SP tlog-tiles.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/log_source.h"

#include "core/file.h"
#include "ledger/note.h"
#include "ledger/tile.h"
#include "transfer/fetch.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    WAIT_MS = 60000,  /* for one lot */
    TRIES_MAX = 3,    /* of what passes: a server that is restarted, or has no connection free */
    SPARED_MAX = 120, /* of what a server says to come back for later */
    PAUSE_MS = 1000,
    KEYS_MAX = 1 << 16,
    ARENA_BYTES = 1 << 20
};

static const char keys_name[] = "aidledger-vkey";
static const char keys_path[] = "/.well-known/aidledger-vkey";
static const char ledger_path[] = "/v1/ledger";

struct log_source {
    struct arena *arena;
    const char *from;        /* as it was given */
    const char *prefix;      /* what stands before "/checkpoint" */
    const char *mirror;      /* NULL for none */
    struct fetcher *fetcher; /* NULL for a folder */
};

/* One resource below the prefix. */
struct part {
    const char *path; /* "checkpoint" */
    struct text *bytes;
    bool is_missing;
};

static bool fail(char *reason, size_t reason_bytes, const char *what, const char *why)
{
    (void)snprintf(reason, reason_bytes, "%s: %s", what, why);
    return false;
}

/* ---------------------------------------------------------------- folders */

/* Makes the folders that a path needs. */
static bool make_folders(const char *path)
{
    char folder[PATH_BYTES];
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return false;
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

/* Under another name first, so that what was cut short is not taken for a tile. It is on the disk
   for good only with the checkpoint, which comes last. */
static bool write_mirror(const struct log_source *source, const char *path,
                         const struct text *bytes, char *reason, size_t reason_bytes)
{
    char name[PATH_BYTES];
    char fresh[PATH_BYTES];
    if (snprintf(name, sizeof name, "%s/%s", source->mirror, path) >= (int)sizeof name ||
        snprintf(fresh, sizeof fresh, "%s.new", name) >= (int)sizeof fresh)
        return fail(reason, reason_bytes, source->mirror, "the folder's name is too long");
    FILE *file = make_folders(name) ? fopen(fresh, "we") : NULL;
    bool good = file != NULL && fwrite(bytes->data, 1, bytes->length, file) == bytes->length;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    if (good && rename(fresh, name) == 0)
        return true;
    return fail(reason, reason_bytes, name, strerrordesc_np(errno));
}

static bool read_part(const struct log_source *source, struct part *part, char *reason,
                      size_t reason_bytes)
{
    char name[PATH_BYTES];
    if (snprintf(name, sizeof name, "%s/%s", source->prefix, part->path) >= (int)sizeof name)
        return fail(reason, reason_bytes, source->prefix, "the folder's name is too long");
    errno = 0;
    part->is_missing = false;
    if (file_read(part->bytes, name, reason, reason_bytes))
        return true;
    part->is_missing = errno == ENOENT || errno == ENOTDIR;
    return part->is_missing;
}

/* ---------------------------------------------------------------- servers */

/* Whether the answer is final; else the same is asked again a little later. */
static bool is_final(const struct fetch *fetch, unsigned tries)
{
    if (fetch->status == 429 || fetch->status == 503)
        return tries >= SPARED_MAX;
    return fetch->answer->full || (fetch->status != 0 && fetch->status < 500) || tries >= TRIES_MAX;
}

static bool take_answer(const struct fetch *fetch, struct part *part, char *reason,
                        size_t reason_bytes)
{
    char why[64];
    part->is_missing = fetch->status == 404;
    if (fetch->status == 200 || part->is_missing)
        return true;
    (void)snprintf(why, sizeof why, "the server answers with status %ld", fetch->status);
    return fail(reason, reason_bytes, fetch->url, fetch->status == 0 ? fetch->error : why);
}

/* Asks for those that have no final answer yet; returns how many still have none. */
static size_t ask_again(const struct log_source *source, struct fetch *fetches, bool *is_open,
                        size_t count, unsigned tries)
{
    struct fetch asked[SOURCE_PARTS_MAX];
    size_t places[SOURCE_PARTS_MAX];
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_open[i])
            continue;
        *fetches[i].answer = text_open(fetches[i].answer->arena, fetches[i].answer->cap);
        places[open] = i;
        asked[open++] = fetches[i];
    }
    fetcher_ask(source->fetcher, asked, open, WAIT_MS);
    size_t left = 0;
    for (size_t i = 0; i < open; i++) {
        fetches[places[i]] = asked[i];
        is_open[places[i]] = !is_final(&asked[i], tries);
        left += is_open[places[i]] ? 1 : 0;
    }
    return left;
}

static bool fetch_parts(const struct log_source *source, const char *prefix, struct part *parts,
                        size_t count, char *reason, size_t reason_bytes)
{
    char urls[SOURCE_PARTS_MAX][PATH_BYTES / 2];
    struct fetch fetches[SOURCE_PARTS_MAX];
    bool is_open[SOURCE_PARTS_MAX];
    const struct timespec pause = {.tv_sec = PAUSE_MS / 1000};
    for (size_t i = 0; i < count; i++) {
        is_open[i] = true;
        if (snprintf(urls[i], sizeof urls[i], "%s/%s", prefix, parts[i].path) >=
            (int)sizeof urls[i])
            return fail(reason, reason_bytes, prefix, "the URL is too long");
        fetches[i] = (struct fetch){.url = urls[i], .answer = parts[i].bytes};
    }
    for (unsigned tries = 1; ask_again(source, fetches, is_open, count, tries) > 0; tries++)
        (void)nanosleep(&pause, NULL);
    for (size_t i = 0; i < count; i++)
        if (!take_answer(&fetches[i], &parts[i], reason, reason_bytes))
            return false;
    return true;
}

/* ---------------------------------------------------------------- either */

static bool get(const struct log_source *source, struct part *parts, size_t count, char *reason,
                size_t reason_bytes)
{
    assert(count <= SOURCE_PARTS_MAX);
    if (source->fetcher != NULL)
        return fetch_parts(source, source->prefix, parts, count, reason, reason_bytes);
    for (size_t i = 0; i < count; i++)
        if (!read_part(source, &parts[i], reason, reason_bytes))
            return false;
    return true;
}

/* Whether the URL is that of a service, with nothing behind the host. */
static bool is_bare(const char *url)
{
    const char *host = strstr(url, "://");
    return host != NULL && strchr(host + 3, '/') == NULL;
}

static bool is_url(const char *from)
{
    return strncasecmp(from, "http://", 7) == 0 || strncasecmp(from, "https://", 8) == 0;
}

struct log_source *log_source_open(const char *from, const char *mirror, char *reason,
                                   size_t reason_bytes)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    struct log_source *source = arena == NULL ? NULL : arena_alloc(arena, sizeof *source);
    char *prefix = source == NULL ? NULL : arena_copy(arena, from);
    bool good = prefix != NULL;
    if (good) {
        source->arena = arena;
        source->from = from;
        source->mirror = mirror;
        for (size_t length = strlen(prefix); length > 1 && prefix[length - 1] == '/'; length--)
            prefix[length - 1] = '\0';
        source->prefix = is_url(prefix) && is_bare(prefix)
                             ? arena_format(arena, "%s%s", prefix, ledger_path)
                             : prefix;
        if (is_url(from))
            source->fetcher = fetcher_open();
        good = source->prefix != NULL && (!is_url(from) || source->fetcher != NULL);
    }
    if (good)
        return source;
    (void)snprintf(reason, reason_bytes, "out of memory");
    arena_free(arena);
    return NULL;
}

void log_source_close(struct log_source *source)
{
    if (source == NULL)
        return;
    fetcher_close(source->fetcher);
    arena_free(source->arena);
}

const char *log_source_name(const struct log_source *source)
{
    return source->from;
}

bool log_source_checkpoint(struct log_source *source, struct text *text, char *reason,
                           size_t reason_bytes)
{
    struct part part = {.path = "checkpoint", .bytes = text};
    if (!get(source, &part, 1, reason, reason_bytes))
        return false;
    return !part.is_missing ||
           fail(reason, reason_bytes, source->from,
                source->fetcher != NULL ? "there is no checkpoint; is it the URL of a log?"
                                        : "there is no file \"checkpoint\" in it");
}

/* A service has its keys beside the log, under its host; a folder within. */
bool log_source_keys(struct log_source *source, struct text *text, char *reason,
                     size_t reason_bytes)
{
    struct part part = {.path = keys_name, .bytes = text};
    bool good = true;
    if (source->fetcher == NULL) {
        good = get(source, &part, 1, reason, reason_bytes);
    } else {
        char host[PATH_BYTES / 2];
        const char *name = strstr(source->prefix, "://") + 3;
        (void)snprintf(host, sizeof host, "%.*s",
                       (int)((size_t)(name - source->prefix) + strcspn(name, "/")), source->prefix);
        part.path = keys_path + 1;
        good = fetch_parts(source, host, &part, 1, reason, reason_bytes);
    }
    return good &&
           (!part.is_missing || fail(reason, reason_bytes, source->from,
                                     "it publishes no keys; give those you trust with --vkey"));
}

/* ---------------------------------------------------------------- tiles */

void source_tile_name(const struct source_tile *tile, char path[SOURCE_PATH_BYTES])
{
    const struct tile_name name = {.index = tile->index, .width = tile->width};
    char spelled[TILE_PATH_MAX];
    tile_name_print(&name, spelled);
    if (tile->level == SOURCE_ENTRIES)
        (void)snprintf(path, SOURCE_PATH_BYTES, "tile/entries/%s", spelled);
    else
        (void)snprintf(path, SOURCE_PATH_BYTES, "tile/%d/%s", tile->level, spelled);
}

/* Bytes of the first entries of a bundle; 0 when there are not so many. */
static size_t measure_entries(const struct text *bytes, unsigned width)
{
    const unsigned char *at = (const unsigned char *)bytes->data;
    size_t length = 0;
    for (unsigned i = 0; i < width; i++) {
        if (bytes->length - length < 2)
            return 0;
        const size_t entry = (size_t)at[length] << 8 | at[length + 1];
        if (bytes->length - length - 2 < entry)
            return 0;
        length += 2 + entry;
    }
    return length;
}

/* Cuts a wider tile to what is wanted. */
static void narrow(struct source_tile *tile)
{
    const size_t length = tile->level == SOURCE_ENTRIES ? measure_entries(&tile->bytes, tile->width)
                                                        : (size_t)tile->width * MERKLE_HASH_BYTES;
    if (length > 0 && length < tile->bytes.length)
        tile->bytes.length = length;
}

static bool keep_tile(const struct log_source *source, const struct source_tile *tile, char *reason,
                      size_t reason_bytes)
{
    char path[SOURCE_PATH_BYTES];
    source_tile_name(tile, path);
    return source->mirror == NULL || write_mirror(source, path, &tile->bytes, reason, reason_bytes);
}

/* A partial tile may be gone once the whole one is there (tlog-tiles). */
static bool read_whole(const struct log_source *source, struct source_tile *tile, char *reason,
                       size_t reason_bytes)
{
    char path[SOURCE_PATH_BYTES];
    char missing[SOURCE_PATH_BYTES];
    struct source_tile whole = *tile;
    struct part part = {.path = path, .bytes = &tile->bytes};
    source_tile_name(tile, missing);
    whole.width = MERKLE_TILE_WIDTH;
    source_tile_name(&whole, path);
    part.is_missing = true;
    if (tile->width < MERKLE_TILE_WIDTH && !get(source, &part, 1, reason, reason_bytes))
        return false;
    if (part.is_missing)
        return fail(reason, reason_bytes, missing, "it is missing");
    narrow(tile);
    return true;
}

bool log_source_tiles(struct log_source *source, struct arena *arena, struct source_tile *tiles,
                      size_t count, char *reason, size_t reason_bytes)
{
    char paths[SOURCE_PARTS_MAX][SOURCE_PATH_BYTES];
    struct part parts[SOURCE_PARTS_MAX];
    assert(count <= SOURCE_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        const bool is_bundle = tiles[i].level == SOURCE_ENTRIES;
        source_tile_name(&tiles[i], paths[i]);
        tiles[i].bytes =
            text_open(arena, is_bundle ? (size_t)SOURCE_BUNDLE_MAX
                                       : (size_t)MERKLE_TILE_WIDTH * MERKLE_HASH_BYTES);
        parts[i] = (struct part){.path = paths[i], .bytes = &tiles[i].bytes};
    }
    if (!get(source, parts, count, reason, reason_bytes))
        return false;
    for (size_t i = 0; i < count; i++)
        if ((parts[i].is_missing && !read_whole(source, &tiles[i], reason, reason_bytes)) ||
            !keep_tile(source, &tiles[i], reason, reason_bytes))
            return false;
    return true;
}

bool log_source_seal_mirror(struct log_source *source, const struct text *keys, const char *note,
                            size_t note_bytes, char *reason, size_t reason_bytes)
{
    char path[PATH_BYTES];
    if (source->mirror == NULL)
        return true;
    if (snprintf(path, sizeof path, "%s/checkpoint", source->mirror) >= (int)sizeof path ||
        !make_folders(path))
        return fail(reason, reason_bytes, source->mirror, "the folder cannot be made");
    if (!write_mirror(source, keys_name, keys, reason, reason_bytes))
        return false;
    sync();
    return file_replace(path, note, note_bytes, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, reason,
                        reason_bytes);
}
