/* seal.c - `aidledger seal`: gives the log its order, builds the tree and signs it. */
/* SPDX-License-Identifier: Apache-2.0 */

/* A turn: entries are taken from the queue in the order of their rows (whoever went by their ids
   would miss what commits late), hashed anew from their bytes, and placed in the tree; that is
   committed. Only when the database has acknowledged the commit is the new size written to the
   signed state, then signed, shown to the witnesses and published. A crash in between only delays:
   the next start finds a tree that extends the signed state, or does not sign. */
#include "work/seal.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"
#include "work/job.h"
#include "work/prove.h"
#include "work/sealer.h"

#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    TURN_MS = 100, /* between two looks at the queue: busy turns gather what came meanwhile */
    TAKE_MOST = 1000,
    UNSIGNED_MS = 1000, /* longest wait for a signature while full batches follow each other */
    FRESH_MS = 3600000, /* a witness says once an hour that it still sees the same */
    ARENA_BYTES = 16 << 20,
    UUID_TEXT = 36
};

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
        return sealer_fail(sealer, "out of memory");
    return sealer_tell(sealer, db, "SELECT ledger_place($1, $2, $3)", 3, values) &&
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
    if (!sealer_tell(sealer, db, "BEGIN", 0, NULL))
        return sealer_interrupt(sealer);
    PGresult *rows = sealer_question(sealer, db, "SELECT * FROM ledger_take($1)", 1, values);
    if (rows == NULL)
        return sealer_interrupt(sealer);
    if (!sealer_hash_rows(sealer, rows, &batch)) {
        PQclear(rows);
        return sealer_refuse(sealer);
    }
    const bool good = (batch.count == 0 || place(sealer, db, &batch)) &&
                      sealer_tell(sealer, db, "COMMIT", 0, NULL);
    *placed = batch.count;
    PQclear(rows);
    return good || sealer_interrupt(sealer);
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
        return sealer_fail(sealer, "out of memory");
    return sealer_tell(sealer, db, "BEGIN", 0, NULL) &&
           sealer_tell(sealer, db, "SELECT ledger_publish($1, $2, $3, $4)", 4, values) &&
           prove(sealer, db, shown.full ? note.data : shown.data) &&
           sealer_tell(sealer, db, "COMMIT", 0, NULL);
}

/* First the state, then the signature: what is signed is always known to have been signed. */
static bool sign(struct sealer *sealer, PGconn *db)
{
    const struct merkle_source source = tree_source(&sealer->tree);
    struct merkle_hash root;
    if (!merkle_root(&source, sealer->tree.size, &root))
        return sealer_interrupt(sealer);
    if (!signed_write(&sealer->state, sealer->origin, sealer->tree.size, &root, sealer->reason,
                      sizeof sealer->reason))
        return sealer_refuse(sealer);
    if (!publish(sealer, db, &root))
        return sealer_interrupt(sealer);
    sealer->published = sealer->tree.size;
    sealer->published_once = true;
    sealer->published_ms = clock_ms();
    sealer->told[0] = '\0';
    return true;
}

static bool has_waiting(struct sealer *sealer, PGconn *db, bool *waiting)
{
    PGresult *result =
        sealer_question(sealer, db, "SELECT EXISTS (SELECT FROM ledger_queue)", 0, NULL);
    if (result == NULL)
        return sealer_interrupt(sealer);
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
    if (!sealer_keys_are_current(sealer) && !sealer_read_keys(sealer, db))
        return sealer_refuse(sealer);
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
                            .begin = sealer_begin,
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
