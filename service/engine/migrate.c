/* migrate.c - brings the database's schema to what this program was built with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/migrate.h"

#include "core/log.h"
#include "engine/ask.h"

#include <stdio.h>
#include <string.h>

/* How far the database is, compared file by file. */
enum standing { APPLIED, MISSING, CHANGED };

/* Whoever comes second waits here and then finds everything done. */
static const char lock_sql[] = "SELECT pg_advisory_lock(hashtextextended('aidledger migrate', 0))";

static const char begin_sql[] =
    "CREATE SCHEMA IF NOT EXISTS aidledger;"
    "CREATE TABLE IF NOT EXISTS aidledger.schema_migration ("
    " number integer NOT NULL CONSTRAINT schema_migration_pkey PRIMARY KEY,"
    " name text NOT NULL,"
    " sha256 bytea NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
    "COMMENT ON TABLE aidledger.schema_migration IS"
    " 'The migrations that have been applied, with the hash of each file as it was then.';"
    "GRANT SELECT ON aidledger.schema_migration TO PUBLIC;";

/* The file travels as bytes and is hashed by the database: one hash function, one place. */
static PGresult *ask_with_bytes(PGconn *db, const char *sql, const struct page *migration)
{
    const char *const values[] = {migration->name, (const char *)migration->bytes};
    const int lengths[] = {0, (int)migration->size};
    const int formats[] = {0, 1};
    return PQexecParams(db, sql, 2, NULL, values, lengths, formats, 0);
}

static bool run(PGconn *db, const char *sql, char *reason, size_t reason_bytes)
{
    PGresult *result = PQexec(db, sql);
    const bool good = ask_is_good(result, reason, reason_bytes);
    PQclear(result);
    return good;
}

static bool compare(PGconn *db, const struct page *migration, enum standing *standing, char *reason,
                    size_t reason_bytes)
{
    PGresult *result = ask_with_bytes(db,
                                      "SELECT m.sha256 = sha256($2::bytea)"
                                      "  FROM aidledger.schema_migration AS m"
                                      " WHERE m.number = left($1::text, 4)::integer",
                                      migration);
    const bool good = ask_is_good(result, reason, reason_bytes);
    if (good && PQntuples(result) == 0)
        *standing = MISSING;
    else if (good)
        *standing = PQgetvalue(result, 0, 0)[0] == 't' ? APPLIED : CHANGED;
    PQclear(result);
    return good;
}

static bool refuse_changed(const struct page *migration, char *reason, size_t reason_bytes)
{
    (void)snprintf(reason, reason_bytes,
                   "migration %s was applied with other contents than it has now; "
                   "applied migrations are never edited, add a new one",
                   migration->name);
    return false;
}

static bool refuse_newer(PGconn *db, const struct page *migrations, size_t count, char *reason,
                         size_t reason_bytes)
{
    const char *const values[] = {count > 0 ? migrations[count - 1].name : "0000"};
    PGresult *result = ask(db,
                           "SELECT max(m.name) FROM aidledger.schema_migration AS m"
                           " WHERE m.number > left($1::text, 4)::integer",
                           1, values);
    const bool good = ask_is_good(result, reason, reason_bytes);
    const bool newer = good && !PQgetisnull(result, 0, 0);
    if (newer)
        (void)snprintf(reason, reason_bytes,
                       "the database is newer than this program: it has %s; start a newer program",
                       PQgetvalue(result, 0, 0));
    PQclear(result);
    return good && !newer;
}

static bool record(PGconn *db, const struct page *migration, char *reason, size_t reason_bytes)
{
    PGresult *result =
        ask_with_bytes(db,
                       "INSERT INTO aidledger.schema_migration (number, name, sha256)"
                       " VALUES (left($1::text, 4)::integer, $1::text, sha256($2::bytea))",
                       migration);
    const bool good = ask_is_good(result, reason, reason_bytes);
    PQclear(result);
    return good;
}

static bool apply(PGconn *db, const struct page *migration, char *reason, size_t reason_bytes)
{
    char cause[512];
    log_event(LOG_INFO, "migrating", migration->name);
    /* The file sets its own role and search path; the record is written as who we are. */
    if (run(db, "BEGIN", cause, sizeof cause) &&
        run(db, (const char *)migration->bytes, cause, sizeof cause) &&
        run(db, "RESET ROLE; RESET search_path", cause, sizeof cause) &&
        record(db, migration, cause, sizeof cause) && run(db, "COMMIT", cause, sizeof cause))
        return true;
    (void)snprintf(reason, reason_bytes, "migration %s: %s", migration->name, cause);
    return false;
}

static bool apply_missing(PGconn *db, const struct page *migrations, size_t count, char *reason,
                          size_t reason_bytes)
{
    for (size_t i = 0; i < count; i++) {
        enum standing standing = MISSING;
        if (!compare(db, &migrations[i], &standing, reason, reason_bytes))
            return false;
        if (standing == CHANGED)
            return refuse_changed(&migrations[i], reason, reason_bytes);
        if (standing == MISSING && !apply(db, &migrations[i], reason, reason_bytes))
            return false;
    }
    return true;
}

bool migrate_run(const char *database_url, const struct page *migrations, size_t count,
                 char *reason, size_t reason_bytes)
{
    const struct conninfo_lane login = {.name = "migrate"};
    PGconn *db = ask_connect(database_url, &login, reason, reason_bytes);
    if (db == NULL)
        return false;
    const bool done = run(db, lock_sql, reason, reason_bytes) &&
                      run(db, begin_sql, reason, reason_bytes) &&
                      refuse_newer(db, migrations, count, reason, reason_bytes) &&
                      apply_missing(db, migrations, count, reason, reason_bytes);
    PQfinish(db);
    return done;
}

bool migrate_is_current(PGconn *db, const struct page *migrations, size_t count, char *reason,
                        size_t reason_bytes)
{
    if (!refuse_newer(db, migrations, count, reason, reason_bytes))
        return false;
    for (size_t i = 0; i < count; i++) {
        enum standing standing = MISSING;
        if (!compare(db, &migrations[i], &standing, reason, reason_bytes))
            return false;
        if (standing == CHANGED)
            return refuse_changed(&migrations[i], reason, reason_bytes);
        if (standing == MISSING) {
            (void)snprintf(reason, reason_bytes,
                           "migration %s has not been applied; run: aidledger migrate",
                           migrations[i].name);
            return false;
        }
    }
    return true;
}
