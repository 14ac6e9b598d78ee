/* press.c - large forms of reports, made by processes beside the loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/press.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/watch.h"
#include "http/daemon.h"
#include "transfer/form.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SLOTS_MAX = 16,
    WAITING_MAX = 8, /* jobs for each child that may run */
    ENVIRONMENT_BYTES = 512,
    RETRY_S = 5
};

/* One child and its job. */
struct slot {
    struct press *press;
    struct press_job *job; /* NULL: free */
    pid_t child;
    struct watch lines; /* to the child */
    struct watch end;   /* the child's end */
    int file;
    enum problem_kind why; /* it is being ended: as which problem */
    bool ended;
};

struct press {
    struct arena *arena;
    const struct config *config;
    press_done_fn done;
    size_t slot_count;
    struct slot slots[SLOTS_MAX];
    struct press_job *first; /* who waits for a slot */
    size_t waiting;
};

static void start_next(struct press *press);

/* ---------------------------------------------------------------- feeding */

static void close_watch(struct watch *watch)
{
    const int fd = watch->fd;
    watch_clear(watch);
    if (fd >= 0)
        (void)close(fd);
}

/* Writes until the child is busy. A child that has gone does not read: its end says why. */
static void feed(struct watch *watch, uint32_t events)
{
    struct slot *slot = watch->owner;
    struct press_job *job = slot->job;
    (void)events;
    if (watch->fd < 0 || job == NULL)
        return;
    if (job->taken == job->lines.length && !job->fed) {
        job->lines.length = job->taken = 0;
        job->fed = !job->feed(job, &job->lines);
    }
    if (job->taken < job->lines.length) {
        const ssize_t count =
            write(watch->fd, job->lines.data + job->taken, job->lines.length - job->taken);
        if (count > 0)
            job->taken += (size_t)count;
        else if (errno != EAGAIN && errno != EINTR)
            close_watch(watch);
    }
    /* What is missing is noticed by the child: the lines say how many rows there are. */
    if ((job->fed && job->taken == job->lines.length) || job->lines.full)
        close_watch(watch);
}

/* ---------------------------------------------------------------- the end */

static void release_file(void *file)
{
    (void)close((int)(intptr_t)file - 1);
}

static bool give_file(struct slot *slot)
{
    struct exchange *x = slot->job->x;
    struct stat status;
    if (fstat(slot->file, &status) != 0 || status.st_size == 0)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The form of the report is empty.");
    const int file = slot->file;
    slot->file = -1;
    if (!arena_defer(x->arena, release_file, (void *)(intptr_t)(file + 1)))
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The report does not fit in memory.");
    x->response.status = 200;
    x->response.from_file = true;
    x->response.file = file;
    x->response.body_bytes = (size_t)status.st_size;
    return true;
}

static void log_end_of(const struct slot *slot, int status)
{
    struct log_line line;
    log_begin(&line, LOG_WARN, "form_not_made");
    log_text(&line, "request", slot->job->x->id);
    log_text(&line, "form", slot->job->form);
    log_number(&line, WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    log_end(&line);
}

static bool refuse_for_now(struct problem *problem, const char *detail)
{
    if (!problem_is_set(problem))
        problem->retry_after_s = RETRY_S;
    return problem_set(problem, PROBLEM_UNAVAILABLE, "%s", detail);
}

static bool refuse_late(struct problem *problem)
{
    return problem_set(problem, PROBLEM_TIMEOUT, "The form of the report took too long to make.");
}

static bool refuse_large(struct problem *problem)
{
    return problem_set(problem, PROBLEM_UNAVAILABLE,
                       "The form takes more memory than it may; ask for less with the report's "
                       "parameters, or for CSV or NDJSON.");
}

/* A library that memory was refused to may end the child instead. */
static bool was_starved(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) == FORM_TOO_LARGE
                             : WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGABRT;
}

static void conclude(struct slot *slot, int status)
{
    struct problem *problem = &slot->job->x->problem;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !slot->ended) {
        (void)give_file(slot);
        return;
    }
    log_end_of(slot, status);
    if (slot->ended && slot->why == PROBLEM_TIMEOUT)
        (void)refuse_late(problem);
    else if (!slot->ended && was_starved(status))
        (void)refuse_large(problem);
    else
        (void)refuse_for_now(problem, "The form of the report was not made.");
}

static void see_end(struct watch *watch, uint32_t events)
{
    struct slot *slot = watch->owner;
    int status = 0;
    (void)events;
    if (slot->job == NULL || waitpid(slot->child, &status, WNOHANG) != slot->child)
        return;
    struct exchange *x = slot->job->x;
    conclude(slot, status);
    close_watch(&slot->lines);
    close_watch(&slot->end);
    if (slot->file >= 0)
        (void)close(slot->file);
    slot->file = -1;
    slot->job = NULL;
    slot->press->done(x);
    start_next(slot->press);
}

/* ---------------------------------------------------------------- the beginning */

/* Nothing of ours is for the child but where to put its files, and how much memory it may take. */
static int spawn(struct slot *slot, int lines)
{
    char scratch[ENVIRONMENT_BYTES];
    char memory[ENVIRONMENT_BYTES];
    char program[] = "aidledger";
    char command[] = "form";
    char form[16];
    (void)snprintf(scratch, sizeof scratch, "AIDLEDGER_SCRATCH=%s", slot->press->config->scratch);
    (void)snprintf(memory, sizeof memory, "AIDLEDGER_FORM_MEMORY_MAX=%d",
                   slot->press->config->form_memory_max);
    (void)snprintf(form, sizeof form, "%s", slot->job->form);
    char *const words[] = {program, command, form, NULL};
    char *const environment[] = {scratch, memory, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t usual;
    (void)sigemptyset(&none);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    int error = posix_spawn_file_actions_init(&files);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setsigdefault(&attributes, &usual);
        error = posix_spawn_file_actions_adddup2(&files, lines, STDIN_FILENO);
        if (error == 0)
            error = posix_spawn_file_actions_adddup2(&files, slot->file, STDOUT_FILENO);
        if (error == 0)
            error = posix_spawn(&slot->child, "/proc/self/exe", &files, &attributes, words,
                                environment);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return error;
}

/* With the descriptors of the child's input, its own end first. */
static bool start_child(struct slot *slot, const int ends[2])
{
    slot->file = open(slot->press->config->scratch, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (slot->file < 0 || spawn(slot, ends[0]) != 0)
        return false;
    const int end = pidfd_open(slot->child, 0);
    if (end >= 0 && watch_set(&slot->end, end, EPOLLIN) &&
        watch_set(&slot->lines, ends[1], EPOLLOUT))
        return true;
    if (end >= 0 && slot->end.fd < 0)
        (void)close(end);
    close_watch(&slot->end);
    (void)kill(slot->child, SIGKILL);
    (void)waitpid(slot->child, NULL, 0);
    return false;
}

static bool start(struct slot *slot, struct press_job *job)
{
    int ends[2] = {-1, -1};
    slot->job = job;
    slot->ended = false;
    slot->file = -1;
    const bool piped = pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0;
    const bool started = piped && start_child(slot, ends);
    if (ends[0] >= 0)
        (void)close(ends[0]);
    if (started)
        return true;
    log_event(LOG_WARN, "form_not_begun", strerrordesc_np(errno));
    if (ends[1] >= 0)
        (void)close(ends[1]);
    if (slot->file >= 0)
        (void)close(slot->file);
    slot->file = -1;
    slot->job = NULL;
    return refuse_for_now(&job->x->problem, "The form of the report cannot be made now.");
}

static struct slot *free_slot(struct press *press)
{
    for (size_t i = 0; i < press->slot_count; i++)
        if (press->slots[i].job == NULL)
            return &press->slots[i];
    return NULL;
}

static struct press_job *take_first(struct press *press)
{
    struct press_job *job = press->first;
    press->first = job->next;
    press->waiting--;
    return job;
}

static void start_next(struct press *press)
{
    struct slot *slot = NULL;
    while (press->first != NULL && (slot = free_slot(press)) != NULL) {
        struct press_job *job = take_first(press);
        if (!start(slot, job))
            press->done(job->x);
    }
}

bool press_take(struct press *press, struct press_job *job)
{
    struct slot *slot = free_slot(press);
    job->until_ms = clock_ms() + press->config->form_timeout_ms;
    if (slot != NULL)
        return start(slot, job);
    if (press->waiting >= WAITING_MAX * press->slot_count)
        return refuse_for_now(&job->x->problem, "Too many large forms of reports are being made.");
    struct press_job **at = &press->first;
    while (*at != NULL)
        at = &(*at)->next;
    job->next = NULL;
    *at = job;
    press->waiting++;
    return true;
}

/* ---------------------------------------------------------------- time */

static void end(struct slot *slot, enum problem_kind why)
{
    if (slot->ended)
        return;
    slot->ended = true;
    slot->why = why;
    (void)kill(slot->child, SIGKILL);
}

static void drop_waiting(struct press *press, int64_t now_ms)
{
    struct press_job **at = &press->first;
    while (*at != NULL) {
        struct press_job *job = *at;
        if (now_ms < job->until_ms && !daemon_is_gone(job->x)) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        press->waiting--;
        (void)refuse_late(&job->x->problem);
        press->done(job->x);
    }
}

void press_tick(struct press *press, int64_t now_ms)
{
    for (size_t i = 0; i < press->slot_count; i++) {
        struct slot *slot = &press->slots[i];
        if (slot->job == NULL)
            continue;
        if (daemon_is_gone(slot->job->x))
            end(slot, PROBLEM_UNAVAILABLE);
        else if (now_ms >= slot->job->until_ms)
            end(slot, PROBLEM_TIMEOUT);
    }
    drop_waiting(press, now_ms);
}

void press_abort(struct press *press)
{
    drop_waiting(press, INT64_MAX);
    for (size_t i = 0; i < press->slot_count; i++) {
        struct slot *slot = &press->slots[i];
        if (slot->job == NULL)
            continue;
        end(slot, PROBLEM_UNAVAILABLE);
        /* A killed process is gone in a moment. */
        siginfo_t ended;
        (void)waitid(P_PID, (id_t)slot->child, &ended, WEXITED | WNOWAIT);
        see_end(&slot->end, 0);
    }
}

/* ---------------------------------------------------------------- opening and closing */

struct press *press_open(const struct config *config, int epoll, press_done_fn done)
{
    struct arena *arena = arena_make(sizeof(struct press) + 1024);
    struct press *press = arena != NULL ? arena_alloc(arena, sizeof *press) : NULL;
    if (press == NULL) {
        arena_free(arena);
        return NULL;
    }
    press->arena = arena;
    press->config = config;
    press->done = done;
    press->slot_count = (size_t)config->formers;
    for (size_t i = 0; i < press->slot_count; i++) {
        struct slot *slot = &press->slots[i];
        slot->press = press;
        slot->file = -1;
        slot->lines = (struct watch){.ready = feed, .owner = slot, .epoll = epoll, .fd = -1};
        slot->end = (struct watch){.ready = see_end, .owner = slot, .epoll = epoll, .fd = -1};
    }
    return press;
}

void press_close(struct press *press)
{
    if (press != NULL)
        arena_free(press->arena);
}
