/* sequencer.c - gives committed ledger entries their leaf indexes, for ever. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/sequencer.h"

#include "core/log.h"
#include "engine/ask.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    WAIT_MS = 500, /* entries are found by looking; a notification only makes it sooner */
    BACKOFF_MAX_MS = 2000,
    TIMEOUT_MS = 30000
};

/* Entries are taken in the order of their queue rows and numbered without gaps; whoever looks for
   "id above the last one seen" would miss what commits late. */
static const char sequence_sql[] = "SELECT ledger_sequence(1000)";

struct sequencer {
    PGconn *db;
    int signals;
    int backoff_ms;
    bool told; /* a series of failures is logged once */
};

/* Sleeps; wakes early for news on the socket. False: it is time to end. */
static bool wait_for_news(const struct sequencer *sequencer, int wait_ms)
{
    struct pollfd sources[2] = {{.fd = sequencer->signals, .events = POLLIN},
                                {.fd = -1, .events = POLLIN}};
    if (sequencer->db != NULL)
        sources[1].fd = PQsocket(sequencer->db);
    const int ready = poll(sources, 2, wait_ms);
    if (ready < 0 && errno != EINTR)
        return false;
    return ready <= 0 || (sources[0].revents & POLLIN) == 0;
}

static bool run(struct sequencer *sequencer, const char *sql, bool *more)
{
    char reason[512];
    PGresult *result = ask(sequencer->db, sql, 0, NULL);
    const bool good = ask_is_good(result, reason, sizeof reason);
    if (good)
        *more = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "0") != 0;
    else
        log_event(LOG_WARN, "sequencer_interrupted", reason);
    PQclear(result);
    return good;
}

static void disconnect(struct sequencer *sequencer)
{
    PQfinish(sequencer->db);
    sequencer->db = NULL;
}

static bool connect_to(struct sequencer *sequencer, const struct config *config)
{
    const struct conninfo_lane login = {
        .name = "sequencer", .role = "aidledger_worker", .timeout_ms = TIMEOUT_MS};
    char reason[512];
    bool more = false;
    sequencer->db = ask_connect(config->database_url, &login, reason, sizeof reason);
    if (sequencer->db == NULL) {
        log_event(sequencer->told ? LOG_DEBUG : LOG_WARN, "sequencer_waits", reason);
        sequencer->told = true;
        return false;
    }
    if (!run(sequencer, "LISTEN aidledger_queue", &more)) {
        disconnect(sequencer);
        return false;
    }
    log_event(LOG_INFO, "sequencer_works", NULL);
    sequencer->told = false;
    sequencer->backoff_ms = 0;
    return true;
}

/* One round: everything that waits. False: the connection is of no use any more. */
static bool sequence(struct sequencer *sequencer)
{
    PGnotify *notice = NULL;
    bool more = true;
    if (PQconsumeInput(sequencer->db) == 0)
        return false;
    while ((notice = PQnotifies(sequencer->db)) != NULL)
        PQfreemem(notice);
    while (more && wait_for_news(sequencer, 0))
        if (!run(sequencer, sequence_sql, &more))
            return false;
    return true;
}

static void turn(struct sequencer *sequencer, const struct config *config)
{
    if (sequencer->db == NULL && !connect_to(sequencer, config)) {
        sequencer->backoff_ms = sequencer->backoff_ms * 2 + 50;
        if (sequencer->backoff_ms > BACKOFF_MAX_MS)
            sequencer->backoff_ms = BACKOFF_MAX_MS;
    } else if (!sequence(sequencer)) {
        disconnect(sequencer);
    }
}

bool sequencer_run(const struct config *config)
{
    struct sequencer sequencer = {.signals = -1};
    sigset_t stop;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    sequencer.signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
    if (sequencer.signals < 0) {
        log_event(LOG_ERROR, "sequencer_failed", "no descriptor for signals");
        return false;
    }
    do
        turn(&sequencer, config);
    while (wait_for_news(&sequencer, sequencer.db != NULL ? WAIT_MS : sequencer.backoff_ms));
    disconnect(&sequencer);
    (void)close(sequencer.signals);
    return true;
}
