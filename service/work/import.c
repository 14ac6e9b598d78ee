/* import.c - `aidledger import`: records what published IATI files say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/import.h"

#include "catalogue/catalogue.h"
#include "core/uuid.h"
#include "engine/ask.h"
#include "engine/migrate.h"
#include "transfer/iati_bytes.h"
#include "transfer/iati_read.h"
#include "work/import_summary.h"
#include "work/progress.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_DATABASE = 3,
    REASON_BYTES = 1024,
    NUMBER_BYTES = 24,
    TRIES = 5
};

static const char usage[] =
    "usage: aidledger import FILE...\n"
    "Records the activities of IATI activity files (XML, version 2.01, 2.02 or 2.03). What is\n"
    "recorded already is not recorded again. Exit status: 0 everything was recorded, 1 something\n"
    "was rejected or a file cannot be read, 2 wrong command line, 3 the database failed.\n";

static const char take_sql[] =
    "SELECT aidledger.import_take(aidledger.nfc($1::jsonb), decode($2::text, 'hex'), $3::uuid)";
static const char leave_out_sql[] =
    "SELECT aidledger.import_leave_out($1::text, $2::integer, $3::uuid)";

/* One file on its way in. */
struct import {
    PGconn *db;
    struct iati_bytes bytes;
    struct iati_file file;
    char sha256[IATI_SHA256_TEXT];
    char request[UUID_BYTES];
    struct progress progress;
    int64_t taken;
};

static int fail(int code, const char *what, const char *reason)
{
    (void)fprintf(stderr, "aidledger: %s%s%s\n", what, what[0] != '\0' ? ": " : "", reason);
    return code;
}

/* ---------------------------------------------------------------- one activity */

/* Two imports at a time can get in each other's way; the database then asks for another try. */
static bool is_worth_another_try(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state != NULL && strncmp(state, "40", 2) == 0;
}

static bool write_down(PGconn *db, const char *sql, int count, const char *const *values,
                       struct problem *problem)
{
    char reason[REASON_BYTES];
    for (int try = 1;; try++) {
        PGresult *result = ask(db, sql, count, values);
        const bool good = ask_is_good(result, reason, sizeof reason);
        const bool again = !good && is_worth_another_try(result) && try < TRIES;
        PQclear(result);
        if (good)
            return true;
        if (!again)
            return problem_set(problem, PROBLEM_UNAVAILABLE, "%s", reason);
    }
}

static bool take(void *context, const struct iati_activity *activity, struct problem *problem)
{
    struct import *import = context;
    char line[NUMBER_BYTES];
    (void)snprintf(line, sizeof line, "%ld", activity->line);
    const char *const whole[] = {activity->json, import->sha256, import->request};
    const char *const large[] = {activity->identifier, line, import->request};
    progress_show(&import->progress, import->taken++);
    return activity->is_too_large ? write_down(import->db, leave_out_sql, 3, large, problem)
                                  : write_down(import->db, take_sql, 3, whole, problem);
}

/* ---------------------------------------------------------------- one file */

static ssize_t give(void *context, void *buffer, size_t room)
{
    struct import *import = context;
    return iati_bytes_give(&import->bytes, buffer, room);
}

static ssize_t give_and_show(void *context, void *buffer, size_t room)
{
    struct import *import = context;
    progress_show(&import->progress, import->bytes.given);
    return iati_bytes_give(&import->bytes, buffer, room);
}

/* A file that is broken near its end is said to be broken before anything of it is recorded. */
static bool look_through(struct import *import, const char *path, struct problem *problem)
{
    const struct iati_source source = {.give = give_and_show, .context = import};
    if (!iati_bytes_open(&import->bytes, path, problem))
        return false;
    import->progress = progress_begin("checking ", NULL, import->bytes.size);
    const bool whole = iati_read(&source, &import->file, problem);
    progress_end(&import->progress);
    iati_bytes_sha256(&import->bytes, import->sha256);
    return whole;
}

static bool record(struct import *import, struct problem *problem)
{
    const struct iati_source source = {.give = give, .take = take, .context = import};
    char sha256[IATI_SHA256_TEXT];
    if (!iati_bytes_rewind(&import->bytes, problem))
        return false;
    uuid_make(import->request);
    import->progress = progress_begin("importing", "activities", import->file.activities);
    const bool done = iati_read(&source, &import->file, problem);
    progress_end(&import->progress);
    iati_bytes_sha256(&import->bytes, sha256);
    if (done && strcmp(sha256, import->sha256) != 0)
        return problem_set(problem, PROBLEM_CONFLICT,
                           "it changed while it was read; import it again");
    return done;
}

static int import_file(PGconn *db, const char *path)
{
    struct import import = {.db = db, .bytes.fd = -1};
    struct problem problem = problem_none(NULL);
    bool any_rejected = false;
    bool told = false;
    if (look_through(&import, path, &problem) && record(&import, &problem)) {
        const struct import_summary summary = {
            .path = path, .sha256 = import.sha256, .request = import.request, .file = &import.file};
        told = import_summary_print(db, &summary, &any_rejected);
    }
    iati_bytes_close(&import.bytes);
    if (problem_is_set(&problem))
        (void)fail(EXIT_FAILED, path, problem.detail);
    if (problem.kind == PROBLEM_UNAVAILABLE)
        return fail(EXIT_DATABASE, path,
                    "what was recorded before stays; import it again for the rest");
    if (problem_is_set(&problem))
        return EXIT_FAILED;
    return !told ? EXIT_DATABASE : any_rejected ? EXIT_FAILED : EXIT_DONE;
}

/* ---------------------------------------------------------------- the subcommand */

static bool prepare(PGconn *db, char *reason)
{
    size_t count = 0;
    const struct page *migrations = catalogue_migrations(&count);
    if (!migrate_is_current(db, migrations, count, reason, REASON_BYTES))
        return false;
    PGresult *result = ask(db, "CALL aidledger.import_begin()", 0, NULL);
    const bool good = ask_is_good(result, reason, REASON_BYTES);
    PQclear(result);
    return good;
}

int import_command(int count, char **words, const struct config *config)
{
    const struct conninfo_lane login = {.name = "import", .role = "aidledger_importer"};
    char reason[REASON_BYTES];
    int code = EXIT_DONE;
    for (int i = 0; i < count; i++)
        if (words[i][0] == '-' || words[i][0] == '\0')
            count = 0;
    if (count == 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (config->database_url[0] == '\0')
        return fail(EXIT_USAGE, "", "AIDLEDGER_DATABASE_URL is not set; it names the database");
    PGconn *db = ask_connect(config->database_url, &login, reason, sizeof reason);
    if (db == NULL)
        return fail(EXIT_DATABASE, "", reason);
    if (!prepare(db, reason))
        code = fail(EXIT_DATABASE, "", reason);
    for (int i = 0; i < count && code != EXIT_DATABASE; i++) {
        const int status = import_file(db, words[i]);
        code = status > code ? status : code;
    }
    PQfinish(db);
    return code;
}
