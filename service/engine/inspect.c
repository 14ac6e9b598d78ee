/* inspect.c - is the database one this program may serve from? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/inspect.h"

#include "core/clock.h"
#include "core/log.h"
#include "engine/ask.h"
#include "engine/lane.h"
#include "engine/migrate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CONNECT_AGAIN_MS = 250, ANSWER_MS = 10000 };

/* Object identifiers of the types a parameter may have in the statement (pg_type.dat). */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_UUID = 2950,
    OID_JSONB = 3802
};

struct accepted {
    const char *name;
    Oid types[2];
};

static const struct accepted accepted[PARAMETER_TYPES] = {
    [TYPE_UUID] = {"uuid", {OID_UUID}},
    [TYPE_TEXT] = {"text", {OID_TEXT, OID_VARCHAR}},
    [TYPE_CODE] = {"code", {OID_TEXT, OID_VARCHAR}},
    [TYPE_COUNTRY] = {"country", {OID_TEXT, OID_VARCHAR}},
    [TYPE_CURRENCY] = {"currency", {OID_TEXT, OID_VARCHAR}},
    [TYPE_DATE] = {"date", {OID_DATE}},
    [TYPE_YEAR] = {"year", {OID_INT4, OID_INT8}},
    [TYPE_INTEGER] = {"integer", {OID_INT4, OID_INT8}},
    [TYPE_POSITION] = {"position", {OID_TEXT}},
    [TYPE_INDEX] = {"index", {OID_INT8}},
    [TYPE_LIMIT] = {"limit", {OID_INT4, OID_INT8}},
    [TYPE_CURSOR] = {"cursor", {OID_TEXT}},
    [TYPE_GROUP] = {"group", {OID_TEXT, OID_VARCHAR}},
    [TYPE_BOOLEAN] = {"boolean", {OID_BOOL}},
    [TYPE_TILE] = {"tile", {OID_TEXT}},
    [TYPE_JSONB] = {"jsonb", {OID_JSONB, OID_JSON}},
};

/* ---------------------------------------------------------------- is it there, is it safe */

static PGconn *connect_as(const struct config *config, const char *role, char *reason,
                          size_t reason_bytes)
{
    const struct conninfo_lane login = {
        .name = "inspect", .role = role, .timeout_ms = ANSWER_MS, .read_only = true};
    return ask_connect(config->database_url, &login, reason, reason_bytes);
}

bool inspect_wait(const struct config *config, int wait_ms, char *reason, size_t reason_bytes)
{
    const int64_t give_up = clock_ms() + wait_ms;
    const struct timespec pause = {.tv_nsec = CONNECT_AGAIN_MS * 1000000L};
    bool told = false;
    for (;;) {
        PGconn *db = connect_as(config, lane_kinds[0].role, reason, reason_bytes);
        PQfinish(db);
        if (db != NULL)
            return true;
        if (clock_ms() >= give_up)
            return false;
        if (!told)
            log_event(LOG_WARN, "waiting_for_database", reason);
        told = true;
        (void)nanosleep(&pause, NULL);
    }
}

/* An acknowledged write is on disk, or the service does not start. */
static bool check_durability(PGconn *db, char *reason, size_t reason_bytes)
{
    PGresult *result = ask(db,
                           "SELECT s.name FROM pg_settings AS s"
                           " WHERE s.name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
                           "   AND s.setting = 'off' ORDER BY s.name LIMIT 1",
                           0, NULL);
    const bool good = ask_is_good(result, reason, reason_bytes);
    const bool safe = good && PQntuples(result) == 0;
    if (good && !safe)
        (void)snprintf(reason, reason_bytes,
                       "the database runs with %s=off: acknowledged writes could be lost; turn it "
                       "on (AIDLEDGER_ALLOW_UNSAFE=1 is for throwaway clusters)",
                       PQgetvalue(result, 0, 0));
    PQclear(result);
    return safe;
}

/* ---------------------------------------------------------------- rules */

/* "/amount/value: An amount is positive." The pointer is what stands before the first ": ". */
static bool read_rule(struct arena *arena, const PGresult *result, int row, struct rule *rule)
{
    char *comment = arena_copy(arena, PQgetvalue(result, row, 1));
    rule->constraint = arena_copy(arena, PQgetvalue(result, row, 0));
    rule->pointer = "";
    rule->sentence = comment;
    char *colon = comment != NULL && comment[0] == '/' ? strstr(comment, ": ") : NULL;
    if (colon != NULL) {
        *colon = '\0';
        rule->pointer = comment;
        rule->sentence = colon + 2;
    }
    return rule->constraint != NULL && comment != NULL;
}

static bool read_rules(PGconn *db, struct inspection *inspection, char *reason, size_t reason_bytes)
{
    PGresult *result = ask(db,
                           "SELECT c.conname, obj_description(c.oid, 'pg_constraint')"
                           "  FROM pg_constraint AS c"
                           " WHERE c.connamespace = 'aidledger'::regnamespace"
                           "   AND obj_description(c.oid, 'pg_constraint') IS NOT NULL"
                           " ORDER BY c.conname COLLATE \"C\"",
                           0, NULL);
    bool good = ask_is_good(result, reason, reason_bytes);
    const size_t count = good ? (size_t)PQntuples(result) : 0;
    struct rule *rows = arena_alloc(inspection->arena, (count + 1) * sizeof *rows);
    for (size_t i = 0; good && i < count; i++) {
        good = rows != NULL && read_rule(inspection->arena, result, (int)i, &rows[i]);
        if (!good)
            (void)snprintf(reason, reason_bytes, "not enough memory for the rules' sentences");
    }
    PQclear(result);
    inspection->rules = (struct rules){.rows = rows, .count = count};
    return good;
}

/* ---------------------------------------------------------------- statements */

static bool check_parameter(const struct statement *statement, const PGresult *description,
                            size_t index, char *reason, size_t reason_bytes)
{
    const struct parameter *parameter = &statement->parameters[index];
    const struct accepted *fits = &accepted[parameter->type];
    const Oid found = PQparamtype(description, (int)index);
    if (found == fits->types[0] || (fits->types[1] != 0 && found == fits->types[1]))
        return true;
    (void)snprintf(reason, reason_bytes,
                   "%s: the header says $%zu (%s) is of type %s, the statement takes another one "
                   "(OID %u); cast it where it is used first",
                   statement->file, index + 1, parameter->name, fits->name, found);
    return false;
}

static bool check_columns(const struct statement *statement, const PGresult *description,
                          char *reason, size_t reason_bytes)
{
    static const char *const known[] = {"status", "body",      "etag", "location",    "next",
                                        "total",  "tree_size", "type", "disposition", "cache"};
    for (int i = 0; i < PQnfields(description); i++) {
        size_t at = 0;
        while (at < sizeof known / sizeof known[0] &&
               strcmp(known[at], PQfname(description, i)) != 0)
            at++;
        if (at == sizeof known / sizeof known[0]) {
            (void)snprintf(reason, reason_bytes,
                           "%s: a column is called \"%s\"; known are status, body, etag, "
                           "location, next, total, tree_size, type, disposition and cache",
                           statement->file, PQfname(description, i));
            return false;
        }
    }
    return true;
}

/* What comes in binary is read as it is. */
static bool check_binary(const struct statement *statement, const PGresult *description,
                         char *reason, size_t reason_bytes)
{
    for (int i = 0; i < PQnfields(description); i++) {
        const Oid found = PQftype(description, i);
        if (found == OID_TEXT || found == OID_BYTEA)
            continue;
        (void)snprintf(reason, reason_bytes,
                       "%s: a statement that states its media type has columns of type text or "
                       "bytea, and \"%s\" is another (OID %u)",
                       statement->file, PQfname(description, i), found);
        return false;
    }
    return true;
}

static bool check_description(const struct statement *statement, const PGresult *description,
                              char *reason, size_t reason_bytes)
{
    const size_t found = (size_t)PQnparams(description);
    if (found != statement->parameter_count) {
        (void)snprintf(reason, reason_bytes,
                       "%s: the header declares %zu parameters, the statement takes %zu",
                       statement->file, statement->parameter_count, found);
        return false;
    }
    for (size_t i = 0; i < found; i++)
        if (!check_parameter(statement, description, i, reason, reason_bytes))
            return false;
    if (statement->binary && !check_binary(statement, description, reason, reason_bytes))
        return false;
    return statement->renderer != RENDER_NONE ||
           check_columns(statement, description, reason, reason_bytes);
}

static bool check_statement(PGconn *db, const struct statement *statement, char *reason,
                            size_t reason_bytes)
{
    char cause[512];
    PGresult *description = ask_description(db, statement->sql);
    bool good = ask_is_good(description, cause, sizeof cause);
    if (!good)
        (void)snprintf(reason, reason_bytes, "%s: %s", statement->file, cause);
    good = good && check_description(statement, description, reason, reason_bytes);
    PQclear(description);
    return good;
}

static bool check_lane(const struct inspection *inspection, const struct lane_kind *kind,
                       char *reason, size_t reason_bytes)
{
    PGconn *db = connect_as(inspection->config, kind->role, reason, reason_bytes);
    bool good = db != NULL;
    for (size_t i = 0; good && i < inspection->statement_count; i++)
        if (lane_serves(kind, &inspection->statements[i]))
            good = check_statement(db, &inspection->statements[i], reason, reason_bytes);
    PQfinish(db);
    return good;
}

bool inspect_database(struct inspection *inspection, char *reason, size_t reason_bytes)
{
    /* As the writer: a role may have settings of its own, and its commits are the ones that count.
     */
    PGconn *db = connect_as(inspection->config, "aidledger_writer", reason, reason_bytes);
    if (db == NULL)
        return false;
    bool good =
        (inspection->config->allow_unsafe != 0 || check_durability(db, reason, reason_bytes)) &&
        migrate_is_current(db, inspection->migrations, inspection->migration_count, reason,
                           reason_bytes) &&
        read_rules(db, inspection, reason, reason_bytes);
    PQfinish(db);
    for (size_t i = 0; good && i < LANE_KINDS; i++)
        good =
            lane_kinds[i].patient || check_lane(inspection, &lane_kinds[i], reason, reason_bytes);
    return good;
}
