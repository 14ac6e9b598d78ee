/* supervise.c - keeps the processes beside the loop alive. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/supervise.h"

#include "core/clock.h"
#include "core/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    BACKOFF_MAX_MS = 5000,
    GOOD_RUN_MS = 10000, /* after one as long as this the next start does not wait */
    STOP_MAX_MS = 3000,
    STOP_LOOK_MS = 10
};

struct supervisor supervise_make(const char *command)
{
    const struct supervisor supervisor = {.command = command};
    return supervisor;
}

/* In the child, between fork and exec: only calls that are safe there. */
static void become(const char *command, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
    /* Killed with its parent, even when that one gets no chance to say so. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent)
        (void)execl("/proc/self/exe", "aidledger", command, (char *)NULL);
    _exit(127);
}

static void start(struct supervisor *supervisor, int64_t now_ms)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0)
        become(supervisor->command, parent);
    supervisor->started_ms = now_ms;
    if (child < 0) {
        log_event(LOG_WARN, "child_not_started", strerrordesc_np(errno));
        supervisor->start_at_ms = now_ms + BACKOFF_MAX_MS;
        return;
    }
    supervisor->child = child;
}

static void log_end_of(const struct supervisor *supervisor, int status)
{
    struct log_line line;
    log_begin(&line, LOG_WARN, "child_ended");
    log_text(&line, "command", supervisor->command);
    if (WIFSIGNALED(status))
        log_number(&line, "signal", WTERMSIG(status));
    else
        log_number(&line, "status", WEXITSTATUS(status));
    log_end(&line);
}

static bool reap(struct supervisor *supervisor, int *status)
{
    if (supervisor->child == 0 || waitpid(supervisor->child, status, WNOHANG) == 0)
        return false;
    supervisor->child = 0;
    return true;
}

void supervise_tick(struct supervisor *supervisor, int64_t now_ms)
{
    int status = 0;
    if (reap(supervisor, &status)) {
        log_end_of(supervisor, status);
        if (now_ms - supervisor->started_ms >= GOOD_RUN_MS)
            supervisor->backoff_ms = 0;
        supervisor->start_at_ms = now_ms + supervisor->backoff_ms;
        supervisor->backoff_ms = supervisor->backoff_ms * 2 + 100 < BACKOFF_MAX_MS
                                     ? supervisor->backoff_ms * 2 + 100
                                     : BACKOFF_MAX_MS;
    }
    if (supervisor->child == 0 && now_ms >= supervisor->start_at_ms)
        start(supervisor, now_ms);
}

void supervise_stop(struct supervisor *supervisor)
{
    const struct timespec look = {.tv_nsec = STOP_LOOK_MS * 1000000L};
    const int64_t give_up_ms = clock_ms() + STOP_MAX_MS;
    int status = 0;
    if (supervisor->child == 0)
        return;
    (void)kill(supervisor->child, SIGTERM);
    while (clock_ms() < give_up_ms) {
        if (reap(supervisor, &status))
            return;
        (void)nanosleep(&look, NULL);
    }
    (void)kill(supervisor->child, SIGKILL);
    (void)waitpid(supervisor->child, &status, 0);
    supervisor->child = 0;
}
