/* main.c - the subcommands of aidledger. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/allowance.h"
#include "catalogue/catalogue.h"
#include "core/arena.h"
#include "core/backlog.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/heap.h"
#include "core/log.h"
#include "core/version.h"
#include "engine/inspect.h"
#include "engine/migrate.h"
#include "engine/schema.h"
#include "flow/loop.h"
#include "http/crowd.h"
#include "http/listener.h"
#include "ledger/canonical_command.h"
#include "work/clock.h"
#include "work/form.h"
#include "work/import.h"
#include "work/job.h"
#include "work/key.h"
#include "work/seal.h"
#include "work/supervise.h"
#include "work/verify.h"
#include "work/witness.h"

#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,    /* a wrong command line or setting */
    EXIT_DATABASE = 3, /* the database cannot be reached, or is not one to serve from */
    REASON_BYTES = 1024,
    DATABASE_WAIT_MS = 30000,
    SUPERVISE_MS = 100,
    LOOPS_MAX = 64,
    CHILDREN = 2,
    ARENA_BYTES = 64 << 20
};

/* Everything `serve` owns. */
struct service {
    struct config config;
    struct arena *arena;
    struct inspection inspection;
    const struct schemas *schemas;
    struct metrics *board[LOOPS_MAX];
    struct loop loops[LOOPS_MAX];
    pthread_t threads[LOOPS_MAX];
    size_t opened;
    size_t started;
    struct supervisor children[CHILDREN];
};

static int fail(int code, const char *reason)
{
    (void)fprintf(stderr, "aidledger: %s\n", reason);
    return code;
}

static bool needs_database(const struct config *config, char *reason)
{
    if (config->database_url[0] != '\0')
        return true;
    (void)snprintf(reason, REASON_BYTES,
                   "AIDLEDGER_DATABASE_URL is not set; it names the database, for example "
                   "\"host=/run/postgresql dbname=aidledger user=aid\"");
    return false;
}

/* ---------------------------------------------------------------- serve */

/* Signals are waited for, in one place; a thread that is not told otherwise inherits the mask. */
static void block_signals(sigset_t *stop)
{
    (void)sigemptyset(stop);
    (void)sigaddset(stop, SIGTERM);
    (void)sigaddset(stop, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, stop, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* The first process of a container is spared what ends any other, unless it asks for it. */
static void end_at_once(int signal)
{
    _exit(128 + signal);
}

static bool inspect(struct service *service, char *reason)
{
    struct inspection *inspection = &service->inspection;
    service->arena = arena_make(ARENA_BYTES);
    if (service->arena == NULL) {
        (void)snprintf(reason, REASON_BYTES, "out of memory");
        return false;
    }
    inspection->config = &service->config;
    inspection->arena = service->arena;
    inspection->migrations = catalogue_migrations(&inspection->migration_count);
    inspection->statements = catalogue_statements(&inspection->statement_count);
    service->schemas =
        schemas_compile(service->arena, catalogue_page("api/openapi.json"), inspection->statements,
                        inspection->statement_count, reason, REASON_BYTES);
    return service->schemas != NULL &&
           inspect_wait(&service->config, DATABASE_WAIT_MS, reason, REASON_BYTES) &&
           inspect_database(inspection, reason, REASON_BYTES);
}

/* With several loops each has a listener of its own on the same port. SO_REUSEPORT would also let
   a second program in, so the first listener is tried without it. */
static int open_listener(struct service *service, char *reason)
{
    struct config *config = &service->config;
    if (config->loops == 1)
        return listener_open(config, false, reason, REASON_BYTES);
    if (service->opened == 0) {
        const int probe = listener_open(config, false, reason, REASON_BYTES);
        if (probe < 0)
            return -1;
        config->port = listener_port(probe);
        (void)close(probe);
    }
    return listener_open(config, true, reason, REASON_BYTES);
}

static bool open_loops(struct service *service, char *reason)
{
    const struct loop_plan plan = {
        .config = &service->config,
        .allowances = allowances_make(service->arena),
        .crowd = crowd_make(service->arena),
        .backlog = backlog_make(service->arena, (size_t)service->config.backlog_max),
        .rules = &service->inspection.rules,
        .schemas = service->schemas,
        .statements = service->inspection.statements,
        .statement_count = service->inspection.statement_count};
    const size_t count = (size_t)service->config.loops;
    bool fits = plan.allowances != NULL && plan.crowd != NULL && plan.backlog != NULL;
    for (size_t i = 0; i < count; i++) {
        struct metrics *metrics = arena_alloc(service->arena, sizeof *metrics);
        fits = fits && metrics != NULL;
        if (!fits) {
            (void)snprintf(reason, REASON_BYTES, "out of memory");
            return false;
        }
        metrics->board = service->board;
        metrics->loops = count;
        service->board[i] = metrics;
    }
    while (service->opened < count) {
        const int listener = open_listener(service, reason);
        if (listener < 0)
            return false;
        service->config.port = listener_port(listener);
        if (!loop_open(&service->loops[service->opened], &plan, service->board[service->opened],
                       listener, reason, REASON_BYTES))
            return false;
        service->opened++;
    }
    return true;
}

static bool announce(const struct config *config, char *reason)
{
    struct log_line line;
    log_begin(&line, LOG_INFO, "listening");
    log_text(&line, "address", config->listen);
    log_number(&line, "port", config->port);
    log_end(&line);
    if (config->port_file[0] == '\0')
        return true;
    FILE *file = fopen(config->port_file, "w");
    const bool written = file != NULL && fprintf(file, "%d\n", config->port) > 0;
    if (file != NULL && fclose(file) == 0 && written)
        return true;
    (void)snprintf(reason, REASON_BYTES, "AIDLEDGER_PORT_FILE \"%s\" cannot be written",
                   config->port_file);
    return false;
}

static void *run_loop(void *argument)
{
    struct loop *loop = argument;
    loop_run(loop);
    /* A loop that ends unasked takes the others with it: better a restart than half a service. */
    if (loop->drain_began_ms == 0)
        (void)kill(getpid(), SIGTERM);
    return NULL;
}

static bool start_loops(struct service *service, char *reason)
{
    for (; service->started < service->opened; service->started++) {
        if (pthread_create(&service->threads[service->started], NULL, run_loop,
                           &service->loops[service->started]) != 0) {
            (void)snprintf(reason, REASON_BYTES, "a thread cannot be started");
            return false;
        }
    }
    return true;
}

/* The clock, and the sealer where the log key is ours to give. */
static size_t children_of(const struct config *config)
{
    if (config->worker == 0)
        return 0;
    return config->log_key[0] == '\0' ? CHILDREN - 1 : CHILDREN;
}

static void wait_for_stop(struct service *service, const sigset_t *stop)
{
    const struct timespec pause = {.tv_nsec = SUPERVISE_MS * 1000000L};
    do {
        for (size_t i = 0; i < children_of(&service->config); i++)
            supervise_tick(&service->children[i], clock_ms());
    } while (sigtimedwait(stop, NULL, &pause) < 0);
    log_event(LOG_INFO, "stopping", NULL);
}

static void close_service(struct service *service)
{
    for (size_t i = 0; i < service->started; i++)
        loop_stop(&service->loops[i]);
    for (size_t i = 0; i < service->started; i++)
        (void)pthread_join(service->threads[i], NULL);
    for (size_t i = 0; i < CHILDREN; i++)
        supervise_stop(&service->children[i]);
    for (size_t i = 0; i < service->opened; i++)
        loop_close(&service->loops[i]);
    arena_free(service->arena);
}

static int serve(int count, char **words, const struct config *config)
{
    struct service service = {.config = *config,
                              .children = {supervise_make("clock"), supervise_make("seal")}};
    char reason[REASON_BYTES];
    sigset_t stop;
    (void)words;
    if (count > 0)
        return fail(EXIT_USAGE, "serve takes no arguments; settings come from the environment");
    if (!needs_database(config, reason))
        return fail(EXIT_USAGE, reason);
    /* Until something is accepted a signal may end us as it ends any program. */
    (void)signal(SIGTERM, end_at_once);
    (void)signal(SIGINT, end_at_once);
    const bool fit = inspect(&service, reason);
    block_signals(&stop);
    int code = EXIT_DONE;
    if (!fit)
        code = fail(EXIT_DATABASE, reason);
    else if (!open_loops(&service, reason) || !announce(&service.config, reason) ||
             !start_loops(&service, reason))
        code = fail(EXIT_FAILED, reason);
    else
        wait_for_stop(&service, &stop);
    close_service(&service);
    log_event(LOG_INFO, "stopped", NULL);
    return code;
}

/* ---------------------------------------------------------------- the other subcommands */

static int migrate(int count, char **words, const struct config *config)
{
    char reason[REASON_BYTES];
    size_t migrations = 0;
    const struct page *pages = catalogue_migrations(&migrations);
    (void)words;
    if (count > 0)
        return fail(EXIT_USAGE, "migrate takes no arguments");
    if (!needs_database(config, reason))
        return fail(EXIT_USAGE, reason);
    if (!migrate_run(config->database_url, pages, migrations, reason, sizeof reason))
        return fail(EXIT_DATABASE, reason);
    return EXIT_DONE;
}

static int seal(int count, char **words, const struct config *config)
{
    char reason[REASON_BYTES];
    sigset_t stop;
    if (!needs_database(config, reason))
        return fail(EXIT_USAGE, reason);
    block_signals(&stop);
    return seal_command(count, words, config);
}

static int keep_time(int count, char **words, const struct config *config)
{
    char reason[REASON_BYTES];
    sigset_t stop;
    (void)words;
    if (count > 0)
        return fail(EXIT_USAGE, "it takes no arguments; settings come from the environment");
    if (!needs_database(config, reason))
        return fail(EXIT_USAGE, reason);
    block_signals(&stop);
    return job_run(&job_clock, config) ? EXIT_DONE : EXIT_FAILED;
}

static int version(int count, char **words, const struct config *config)
{
    (void)count;
    (void)words;
    (void)config;
    return puts("aidledger " AIDLEDGER_VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int help(int count, char **words, const struct config *config);

struct command {
    const char *name;
    const char *summary;
    int (*run)(int count, char **words, const struct config *config);
};

static const struct command commands[] = {
    {"serve", "answer requests until SIGTERM; keeps clock and seal running", serve},
    {"migrate", "bring the database's schema up to this program's", migrate},
    {"seal", "order, sign and publish what the ledger holds until SIGTERM", seal},
    {"clock", "state the deadlines that pass until SIGTERM", keep_time},
    {"import", "record the activities of IATI files", import_command},
    {"form", "a report as a workbook or a page, from its lines", form_command},
    {"canonical", "write JSON lines the way they are hashed (--hash: the leaf hashes)",
     canonical_command},
    {"key", "create, list and revoke API keys", key_command},
    {"verify", "check a log, and what is proved by it, without its database", verify_command},
    {"witness", "cosign the checkpoints of logs until SIGTERM", witness_command},
    {"version", "say which version this is", version},
    {"help", "this text", help},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int help(int count, char **words, const struct config *config)
{
    (void)count;
    (void)words;
    (void)config;
    (void)printf("usage: aidledger COMMAND\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        (void)printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    (void)printf("\nsettings, from the environment (default):\n");
    config_print_help(stdout);
    (void)printf("\nexit status: 0 done, 1 failed, 2 wrong command line or setting,\n"
                 "3 the database cannot be reached, or is not one to serve from\n");
    return EXIT_DONE;
}

static const char *look_up(const char *name)
{
    return getenv(name); /* NOLINT(concurrency-mt-unsafe): before there is a second thread */
}

int main(int argc, char **argv)
{
    struct config config;
    char reason[REASON_BYTES];
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    if (!config_read(&config, look_up, reason, sizeof reason))
        return fail(EXIT_USAGE, reason);
    enum log_level level = LOG_INFO;
    if (log_level_parse(config.log_level, &level))
        log_set_level(level);
    json_set_alloc_funcs(heap_take, heap_give);
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc > 2 ? argc - 2 : 0, argv + 2, &config);
    (void)fprintf(stderr, "aidledger: there is no command \"%s\"; see aidledger help\n", name);
    return EXIT_USAGE;
}
