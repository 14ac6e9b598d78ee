/* seal_begin.c - before the sealer works: whose log is it, and does it extend what was signed? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/sealer.h"

#include "core/number.h"
#include "ledger/note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---------------------------------------------------------------- keys */

static void find_day(char day[LOG_KEY_DAY])
{
    const time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL || strftime(day, LOG_KEY_DAY, "%Y-%m-%d", &utc) == 0)
        (void)snprintf(day, LOG_KEY_DAY, "9999-12-31");
}

/* The keys bear the log's own name, or they are another log's. */
static bool keys_are_ours(struct sealer *sealer)
{
    for (size_t i = 0; i < log_keys_count(sealer->keys); i++)
        if (strcmp(log_keys_verifier(sealer->keys, i)->name, sealer->origin) != 0)
            return sealer_fail(sealer, "the log key has the name of another log");
    return true;
}

static bool publish_keys(struct sealer *sealer, PGconn *db)
{
    char vkey[NOTE_VKEY_MAX];
    const char *const values[] = {vkey};
    for (size_t i = 0; i < log_keys_count(sealer->keys); i++) {
        note_verifier_print(log_keys_verifier(sealer->keys, i), vkey);
        if (!sealer_tell(sealer, db, "SELECT ledger_key_add($1)", 1, values))
            return false;
    }
    return true;
}

bool sealer_read_keys(struct sealer *sealer, PGconn *db)
{
    const char *path = sealer->config->log_key;
    struct stat now;
    find_day(sealer->day);
    if (stat(path, &now) != 0)
        memset(&now, 0, sizeof now);
    struct log_keys *keys = log_keys_read(path, sealer->day, sealer->reason, sizeof sealer->reason);
    if (keys == NULL)
        return false;
    log_keys_free(sealer->keys);
    sealer->keys = keys;
    sealer->key_file = now;
    return keys_are_ours(sealer) && publish_keys(sealer, db);
}

/* A rotated key comes into use, and an old one out of it, without a restart. */
bool sealer_keys_are_current(const struct sealer *sealer)
{
    struct stat now;
    char day[LOG_KEY_DAY];
    find_day(day);
    return strcmp(day, sealer->day) == 0 && stat(sealer->config->log_key, &now) == 0 &&
           now.st_ino == sealer->key_file.st_ino &&
           now.st_mtim.tv_sec == sealer->key_file.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == sealer->key_file.st_mtim.tv_nsec;
}

/* ---------------------------------------------------------------- beginning */

struct newest {
    bool any;
    uint64_t leaves;
    uint64_t size; /* of the newest published checkpoint */
};

static bool read_newest(struct sealer *sealer, PGconn *db, struct newest *newest)
{
    int64_t leaves = 0;
    int64_t size = 0;
    PGresult *result = sealer_question(sealer, db,
                                       "SELECT l.origin, tree_size(), (SELECT max(c.tree_size)"
                                       " FROM ledger_checkpoint AS c) FROM ledger_log AS l",
                                       0, NULL);
    if (result == NULL)
        return false;
    const bool read =
        PQntuples(result) == 1 && number_parse(PQgetvalue(result, 0, 1), 0, INT64_MAX, &leaves) &&
        (PQgetisnull(result, 0, 2) || number_parse(PQgetvalue(result, 0, 2), 0, INT64_MAX, &size));
    if (read) {
        (void)snprintf(sealer->origin, sizeof sealer->origin, "%s", PQgetvalue(result, 0, 0));
        *newest = (struct newest){
            .any = !PQgetisnull(result, 0, 2), .leaves = (uint64_t)leaves, .size = (uint64_t)size};
    }
    PQclear(result);
    return read || sealer_fail(sealer, "the database has no log");
}

/* Leaves that have their index but no full tile: the last ones of every start, and all of them
   where a log was ordered before it was sealed. */
static bool catch_up(struct sealer *sealer, PGconn *db, uint64_t leaves)
{
    while (sealer->tree.size < leaves) {
        char from[24];
        const char *const values[] = {from};
        struct batch batch;
        arena_reset(sealer->arena);
        (void)snprintf(from, sizeof from, "%" PRIu64, sealer->tree.size);
        PGresult *rows =
            sealer_question(sealer, db,
                            "SELECT l.entry, e.leaf, l.leaf_hash FROM ledger_leaf AS l"
                            " JOIN ledger_entry AS e ON e.entry = l.entry"
                            " WHERE l.leaf_index >= $1 ORDER BY l.leaf_index LIMIT 1000",
                            1, values);
        bool good = rows != NULL && sealer_hash_rows(sealer, rows, &batch);
        if (good && batch.count == 0)
            good = sealer_fail(sealer, "the log has a gap");
        good = good && sealer_tell(sealer, db, "BEGIN", 0, NULL) &&
               tree_append(&sealer->tree, batch.hashes, batch.count) &&
               sealer_tell(sealer, db, "COMMIT", 0, NULL);
        PQclear(rows);
        if (!good)
            return false;
    }
    return true;
}

/* Whether the tree in the database begins with the tree of this size and root. */
static bool extends(struct sealer *sealer, uint64_t size, const struct merkle_hash *root)
{
    const struct merkle_source source = tree_source(&sealer->tree);
    struct merkle_hash found;
    if (size > sealer->tree.size) {
        (void)snprintf(sealer->reason, sizeof sealer->reason,
                       "ROLLBACK: the database has %" PRIu64 " leaves, fewer than the %" PRIu64
                       " that were signed; it was restored, or is a copy that lagged",
                       sealer->tree.size, size);
        return false;
    }
    if (!merkle_root(&source, size, &found))
        return false;
    if (merkle_is_equal(&found, root))
        return true;
    (void)snprintf(sealer->reason, sizeof sealer->reason,
                   "FORK: the first %" PRIu64 " leaves in the database are not those that were "
                   "signed",
                   size);
    return false;
}

/* The newest checkpoint that the database has, and whether it is one of ours. */
static bool read_checkpoint(struct sealer *sealer, PGconn *db, uint64_t size,
                            struct merkle_hash *root)
{
    char words[24];
    const char *const values[] = {words};
    struct note note;
    struct checkpoint checkpoint;
    const char *why = NULL;
    (void)snprintf(words, sizeof words, "%" PRIu64, size);
    PGresult *result = sealer_question(
        sealer, db, "SELECT c.note FROM ledger_checkpoint AS c WHERE c.tree_size = $1", 1, values);
    if (result == NULL)
        return false;
    const char *bytes = PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "";
    bool ours = false;
    if (note_parse(bytes, strlen(bytes), &note, &why) &&
        checkpoint_parse(note.text, note.text_bytes, &checkpoint, &why))
        for (size_t i = 0; i < log_keys_count(sealer->keys); i++)
            ours = ours || note_is_signed_by(&note, log_keys_verifier(sealer->keys, i), NULL);
    ours = ours && checkpoint.size == size;
    if (ours)
        *root = checkpoint.root;
    PQclear(result);
    return ours ||
           sealer_fail(sealer, "the newest checkpoint in the database is not signed by this key");
}

/* What was published must be in the tree as well; without a signed state there must be nothing
   published, unless the operator has said that what is published is what was signed. */
static bool is_continued(struct sealer *sealer, PGconn *db, const struct newest *newest)
{
    struct merkle_hash root;
    if (sealer->state.known && !extends(sealer, sealer->state.size, &sealer->state.root))
        return false;
    if (!newest->any)
        return true;
    if (!sealer->state.known && !sealer->adopt)
        return sealer_fail(sealer,
                           "the log was signed before, but the file of its signed state is not "
                           "here; put it back, or let seal --adopt take the newest checkpoint "
                           "for it");
    return (sealer->state.known && sealer->state.size >= newest->size) ||
           (read_checkpoint(sealer, db, newest->size, &root) &&
            extends(sealer, newest->size, &root) &&
            signed_write(&sealer->state, sealer->origin, newest->size, &root, sealer->reason,
                         sizeof sealer->reason));
}

static bool is_only_sealer(struct sealer *sealer, PGconn *db)
{
    PGresult *result = sealer_question(
        sealer, db, "SELECT pg_try_advisory_lock(hashtextextended('aidledger sealer', 0))", 0,
        NULL);
    const bool only = result != NULL && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    if (result != NULL && !only)
        (void)sealer_fail(sealer, "another sealer is at work on this database");
    PQclear(result);
    return only;
}

/* A commit is not acknowledged before it would survive; where a standby must have it too, that
   stays. */
static const char wait_for_disk[] =
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    " AND current_setting('fsync') = 'on'";

bool sealer_begin(void *owner, PGconn *db)
{
    struct sealer *sealer = owner;
    struct newest newest = {.any = false};
    arena_reset(sealer->arena);
    sealer->tree.arena = sealer->arena;
    sealer->tree.reason = sealer->reason;
    sealer->tree.reason_bytes = sizeof sealer->reason;
    if (!is_only_sealer(sealer, db) || !sealer_tell(sealer, db, wait_for_disk, 0, NULL) ||
        !read_newest(sealer, db, &newest))
        return sealer_interrupt(sealer);
    if (!sealer_read_keys(sealer, db) || !tree_load(&sealer->tree, db) ||
        !catch_up(sealer, db, newest.leaves) ||
        !signed_read(sealer->folder, sealer->origin, &sealer->state, sealer->reason,
                     sizeof sealer->reason) ||
        !is_continued(sealer, db, &newest))
        return PQstatus(db) == CONNECTION_OK ? sealer_refuse(sealer) : sealer_interrupt(sealer);
    sealer->published = newest.size;
    sealer->published_once = newest.any;
    return true;
}
