/* job.c - what is done again and again in the database, for ever, beside the loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/job.h"

#include "core/log.h"
#include "engine/ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { BACKOFF_MAX_MS = 2000, TIMEOUT_MS = 30000 };

struct worker {
    const struct job *job;
    PGconn *db;
    int signals;
    int backoff_ms;
    bool told; /* a series of failures is logged once */
};

void job_log(const char *name, enum log_level level, const char *msg, const char *detail)
{
    struct log_line line;
    log_begin(&line, level, msg);
    log_text(&line, "job", name);
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
    const struct worker *worker = argument;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != NULL && strcmp(severity, "WARNING") == 0)
        job_log(worker->job->name, LOG_WARN, "job_warns",
                PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
}

static void disconnect(struct worker *worker)
{
    PQfinish(worker->db);
    worker->db = NULL;
}

static void back_off(struct worker *worker)
{
    worker->backoff_ms = worker->backoff_ms * 2 + 50;
    if (worker->backoff_ms > BACKOFF_MAX_MS)
        worker->backoff_ms = BACKOFF_MAX_MS;
}

static void connect_to(struct worker *worker, const struct config *config)
{
    const struct job *job = worker->job;
    const struct conninfo_lane login = {
        .name = job->name, .role = job->role, .timeout_ms = TIMEOUT_MS};
    char reason[512];
    worker->db = ask_connect(config->database_url, &login, reason, sizeof reason);
    if (worker->db == NULL) {
        job_log(job->name, worker->told ? LOG_DEBUG : LOG_WARN, "job_waits", reason);
        worker->told = true;
        back_off(worker);
        return;
    }
    (void)PQsetNoticeReceiver(worker->db, take_notice, worker);
    if (job->begin != NULL && !job->begin(job->owner, worker->db)) {
        disconnect(worker);
        back_off(worker);
        return;
    }
    job_log(job->name, LOG_INFO, "job_works", NULL);
    worker->told = false;
}

/* One round: everything that waits. False: the connection is of no use any more. */
static bool do_what_waits(struct worker *worker)
{
    bool more = true;
    if (PQconsumeInput(worker->db) == 0)
        return false;
    while (more && wait_for_news(worker, 0)) {
        more = false;
        if (!worker->job->work(worker->job->owner, worker->db, &more))
            return false;
    }
    return true;
}

static void turn(struct worker *worker, const struct config *config)
{
    if (worker->db == NULL)
        connect_to(worker, config);
    if (worker->db == NULL)
        return;
    if (do_what_waits(worker)) {
        worker->backoff_ms = 0;
    } else {
        disconnect(worker);
        back_off(worker);
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
        job_log(job->name, LOG_ERROR, "job_failed", "no descriptor for signals");
        return false;
    }
    do
        turn(&worker, config);
    while (wait_for_news(&worker, worker.db != NULL ? job->wait_ms : worker.backoff_ms));
    disconnect(&worker);
    (void)close(worker.signals);
    return true;
}
