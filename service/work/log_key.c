/* log_key.c - `aidledger key init` and `key rotate`: the key that signs the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/log_key.h"

#include "core/arena.h"
#include "core/number.h"
#include "engine/ask.h"
#include "ledger/log_key.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_DATABASE = 3,
    TIMEOUT_MS = 30000,
    REASON_BYTES = 512,
    ARENA_BYTES = 1 << 16,
    DAYS_MAX = 3660,
    DAY_SECONDS = 86400
};

static int fail(const char *reason, int code)
{
    (void)fprintf(stderr, "aidledger: %s\n", reason);
    return code;
}

static PGconn *connect_to(const struct config *config)
{
    static const struct conninfo_lane login = {
        .name = "log key", .role = "aidledger_sealer", .timeout_ms = TIMEOUT_MS};
    char reason[REASON_BYTES];
    PGconn *db = ask_connect(config->database_url, &login, reason, sizeof reason);
    if (db == NULL)
        (void)fail(reason, EXIT_DATABASE);
    return db;
}

/* NULL when the answer is not a good one, which was told. */
static PGresult *question(PGconn *db, const char *sql, int count, const char *const *values)
{
    char reason[REASON_BYTES];
    PGresult *result = ask(db, sql, count, values);
    if (ask_is_good(result, reason, sizeof reason))
        return result;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    (void)fail(message != NULL ? message : reason, EXIT_FAILED);
    PQclear(result);
    return NULL;
}

static bool has_key_path(const struct config *config)
{
    if (config->log_key[0] != '\0')
        return true;
    (void)fail("AIDLEDGER_LOG_KEY is not set; it names the file of the key", EXIT_USAGE);
    return false;
}

/* The one option there may be; false when there is something else. */
static bool read_option(int count, char **words, const char *name, const char **value)
{
    if (count == 0)
        return true;
    *value = count == 2 && strcmp(words[0], name) == 0 ? words[1] : NULL;
    return *value != NULL;
}

static void keep_apart(void)
{
    static const struct rlimit nothing = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &nothing);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

/* ---------------------------------------------------------------- init */

static bool name_log(PGconn *db, const char *origin)
{
    const char *const values[] = {origin};
    if (origin == NULL)
        return true;
    PGresult *named = question(db, "UPDATE ledger_log SET origin = $1", 1, values);
    PQclear(named);
    return named != NULL;
}

static int init(PGconn *db, const char *path, const char *origin)
{
    char vkey[NOTE_VKEY_MAX];
    char reason[REASON_BYTES];
    int code = EXIT_FAILED;
    PGresult *named =
        name_log(db, origin) ? question(db, "SELECT l.origin FROM ledger_log AS l", 0, NULL) : NULL;
    if (named == NULL)
        return code;
    if (PQntuples(named) != 1)
        (void)fail("the database has no log", code);
    else if (!log_key_init(path, PQgetvalue(named, 0, 0), vkey, reason, sizeof reason))
        (void)fail(reason, code);
    else
        code = printf("vkey=%s\n", vkey) > 0 ? EXIT_DONE : EXIT_FAILED;
    PQclear(named);
    return code;
}

int log_key_init_command(int count, char **words, const struct config *config)
{
    const char *origin = NULL;
    if (!read_option(count, words, "--origin", &origin))
        return fail("usage: aidledger key init [--origin NAME]", EXIT_USAGE);
    if (!has_key_path(config))
        return EXIT_USAGE;
    keep_apart();
    PGconn *db = connect_to(config);
    if (db == NULL)
        return EXIT_DATABASE;
    const int code = init(db, config->log_key, origin);
    PQfinish(db);
    return code;
}

/* ---------------------------------------------------------------- rotate */

static bool find_day(int64_t days, char day[LOG_KEY_DAY])
{
    const time_t then = time(NULL) + (time_t)(days * DAY_SECONDS);
    struct tm utc;
    return gmtime_r(&then, &utc) != NULL && strftime(day, LOG_KEY_DAY, "%Y-%m-%d", &utc) > 0;
}

/* The log says it first: a key that signs was announced by the one before it. */
static bool announce(PGconn *db, const struct log_keys *keys, const char *vkey)
{
    char rotated_by[NOTE_VKEY_MAX];
    char text[NOTE_VKEY_MAX + 1];
    struct arena *arena = arena_make(ARENA_BYTES);
    if (arena == NULL)
        return false;
    struct text line = text_open(arena, NOTE_VKEY_MAX);
    note_verifier_print(log_keys_verifier(keys, log_keys_count(keys) - 1), rotated_by);
    (void)snprintf(text, sizeof text, "%s\n", vkey);
    log_keys_vouch(keys, text, &line);
    bool told = false;
    if (!line.full && line.length > 0) {
        line.data[line.length - 1] = '\0';
        const char *const values[] = {vkey, rotated_by, line.data};
        PGresult *stated = question(db, "SELECT ledger_key_rotate($1, $2, $3)", 3, values);
        told = stated != NULL;
        PQclear(stated);
    }
    arena_free(arena);
    return told;
}

static int rotate(PGconn *db, const char *path, const struct log_keys *keys, const char *until)
{
    struct note_signer next;
    char vkey[NOTE_VKEY_MAX];
    char reason[REASON_BYTES];
    if (!log_key_next(keys, &next))
        return fail("the key cannot have this name", EXIT_FAILED);
    note_verifier_print(&next.verifier, vkey);
    int code = EXIT_FAILED;
    if (announce(db, keys, vkey)) {
        if (!log_key_add(path, &next, until, reason, sizeof reason))
            (void)fail(reason, code);
        else
            code = printf("vkey=%s\nuntil=%s\n", vkey, until) > 0 ? EXIT_DONE : EXIT_FAILED;
    }
    note_signer_wipe(&next);
    return code;
}

int log_key_rotate_command(int count, char **words, const struct config *config)
{
    const char *given = "90";
    int64_t days = 0;
    char today[LOG_KEY_DAY];
    char until[LOG_KEY_DAY];
    char reason[REASON_BYTES];
    if (!read_option(count, words, "--days", &given) || !number_parse(given, 0, DAYS_MAX, &days) ||
        !find_day(0, today) || !find_day(days, until))
        return fail("usage: aidledger key rotate [--days DAYS that the present keys still sign]",
                    EXIT_USAGE);
    if (!has_key_path(config))
        return EXIT_USAGE;
    keep_apart();
    struct log_keys *keys = log_keys_read(config->log_key, today, reason, sizeof reason);
    if (keys == NULL)
        return fail(reason, EXIT_FAILED);
    PGconn *db = connect_to(config);
    const int code = db == NULL ? EXIT_DATABASE : rotate(db, config->log_key, keys, until);
    PQfinish(db);
    log_keys_free(keys);
    (void)prctl(PR_SET_DUMPABLE, 1);
    return code;
}
