/* ask.c - questions to the database by those who have nothing else to do than wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/ask.h"

#include "core/arena.h"
#include "core/log.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 16 };

static void ignore_notice(void *argument, const char *message)
{
    (void)argument;
    log_event(LOG_DEBUG, "notice", message);
}

/* libpq ends its messages with a line feed. */
static void say(char *reason, size_t reason_bytes, const char *message)
{
    (void)snprintf(reason, reason_bytes, "%s", message);
    size_t length = strlen(reason);
    while (length > 0 && reason[length - 1] == '\n')
        reason[--length] = '\0';
}

PGconn *ask_connect(const char *base, const struct conninfo_lane *lane, char *reason,
                    size_t reason_bytes)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    if (arena == NULL) {
        say(reason, reason_bytes, "out of memory");
        return NULL;
    }
    PGconn *db = NULL;
    const struct conninfo *info = conninfo_make(arena, base, lane, reason, reason_bytes);
    if (info != NULL)
        db = PQconnectdbParams(info->keywords, info->values, 0);
    arena_free(arena);
    if (db == NULL || PQstatus(db) == CONNECTION_OK) {
        if (db != NULL)
            (void)PQsetNoticeProcessor(db, ignore_notice, NULL);
        return db;
    }
    say(reason, reason_bytes, PQerrorMessage(db));
    PQfinish(db);
    return NULL;
}

/* The last result, or the first bad one: what came of it. */
static PGresult *collect(PGconn *db, int sent)
{
    PGresult *kept = sent != 0 ? NULL : PQmakeEmptyPGresult(db, PGRES_FATAL_ERROR);
    PGresult *next = NULL;
    while (sent != 0 && (next = PQgetResult(db)) != NULL) {
        if (PQresultStatus(kept) == PGRES_FATAL_ERROR && kept != NULL) {
            PQclear(next);
            continue;
        }
        PQclear(kept);
        kept = next;
    }
    return kept;
}

PGresult *ask(PGconn *db, const char *sql, int count, const char *const *values)
{
    return collect(db, PQsendQueryParams(db, sql, count, NULL, values, NULL, NULL, 0));
}

PGresult *ask_description(PGconn *db, const char *sql)
{
    PGresult *prepared = collect(db, PQsendPrepare(db, "", sql, 0, NULL));
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK)
        return prepared;
    PQclear(prepared);
    return collect(db, PQsendDescribePrepared(db, ""));
}

bool ask_is_good(const PGresult *result, char *reason, size_t reason_bytes)
{
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return true;
    const char *message = PQresultErrorMessage(result);
    say(reason, reason_bytes, message[0] != '\0' ? message : "the connection to it was lost");
    return false;
}
