/* seal.c - `aidledger seal`: gives the log its order, builds the tree and signs it. */
/* SPDX-License-Identifier: Apache-2.0 */

/* A turn: entries are taken from the queue in the order of their rows (whoever went by their ids
   would miss what commits late), hashed anew from their bytes, and placed in the tree; that is
   committed. Only when the database has acknowledged the commit is the new size written to the
   signed state, then signed, shown to the witnesses and published. A crash in between only delays:
   the next start finds a tree that extends the signed state, or does not sign. */
#include "work/seal.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/number.h"
#include "core/text.h"
#include "engine/ask.h"
#include "ledger/log_key.h"
#include "work/job.h"
#include "work/prove.h"
#include "work/signed.h"
#include "work/tree.h"
#include "work/witnesses.h"

#include <inttypes.h>
#include <libgen.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    TURN_MS = 100, /* between two looks at the queue: busy turns gather what came meanwhile */
    TAKE_MOST = 1000,
    UNSIGNED_MS = 1000, /* longest wait for a signature while full batches follow each other */
    FRESH_MS = 3600000, /* a witness says once an hour that it still sees the same */
    ARENA_BYTES = 16 << 20,
    REASON_BYTES = 512,
    UUID_TEXT = 36
};

struct sealer {
    const struct config *config;
    bool adopt;
    char folder[PATH_MAX]; /* of the signed state */
    struct arena *arena;   /* of one turn */
    struct log_keys *keys;
    struct stat key_file; /* as the keys were read from it */
    char day[LOG_KEY_DAY];
    char origin[NOTE_NAME_MAX];
    struct tree tree;
    struct signed_state state;
    uint64_t published;
    bool published_once;
    int64_t published_ms;
    struct witnesses *witnesses; /* NULL for none */
    struct cosignature cosignatures[WITNESSES_MAX];
    char reason[REASON_BYTES];
    char told[REASON_BYTES]; /* the last refusal: said once, not with every try */
};

static bool fail(struct sealer *sealer, const char *why)
{
    (void)snprintf(sealer->reason, sizeof sealer->reason, "%s", why);
    return false;
}

/* Something that a person has to look at: nothing is signed until it is put right. */
static bool refuse(struct sealer *sealer)
{
    const bool again = strcmp(sealer->told, sealer->reason) == 0;
    job_log("sealer", again ? LOG_DEBUG : LOG_ERROR, "seal_refused", sealer->reason);
    (void)snprintf(sealer->told, sizeof sealer->told, "%s", sealer->reason);
    return false;
}

/* Something that passes. */
static bool interrupt(const struct sealer *sealer)
{
    job_log("sealer", LOG_WARN, "job_interrupted", sealer->reason);
    return false;
}

/* One statement with its values; NULL with the reason set. */
static PGresult *question(struct sealer *sealer, PGconn *db, const char *sql, int count,
                          const char *const *values)
{
    PGresult *result = ask(db, sql, count, values);
    if (ask_is_good(result, sealer->reason, sizeof sealer->reason))
        return result;
    PQclear(result);
    return NULL;
}

static bool tell(struct sealer *sealer, PGconn *db, const char *sql, int count,
                 const char *const *values)
{
    PGresult *result = question(sealer, db, sql, count, values);
    PQclear(result);
    return result != NULL;
}

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
            return fail(sealer, "the log key has the name of another log");
    return true;
}

static bool publish_keys(struct sealer *sealer, PGconn *db)
{
    char vkey[NOTE_VKEY_MAX];
    const char *const values[] = {vkey};
    for (size_t i = 0; i < log_keys_count(sealer->keys); i++) {
        note_verifier_print(log_keys_verifier(sealer->keys, i), vkey);
        if (!tell(sealer, db, "SELECT ledger_key_add($1)", 1, values))
            return false;
    }
    return true;
}

static bool read_keys(struct sealer *sealer, PGconn *db)
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
static bool keys_are_current(const struct sealer *sealer)
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
    PGresult *result = question(sealer, db,
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
    return read || fail(sealer, "the database has no log");
}

/* Which rows there are from an index on: entries' hashes as recorded, and their bytes. */
struct batch {
    PGresult *rows; /* entry, leaf, leaf_hash */
    size_t count;
    struct merkle_hash *hashes;
};

static bool hash_row(struct sealer *sealer, const PGresult *rows, int row, struct merkle_hash *hash)
{
    size_t leaf_bytes = 0;
    size_t known_bytes = 0;
    unsigned char *leaf =
        PQunescapeBytea((const unsigned char *)PQgetvalue(rows, row, 1), &leaf_bytes);
    unsigned char *known =
        PQunescapeBytea((const unsigned char *)PQgetvalue(rows, row, 2), &known_bytes);
    bool same = false;
    if (leaf != NULL && known != NULL) {
        *hash = merkle_leaf(leaf, leaf_bytes);
        same = known_bytes == sizeof *hash && memcmp(known, hash, sizeof *hash) == 0;
    }
    PQfreemem(leaf);
    PQfreemem(known);
    if (!same)
        (void)snprintf(sealer->reason, sizeof sealer->reason,
                       "entry %s was altered after it was committed: its bytes do not have the "
                       "hash that its writer was told",
                       PQgetvalue(rows, row, 0));
    return same;
}

/* False with a reason when a row's bytes are not those that were committed. */
static bool hash_rows(struct sealer *sealer, PGresult *rows, struct batch *batch)
{
    batch->rows = rows;
    batch->count = (size_t)PQntuples(rows);
    batch->hashes = arena_alloc(sealer->arena, batch->count * sizeof *batch->hashes + 1);
    if (batch->hashes == NULL)
        return fail(sealer, "out of memory");
    for (size_t i = 0; i < batch->count; i++)
        if (!hash_row(sealer, rows, (int)i, &batch->hashes[i]))
            return false;
    return true;
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
        PGresult *rows = question(sealer, db,
                                  "SELECT l.entry, e.leaf, l.leaf_hash FROM ledger_leaf AS l"
                                  " JOIN ledger_entry AS e ON e.entry = l.entry"
                                  " WHERE l.leaf_index >= $1 ORDER BY l.leaf_index LIMIT 1000",
                                  1, values);
        bool good = rows != NULL && hash_rows(sealer, rows, &batch);
        if (good && batch.count == 0)
            good = fail(sealer, "the log has a gap");
        good = good && tell(sealer, db, "BEGIN", 0, NULL) &&
               tree_append(&sealer->tree, batch.hashes, batch.count) &&
               tell(sealer, db, "COMMIT", 0, NULL);
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
    PGresult *result = question(
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
    return ours || fail(sealer, "the newest checkpoint in the database is not signed by this key");
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
        return fail(sealer, "the log was signed before, but the file of its signed state is not "
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
    PGresult *result =
        question(sealer, db, "SELECT pg_try_advisory_lock(hashtextextended('aidledger sealer', 0))",
                 0, NULL);
    const bool only = result != NULL && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    if (result != NULL && !only)
        (void)fail(sealer, "another sealer is at work on this database");
    PQclear(result);
    return only;
}

/* A commit is not acknowledged before it would survive; where a standby must have it too, that
   stays. */
static const char wait_for_disk[] =
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    " AND current_setting('fsync') = 'on'";

static bool begin(void *owner, PGconn *db)
{
    struct sealer *sealer = owner;
    struct newest newest;
    arena_reset(sealer->arena);
    sealer->tree.arena = sealer->arena;
    sealer->tree.reason = sealer->reason;
    sealer->tree.reason_bytes = sizeof sealer->reason;
    if (!is_only_sealer(sealer, db) || !tell(sealer, db, wait_for_disk, 0, NULL) ||
        !read_newest(sealer, db, &newest))
        return interrupt(sealer);
    if (!read_keys(sealer, db) || !tree_load(&sealer->tree, db) ||
        !catch_up(sealer, db, newest.leaves) ||
        !signed_read(sealer->folder, sealer->origin, &sealer->state, sealer->reason,
                     sizeof sealer->reason) ||
        !is_continued(sealer, db, &newest))
        return PQstatus(db) == CONNECTION_OK ? refuse(sealer) : interrupt(sealer);
    sealer->published = newest.size;
    sealer->published_once = newest.any;
    return true;
}

/* ---------------------------------------------------------------- a turn */

static char *join_entries(struct sealer *sealer, const struct batch *batch)
{
    struct text list = text_open(sealer->arena, batch->count * (UUID_TEXT + 1) + 3);
    text_add_char(&list, '{');
    for (size_t i = 0; i < batch->count; i++) {
        if (i > 0)
            text_add_char(&list, ',');
        text_add(&list, PQgetvalue(batch->rows, (int)i, 0));
    }
    text_add_char(&list, '}');
    return list.full ? NULL : list.data;
}

static bool place(struct sealer *sealer, PGconn *db, const struct batch *batch)
{
    char from[24];
    (void)snprintf(from, sizeof from, "%" PRIu64, sealer->tree.size);
    const char *const values[] = {
        from, join_entries(sealer, batch),
        tree_bytea(sealer->arena, batch->hashes, batch->count * sizeof *batch->hashes)};
    if (values[1] == NULL || values[2] == NULL)
        return fail(sealer, "out of memory");
    return tell(sealer, db, "SELECT ledger_place($1, $2, $3)", 3, values) &&
           tree_append(&sealer->tree, batch->hashes, batch->count);
}

/* What waits in the queue becomes leaves. After a failure the tree in memory is ahead of the
   database: the connection is given up, and the next one begins by reading it anew. */
static bool order(struct sealer *sealer, PGconn *db, size_t *placed)
{
    struct batch batch = {.rows = NULL};
    char most[24];
    const char *const values[] = {most};
    (void)snprintf(most, sizeof most, "%d", TAKE_MOST);
    if (!tell(sealer, db, "BEGIN", 0, NULL))
        return interrupt(sealer);
    PGresult *rows = question(sealer, db, "SELECT * FROM ledger_take($1)", 1, values);
    if (rows == NULL)
        return interrupt(sealer);
    if (!hash_rows(sealer, rows, &batch)) {
        PQclear(rows);
        return refuse(sealer);
    }
    const bool good =
        (batch.count == 0 || place(sealer, db, &batch)) && tell(sealer, db, "COMMIT", 0, NULL);
    *placed = batch.count;
    PQclear(rows);
    return good || interrupt(sealer);
}

/* What the witnesses say of the note, as JSON; "shown" gets their lines below it. */
static const char *ask_witnesses(struct sealer *sealer, const struct text *note, struct text *shown)
{
    const struct merkle_source source = tree_source(&sealer->tree);
    struct text said = text_open(sealer->arena, 3 * sizeof sealer->cosignatures);
    size_t count = 0;
    if (sealer->witnesses != NULL && !note->full)
        count = witnesses_ask(sealer->witnesses, note->data, note->length, &source,
                              sealer->cosignatures);
    text_add_char(&said, '[');
    for (size_t i = 0; i < count; i++) {
        const struct cosignature *one = &sealer->cosignatures[i];
        text_add(&said, i == 0 ? "{\"witness\":" : ",{\"witness\":");
        text_add_json(&said, one->witness);
        text_addf(&said, ",\"signed_at\":%" PRIu64 ",\"line\":", one->signed_at);
        text_add_json(&said, one->line);
        text_add_char(&said, '}');
        text_addf(shown, "%s\n", one->line);
    }
    text_add_char(&said, ']');
    return said.full ? "[]" : said.data;
}

static bool prove(struct sealer *sealer, PGconn *db, const char *note)
{
    const struct merkle_source source = tree_source(&sealer->tree);
    const struct prover prover = {.db = db,
                                  .source = &source,
                                  .size = sealer->tree.size,
                                  .note = note,
                                  .reason = sealer->reason,
                                  .reason_bytes = sizeof sealer->reason};
    return prove_report_runs(&prover);
}

static bool publish(struct sealer *sealer, PGconn *db, const struct merkle_hash *root)
{
    char text[CHECKPOINT_MAX];
    char size[24];
    struct text note = text_open(sealer->arena, NOTE_MAX);
    struct text shown = text_open(sealer->arena, NOTE_MAX);
    checkpoint_print(sealer->origin, sealer->tree.size, root, text);
    log_keys_sign(sealer->keys, text, &note);
    text_add(&shown, note.data);
    (void)snprintf(size, sizeof size, "%" PRIu64, sealer->tree.size);
    const char *const values[] = {size, tree_bytea(sealer->arena, root, sizeof *root), note.data,
                                  ask_witnesses(sealer, &note, &shown)};
    if (note.full || values[1] == NULL)
        return fail(sealer, "out of memory");
    return tell(sealer, db, "BEGIN", 0, NULL) &&
           tell(sealer, db, "SELECT ledger_publish($1, $2, $3, $4)", 4, values) &&
           prove(sealer, db, shown.full ? note.data : shown.data) &&
           tell(sealer, db, "COMMIT", 0, NULL);
}

/* First the state, then the signature: what is signed is always known to have been signed. */
static bool sign(struct sealer *sealer, PGconn *db)
{
    const struct merkle_source source = tree_source(&sealer->tree);
    struct merkle_hash root;
    if (!merkle_root(&source, sealer->tree.size, &root))
        return interrupt(sealer);
    if (!signed_write(&sealer->state, sealer->origin, sealer->tree.size, &root, sealer->reason,
                      sizeof sealer->reason))
        return refuse(sealer);
    if (!publish(sealer, db, &root))
        return interrupt(sealer);
    sealer->published = sealer->tree.size;
    sealer->published_once = true;
    sealer->published_ms = clock_ms();
    sealer->told[0] = '\0';
    return true;
}

static bool has_waiting(struct sealer *sealer, PGconn *db, bool *waiting)
{
    PGresult *result = question(sealer, db, "SELECT EXISTS (SELECT FROM ledger_queue)", 0, NULL);
    if (result == NULL)
        return interrupt(sealer);
    *waiting = strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    PQclear(result);
    return true;
}

static bool seal(void *owner, PGconn *db, bool *more)
{
    struct sealer *sealer = owner;
    size_t placed = 0;
    bool waiting = false;
    arena_reset(sealer->arena);
    if (!keys_are_current(sealer) && !read_keys(sealer, db))
        return refuse(sealer);
    if (!has_waiting(sealer, db, &waiting) || (waiting && !order(sealer, db, &placed)))
        return false;
    const int64_t since_ms = clock_ms() - sealer->published_ms;
    if (sealer->published_once && sealer->published == sealer->tree.size &&
        (sealer->witnesses == NULL || since_ms < FRESH_MS))
        return true;
    *more = placed == TAKE_MOST;
    if (*more && since_ms < UNSIGNED_MS)
        return true;
    return sign(sealer, db);
}

/* ---------------------------------------------------------------- the subcommand */

/* A key must not end up in a core file, nor be read by a debugger of the same user. */
static void keep_apart(void)
{
    static const struct rlimit nothing = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &nothing);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

/* Once there is no key any more: what looks for leaks at the end is a debugger too. */
static void come_back(void)
{
    (void)prctl(PR_SET_DUMPABLE, 1);
}

static bool find_folder(struct sealer *sealer)
{
    char path[PATH_MAX];
    const char *given = sealer->config->sealer_state;
    (void)snprintf(path, sizeof path, "%s", sealer->config->log_key);
    if (given[0] == '\0')
        given = dirname(path); /* NOLINT(concurrency-mt-unsafe): one thread */
    return snprintf(sealer->folder, sizeof sealer->folder, "%s", given) <
           (int)sizeof sealer->folder;
}

/* Who they are is read once: to change them, the sealer is started anew. */
static bool open_witnesses(struct sealer *sealer)
{
    if (sealer->config->witnesses[0] == '\0')
        return true;
    sealer->witnesses =
        witnesses_open(sealer->config->witnesses, sealer->reason, sizeof sealer->reason);
    return sealer->witnesses != NULL;
}

static int fail_start(const char *why, int code)
{
    (void)fprintf(stderr, "aidledger: %s\n", why);
    return code;
}

int seal_command(int count, char **words, const struct config *config)
{
    static struct sealer sealer;
    const struct job job = {.name = "sealer",
                            .role = "aidledger_sealer",
                            .wait_ms = TURN_MS,
                            .begin = begin,
                            .work = seal,
                            .owner = &sealer};
    sealer.config = config;
    sealer.adopt = count == 1 && strcmp(words[0], "--adopt") == 0;
    if (count > 0 && !sealer.adopt)
        return fail_start("usage: aidledger seal [--adopt]", EXIT_USAGE);
    if (config->log_key[0] == '\0')
        return fail_start("AIDLEDGER_LOG_KEY is not set; it names the file of the key that signs "
                          "the log, made by aidledger key init",
                          EXIT_USAGE);
    keep_apart();
    sealer.arena = arena_make(ARENA_BYTES);
    if (sealer.arena == NULL || !find_folder(&sealer))
        return fail_start("out of memory", EXIT_FAILED);
    if (!open_witnesses(&sealer))
        return fail_start(sealer.reason, EXIT_USAGE);
    const bool ran = job_run(&job, config);
    log_keys_free(sealer.keys);
    witnesses_close(sealer.witnesses);
    arena_free(sealer.arena);
    come_back();
    return ran ? EXIT_DONE : EXIT_FAILED;
}
