/* key.c - `aidledger key`: makes, lists and revokes API keys; log_key.c has those of the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/key.h"

#include "access/key.h"
#include "core/number.h"
#include "engine/ask.h"
#include "work/log_key.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_DATABASE = 3,
    TIMEOUT_MS = 30000,
    DAYS_MAX = 366,
    PATH_BYTES = 4096
};

static const char usage[] =
    "usage: aidledger key create --organisation IDENTIFIER --roles ROLE[,ROLE...]\n"
    "                            [--country CODE] [--label TEXT] [--days DAYS]\n"
    "       aidledger key create --principal ID [--days DAYS]\n"
    "       aidledger key list\n"
    "       aidledger key revoke KEYID --reason TEXT\n"
    "       aidledger key demo --output FILE\n"
    "       aidledger key init [--origin NAME]\n"
    "       aidledger key rotate [--days DAYS]\n"
    "A token is shown once, when its key is made. Keys live 90 days unless --days says otherwise\n"
    "(366 at most). demo makes keys of a donor, a government, an auditor and a steward on an "
    "empty\n"
    "ledger, and else does nothing. init and rotate are for the key that signs the log, in the "
    "file\n"
    "that AIDLEDGER_LOG_KEY names: its first one, and a further one beside which the present ones\n"
    "sign for 90 days more unless --days says otherwise.\n";

static int fail(const char *reason)
{
    (void)fprintf(stderr, "aidledger: %s\n", reason);
    return EXIT_FAILED;
}

/* ---------------------------------------------------------------- command line */

struct options {
    const char *organisation;
    const char *roles;
    const char *country;
    const char *label;
    const char *days;
    const char *principal;
    const char *reason;
    const char *output;
    const char *word; /* the one that is no option */
};

static const char **find_option(struct options *options, const char *name)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {{"--organisation", &options->organisation},
                 {"--roles", &options->roles},
                 {"--country", &options->country},
                 {"--label", &options->label},
                 {"--days", &options->days},
                 {"--principal", &options->principal},
                 {"--reason", &options->reason},
                 {"--output", &options->output}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].value;
    return NULL;
}

static bool read_options(int count, char **words, struct options *options)
{
    for (int i = 0; i < count; i++) {
        if (strncmp(words[i], "--", 2) != 0) {
            if (options->word != NULL)
                return false;
            options->word = words[i];
            continue;
        }
        const char **value = find_option(options, words[i]);
        if (value == NULL || *value != NULL || i + 1 == count)
            return false;
        *value = words[++i];
    }
    return true;
}

/* ---------------------------------------------------------------- asking */

/* A broken rule is told in the words of its constraint's COMMENT. */
static void explain(PGconn *db, const PGresult *refused)
{
    const char *const values[] = {PQresultErrorField(refused, PG_DIAG_CONSTRAINT_NAME)};
    PGresult *comment =
        values[0] == NULL
            ? NULL
            : ask(db,
                  "SELECT obj_description(c.oid, 'pg_constraint') FROM pg_constraint AS c"
                  " WHERE c.connamespace = 'aidledger'::regnamespace AND c.conname = $1::text"
                  "   AND obj_description(c.oid, 'pg_constraint') IS NOT NULL",
                  1, values);
    const char *message = PQresultErrorField(refused, PG_DIAG_MESSAGE_PRIMARY);
    if (PQntuples(comment) == 1)
        message = PQgetvalue(comment, 0, 0);
    (void)fail(message != NULL ? message : "the connection to the database was lost");
    PQclear(comment);
}

/* Says what was refused; NULL then. */
static PGresult *ask_or_explain(PGconn *db, const char *sql, int count, const char *const *values)
{
    PGresult *result = ask(db, sql, count, values);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return result;
    PGresult *refused = result;
    /* Within a failed transaction nothing more can be asked. */
    if (PQtransactionStatus(db) == PQTRANS_INERROR)
        PQclear(ask(db, "ROLLBACK", 0, NULL));
    explain(db, refused);
    PQclear(refused);
    return NULL;
}

static bool run(PGconn *db, const char *sql)
{
    PGresult *result = ask_or_explain(db, sql, 0, NULL);
    PQclear(result);
    return result != NULL;
}

/* ---------------------------------------------------------------- making keys */

static void write_hex(const unsigned char *bytes, size_t count, char *hex)
{
    for (size_t i = 0; i < count; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

/* Makes a key and records it; the token exists nowhere else. */
static bool make_key(PGconn *db, const char *principal, const char *days, struct key *key,
                     char token[TOKEN_LENGTH + 1])
{
    char secret[2 * SECRET_HASH_BYTES + 1];
    if (!key_make(token, key)) {
        (void)fail("the system has no randomness");
        return false;
    }
    write_hex(key->secret_sha256, SECRET_HASH_BYTES, secret);
    const char *const values[] = {principal, key->keyid, secret, days};
    PGresult *made = ask_or_explain(db,
                                    "SELECT key_create($1::uuid, $2::text, decode($3::text, 'hex'),"
                                    " clock_timestamp() + make_interval(days => $4::integer))",
                                    4, values);
    PQclear(made);
    return made != NULL;
}

static PGresult *make_principal(PGconn *db, const struct options *options)
{
    const char *const known[] = {options->principal};
    if (options->principal != NULL)
        return ask_or_explain(db, "SELECT $1::uuid", 1, known);
    const char *const values[] = {options->organisation, options->country, options->roles,
                                  options->label};
    return ask_or_explain(db,
                          "SELECT principal_create($1::text, $2::text,"
                          " string_to_array($3::text, ','), $4::text)",
                          4, values);
}

static int create_key(PGconn *db, const struct options *options)
{
    struct key key;
    char token[TOKEN_LENGTH + 1];
    int64_t days = 0;
    const char *given = options->days != NULL ? options->days : "90";
    const bool fresh = options->organisation != NULL && options->roles != NULL;
    if (options->word != NULL || fresh == (options->principal != NULL))
        return EXIT_USAGE;
    if (!number_parse(given, 1, DAYS_MAX, &days))
        return fail("--days takes a number from 1 to 366");
    if (!run(db, "BEGIN"))
        return EXIT_FAILED;
    PGresult *principal = make_principal(db, options);
    const bool made =
        principal != NULL && make_key(db, PQgetvalue(principal, 0, 0), given, &key, token);
    int code = EXIT_FAILED;
    if (made && run(db, "COMMIT")) {
        code = printf("principal=%s\nkeyid=%s\ntoken=%s\n", PQgetvalue(principal, 0, 0), key.keyid,
                      token) > 0
                   ? EXIT_DONE
                   : EXIT_FAILED;
    }
    PQclear(principal);
    return code;
}

/* ---------------------------------------------------------------- demo */

/* One NAME=token line for each principal; readable by its owner alone. */
static bool write_demo_keys(PGconn *db, const PGresult *principals, const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool good = file != NULL;
    if (!good)
        (void)fail("the output file cannot be written");
    for (int i = 0; good && i < PQntuples(principals); i++) {
        struct key key;
        char token[TOKEN_LENGTH + 1];
        good = make_key(db, PQgetvalue(principals, i, 1), "90", &key, token) &&
               fprintf(file, "%s=%s\n", PQgetvalue(principals, i, 0), token) > 0;
    }
    if (file != NULL)
        good = fflush(file) == 0 && good;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    else if (fd >= 0)
        (void)close(fd);
    return good;
}

/* The file gets its name only once the keys in it are committed. */
static int make_demo(PGconn *db, const struct options *options)
{
    char path[PATH_BYTES];
    if (options->output == NULL || options->word != NULL)
        return EXIT_USAGE;
    if (snprintf(path, sizeof path, "%s.new", options->output) >= (int)sizeof path)
        return fail("the output file's name is too long");
    if (!run(db, "BEGIN"))
        return EXIT_FAILED;
    PGresult *principals =
        ask_or_explain(db, "SELECT d.name, d.principal FROM demonstration_create() AS d", 0, NULL);
    const bool none = PQntuples(principals) == 0;
    bool good =
        principals != NULL && (none || write_demo_keys(db, principals, path)) && run(db, "COMMIT");
    PQclear(principals);
    if (good && !none)
        good = rename(path, options->output) == 0;
    if (!good)
        (void)unlink(path);
    return good ? EXIT_DONE : EXIT_FAILED;
}

/* ---------------------------------------------------------------- listing and revoking */

static int list_keys(PGconn *db, const struct options *options)
{
    if (options->word != NULL)
        return EXIT_USAGE;
    PGresult *keys =
        ask_or_explain(db,
                       "SELECT k.keyid, k.state, to_char(k.expires_at, 'YYYY-MM-DD'), k.roles,"
                       " coalesce(k.country, '-'), k.organisation, k.label FROM key_list() AS k",
                       0, NULL);
    if (keys == NULL)
        return EXIT_FAILED;
    for (int i = 0; i < PQntuples(keys); i++)
        (void)printf("%-12s %-8s %-10s %-28s %-2s %s %s\n", PQgetvalue(keys, i, 0),
                     PQgetvalue(keys, i, 1), PQgetvalue(keys, i, 2), PQgetvalue(keys, i, 3),
                     PQgetvalue(keys, i, 4), PQgetvalue(keys, i, 5), PQgetvalue(keys, i, 6));
    PQclear(keys);
    return EXIT_DONE;
}

static int end_key(PGconn *db, const struct options *options)
{
    if (options->word == NULL || options->reason == NULL)
        return EXIT_USAGE;
    const char *const values[] = {options->word, options->reason};
    PGresult *revoked =
        ask_or_explain(db, "SELECT rfc3339(key_revoke($1::text, $2::text))", 2, values);
    if (revoked == NULL)
        return EXIT_FAILED;
    (void)printf("revoked=%s\n", PQgetvalue(revoked, 0, 0));
    PQclear(revoked);
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- the subcommand */

int key_command(int count, char **words, const struct config *config)
{
    static const struct {
        const char *name;
        int (*run)(PGconn *db, const struct options *options);
    } verbs[] = {
        {"create", create_key}, {"list", list_keys}, {"revoke", end_key}, {"demo", make_demo}};
    const struct conninfo_lane login = {
        .name = "key", .role = "aidledger_keeper", .timeout_ms = TIMEOUT_MS};
    struct options options = {.word = NULL};
    char reason[512];
    int code = EXIT_USAGE;
    if (count > 0 && strcmp(words[0], "init") == 0)
        return log_key_init_command(count - 1, words + 1, config);
    if (count > 0 && strcmp(words[0], "rotate") == 0)
        return log_key_rotate_command(count - 1, words + 1, config);
    for (size_t i = 0; count > 0 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(words[0], verbs[i].name) != 0 || !read_options(count - 1, words + 1, &options))
            continue;
        PGconn *db = ask_connect(config->database_url, &login, reason, sizeof reason);
        if (db == NULL) {
            (void)fail(reason);
            return EXIT_DATABASE;
        }
        code = verbs[i].run(db, &options);
        PQfinish(db);
    }
    if (code == EXIT_USAGE)
        (void)fputs(usage, stderr);
    return code;
}
