/* job.c - what is done again and again in the database, for ever, beside the loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job.h"

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

enum { BACKOFF_MAX_MS = 2000, TIMEOUT_MS = 30000, LISTEN_BYTES = 80 };

/* Entries are taken in the order of their queue rows and numbered without gaps; whoever looks for
   "id above the last one seen" would miss what commits late. They are found by looking; a
   notification only makes it sooner. */
const struct job job_sequencer = {.name = "sequencer",
                                  .role = "aidledger_worker",
                                  .channel = "aidledger_queue",
                                  .sql = "SELECT ledger_sequence(1000)",
                                  .wait_ms = 500};

const struct job job_clock = {
    .name = "clock", .role = "aidledger_writer", .sql = "SELECT clock_turn()", .wait_ms = 2000};

struct worker {
    const struct job *job;
    PGconn *db;
    int signals;
    int backoff_ms;
    bool told; /* a series of failures is logged once */
};

static void say(const struct worker *worker, enum log_level level, const char *msg,
                const char *detail)
{
    struct log_line line;
    log_begin(&line, level, msg);
    log_text(&line, "job", worker->job->name);
    log_text(&line, "detail", detail);
    log_end(&line);
}

/* Sleeps; wakes early for news on the socket. False: it is time to end. */
static bool wait_for_news(const struct worker *worker, int wait_ms)
{
    struct pollfd sources[2] = {{.fd = worker->signals, .events = POLLIN},
                                {.fd = -1, .events = POLLIN}};
    if (worker->db != NULL)
        sources[1].fd = PQsocket(worker->db);
    const int ready = poll(sources, 2, wait_ms);
    if (ready < 0 && errno != EINTR)
        return false;
    return ready <= 0 || (sources[0].revents & POLLIN) == 0;
}

/* What the statement could not do and went past. */
static void take_notice(void *argument, const PGresult *notice)
{
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != NULL && strcmp(severity, "WARNING") == 0)
        say(argument, LOG_WARN, "job_warns", PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
}

static bool run(struct worker *worker, const char *sql, bool *more)
{
    char reason[512];
    PGresult *result = ask(worker->db, sql, 0, NULL);
    const bool good = ask_is_good(result, reason, sizeof reason);
    if (good)
        *more = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "0") != 0;
    else
        say(worker, LOG_WARN, "job_interrupted", reason);
    PQclear(result);
    return good;
}

static void disconnect(struct worker *worker)
{
    PQfinish(worker->db);
    worker->db = NULL;
}

static bool listen_to(struct worker *worker, const char *channel)
{
    char sql[LISTEN_BYTES];
    bool more = false;
    if (channel == NULL)
        return true;
    (void)snprintf(sql, sizeof sql, "LISTEN %s", channel);
    return run(worker, sql, &more);
}

static bool connect_to(struct worker *worker, const struct config *config)
{
    const struct conninfo_lane login = {
        .name = worker->job->name, .role = worker->job->role, .timeout_ms = TIMEOUT_MS};
    char reason[512];
    worker->db = ask_connect(config->database_url, &login, reason, sizeof reason);
    if (worker->db == NULL) {
        say(worker, worker->told ? LOG_DEBUG : LOG_WARN, "job_waits", reason);
        worker->told = true;
        return false;
    }
    (void)PQsetNoticeReceiver(worker->db, take_notice, worker);
    if (!listen_to(worker, worker->job->channel)) {
        disconnect(worker);
        return false;
    }
    say(worker, LOG_INFO, "job_works", NULL);
    worker->told = false;
    worker->backoff_ms = 0;
    return true;
}

/* One round: everything that waits. False: the connection is of no use any more. */
static bool do_what_waits(struct worker *worker)
{
    PGnotify *notice = NULL;
    bool more = true;
    if (PQconsumeInput(worker->db) == 0)
        return false;
    while ((notice = PQnotifies(worker->db)) != NULL)
        PQfreemem(notice);
    while (more && wait_for_news(worker, 0))
        if (!run(worker, worker->job->sql, &more))
            return false;
    return true;
}

static void turn(struct worker *worker, const struct config *config)
{
    if (worker->db == NULL && !connect_to(worker, config)) {
        worker->backoff_ms = worker->backoff_ms * 2 + 50;
        if (worker->backoff_ms > BACKOFF_MAX_MS)
            worker->backoff_ms = BACKOFF_MAX_MS;
    } else if (!do_what_waits(worker)) {
        disconnect(worker);
    }
}

bool job_run(const struct job *job, const struct config *config)
{
    struct worker worker = {.job = job, .signals = -1};
    sigset_t stop;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    worker.signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
    if (worker.signals < 0) {
        say(&worker, LOG_ERROR, "job_failed", "no descriptor for signals");
        return false;
    }
    do
        turn(&worker, config);
    while (wait_for_news(&worker, worker.db != NULL ? job->wait_ms : worker.backoff_ms));
    disconnect(&worker);
    (void)close(worker.signals);
    return true;
}
