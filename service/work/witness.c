/* witness.c - `aidledger witness`: cosigns checkpoints that agree with all it saw before. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/witness.h"

#include "core/file.h"
#include "core/log.h"
#include "core/number.h"
#include "http/desk.h"
#include "http/listener.h"
#include "ledger/base64.h"
#include "work/trust.h"
#include "work/witness_state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    REASON_BYTES = 1024,
    PATH_BYTES = 4096,
    HASH_TEXT_BYTES = 45,
    CLIENTS_MAX = 256,
    CLIENTS_OF_ADDRESS = 32,
    SILENCE_S = 10,
    ARENA_BYTES = 1 << 20
};

static const char usage[] =
    "usage: aidledger witness init --name NAME --key FILE\n"
    "       aidledger witness --key FILE --state FOLDER --log VKEY|FILE [--log ...]\n"
    "                         [--listen ADDRESS] [--port PORT]\n"
    "init makes a key, which stays in FILE, and prints its verifier key. NAME is best a URL "
    "without\n"
    "a scheme, such as witness.example/w1.\n"
    "The witness answers POST /add-checkpoint (C2SP tlog-witness) for the logs whose verifier keys "
    "it\n"
    "is given; FOLDER is where it keeps what it has cosigned, and must never be put back to an\n"
    "earlier state. ADDRESS and PORT are AIDLEDGER_LISTEN and AIDLEDGER_PORT unless given here.\n";

struct options {
    const char *name;
    const char *key;
    const char *state;
    const char *listen;
    const char *port;
};

struct host {
    struct note_signer signer;
    struct trust logs;
    const char *folder;
    int lock; /* -1, or the folder's lock */
};

static int fail(int code, const char *reason)
{
    (void)fprintf(stderr, "aidledger: %s\n", reason);
    return code;
}

/* ---------------------------------------------------------------- answering */

/* What can be seen in a browser: who this is, and how far it is. */
static void introduce(const struct host *host, struct desk_answer *answer)
{
    char vkey[NOTE_VKEY_MAX];
    char reason[REASON_BYTES];
    char root[HASH_TEXT_BYTES];
    note_verifier_print(&host->signer.verifier, vkey);
    text_addf(&answer->body,
              "This is a witness of transparency logs (c2sp.org/tlog-witness).\n"
              "It cosigns a checkpoint when it extends every one it has cosigned before.\n\n"
              "key %s\n",
              vkey);
    for (size_t i = 0; i < host->logs.count; i++) {
        const char *origin = host->logs.keys[i].name;
        struct witness_state state;
        note_verifier_print(&host->logs.keys[i], vkey);
        text_addf(&answer->body, "\nlog %s\n", vkey);
        if (!witness_state_read(host->folder, origin, answer->body.arena, &state, reason,
                                sizeof reason)) {
            text_add(&answer->body, "latest cannot be read\n");
            continue;
        }
        base64_print(state.root.bytes, MERKLE_HASH_BYTES, root, sizeof root);
        text_addf(&answer->body, "latest %" PRIu64 " %s\n", state.size, root);
    }
    answer->status = 200;
}

static void tell(enum log_level level, const char *msg, const struct witness_case *asked,
                 const char *reason)
{
    struct log_line line;
    log_begin(&line, level, msg);
    log_text(&line, "log", asked->origin[0] != '\0' ? asked->origin : NULL);
    log_number(&line, "size", (int64_t)asked->checkpoint.size);
    log_text(&line, "reason", reason);
    log_end(&line);
}

/* The tree is on the disk before the cosignature is made: whatever happens in between, no smaller
   and no other tree is cosigned after it. */
static void cosign(const struct host *host, const struct witness_case *asked,
                   const struct witness_state *state, struct desk_answer *answer)
{
    char reason[REASON_BYTES];
    if (asked->checkpoint.size > state->size &&
        !witness_state_write(host->folder, asked, reason, sizeof reason)) {
        tell(LOG_ERROR, "a state cannot be kept", asked, reason);
        return;
    }
    note_add_signature(&answer->body, &host->signer, asked->note.text, asked->note.text_bytes,
                       (uint64_t)time(NULL));
    answer->status = WITNESS_COSIGN;
    tell(LOG_INFO, "cosigned", asked, NULL);
}

static void refuse(enum witness_verdict verdict, const struct witness_case *asked,
                   const struct witness_state *state, const char *reason,
                   struct desk_answer *answer)
{
    answer->status = verdict;
    if (verdict == WITNESS_CONFLICT) {
        answer->type = "text/x.tlog.size";
        text_addf(&answer->body, "%" PRIu64 "\n", state->size);
    } else {
        text_addf(&answer->body, "%s\n", reason);
    }
    tell(LOG_WARN, "not cosigned", asked, reason);
}

static void take_checkpoint(const struct host *host, const struct desk_request *request,
                            struct desk_answer *answer)
{
    struct arena *arena = answer->body.arena;
    struct witness_case *asked = arena_alloc(arena, sizeof *asked);
    struct witness_state state = {.size = 0};
    char trouble[REASON_BYTES];
    const char *reason = "";
    if (asked == NULL)
        return;
    enum witness_verdict verdict = witness_read(request->body, request->body_bytes, host->logs.keys,
                                                host->logs.count, asked, &reason);
    if (verdict != WITNESS_COSIGN) {
        refuse(verdict, asked, &state, reason, answer);
        return;
    }
    if (!witness_state_read(host->folder, asked->origin, arena, &state, trouble, sizeof trouble)) {
        tell(LOG_ERROR, "a state cannot be read", asked, trouble);
        return;
    }
    verdict = witness_decide(asked, &state, &reason);
    if (verdict == WITNESS_COSIGN)
        cosign(host, asked, &state, answer);
    else
        refuse(verdict, asked, &state, reason, answer);
}

/* In one thread, so nothing comes between reading a state and writing it. */
static void answer(void *owner, const struct desk_request *request, struct desk_answer *answer)
{
    const struct host *host = owner;
    const bool is_get = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    const bool is_root = strcmp(request->path, "/") == 0;
    if (is_root && is_get) {
        introduce(host, answer);
    } else if (strcmp(request->path, "/add-checkpoint") == 0 &&
               strcmp(request->method, "POST") == 0) {
        take_checkpoint(host, request, answer);
    } else {
        answer->status = is_root || strcmp(request->path, "/add-checkpoint") == 0 ? 405 : 404;
        text_add(&answer->body, "POST /add-checkpoint, or GET / to see who this is.\n");
    }
}

/* ---------------------------------------------------------------- the key */

static bool read_key(const char *path, struct note_signer *signer, char *reason)
{
    struct arena *arena = arena_make(ARENA_BYTES);
    struct text text = text_open(arena, NOTE_VKEY_MAX);
    const char *fault = "out of memory";
    bool good = arena != NULL && file_read(&text, path, reason, REASON_BYTES);
    if (good) {
        text.data[strcspn(text.data, "\n")] = '\0';
        fault = "it is a log's key, not a witness's";
        good = note_signer_parse(text.data, signer, &fault) &&
               signer->verifier.type == NOTE_COSIGNATURE;
        if (!good)
            (void)snprintf(reason, REASON_BYTES, "%s: %s", path, fault);
        explicit_bzero(text.data, text.length);
    } else if (arena == NULL) {
        (void)snprintf(reason, REASON_BYTES, "%s", fault);
    }
    arena_free(arena);
    return good;
}

/* A key that is there is never written over: it may be the one that others trust. */
static bool write_key(const char *path, const struct note_signer *signer)
{
    char skey[NOTE_VKEY_MAX];
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return false;
    note_signer_print(signer, skey);
    const int length = (int)strlen(skey);
    skey[length] = '\n';
    bool good = write(fd, skey, (size_t)length + 1) == length + 1 && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    explicit_bzero(skey, sizeof skey);
    if (!good)
        (void)unlink(path);
    return good;
}

static int make_key(const struct options *options)
{
    struct note_signer signer;
    char vkey[NOTE_VKEY_MAX];
    char reason[REASON_BYTES];
    if (options->name == NULL || options->key == NULL || options->state != NULL ||
        options->listen != NULL || options->port != NULL)
        return EXIT_USAGE;
    if (!note_signer_make(options->name, NOTE_COSIGNATURE, &signer))
        return fail(EXIT_FAILED, "a name has no spaces and no plus sign, and 255 bytes at most");
    const bool is_kept = write_key(options->key, &signer);
    const int cause = errno;
    note_signer_wipe(&signer);
    if (!is_kept) {
        (void)snprintf(reason, sizeof reason, "%s cannot be written: %s", options->key,
                       strerrordesc_np(cause));
        return fail(EXIT_FAILED, reason);
    }
    note_verifier_print(&signer.verifier, vkey);
    return puts(vkey) < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* ---------------------------------------------------------------- running */

/* Two witnesses on one folder would each cosign what the other had not seen. */
static bool lock_folder(struct host *host, char *reason)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/lock", host->folder) >= (int)sizeof path) {
        (void)snprintf(reason, REASON_BYTES, "the folder's name is too long");
        return false;
    }
    host->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (host->lock >= 0 && flock(host->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    (void)snprintf(reason, REASON_BYTES, "%s: %s", host->folder,
                   errno == EWOULDBLOCK ? "another witness works on this folder"
                                        : strerrordesc_np(errno));
    return false;
}

static bool announce(const struct config *config, int listener, char *reason)
{
    struct log_line line;
    const int port = listener_port(listener);
    log_begin(&line, LOG_INFO, "listening");
    log_text(&line, "address", config->listen);
    log_number(&line, "port", port);
    log_end(&line);
    if (config->port_file[0] == '\0')
        return true;
    char text[16];
    const int length = snprintf(text, sizeof text, "%d\n", port);
    return file_replace(config->port_file, text, (size_t)length, S_IRUSR | S_IWUSR, reason,
                        REASON_BYTES);
}

static bool serve(struct host *host, const struct config *config, const sigset_t *stop,
                  char *reason)
{
    const int listener = listener_open(config, false, reason, REASON_BYTES);
    if (listener < 0)
        return false;
    const struct desk_plan plan = {.listener = listener,
                                   .body_max = WITNESS_REQUEST_MAX,
                                   .clients_max = CLIENTS_MAX,
                                   .clients_of_address = CLIENTS_OF_ADDRESS,
                                   .silence_s = SILENCE_S,
                                   .answer = answer,
                                   .owner = host};
    struct desk *desk = desk_open(&plan, reason, REASON_BYTES);
    if (desk == NULL)
        return false;
    const bool is_told = announce(config, listener, reason);
    int number = 0;
    if (is_told)
        (void)sigwait(stop, &number);
    desk_close(desk);
    log_event(LOG_INFO, "stopped", NULL);
    return is_told;
}

static int run(const struct options *options, struct host *host, const struct config *given)
{
    char reason[REASON_BYTES];
    struct config config = *given;
    int64_t port = config.port;
    sigset_t stop;
    if (options->key == NULL || options->state == NULL || options->name != NULL ||
        host->logs.count == 0)
        return EXIT_USAGE;
    if (options->port != NULL && !number_parse(options->port, 0, 65535, &port))
        return fail(EXIT_USAGE, "--port takes a number from 0 to 65535");
    config.port = (int)port;
    config.listen = options->listen != NULL ? options->listen : config.listen;
    host->folder = options->state;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &stop, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    const bool good = lock_folder(host, reason) && read_key(options->key, &host->signer, reason) &&
                      serve(host, &config, &stop, reason);
    note_signer_wipe(&host->signer);
    if (host->lock >= 0)
        (void)close(host->lock);
    return good ? EXIT_DONE : fail(EXIT_FAILED, reason);
}

static const char **find_option(struct options *options, const char *name)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {{"--name", &options->name},
                 {"--key", &options->key},
                 {"--state", &options->state},
                 {"--listen", &options->listen},
                 {"--port", &options->port}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].value;
    return NULL;
}

/* False with a reason, which is "" when it is the command line that is wrong. */
static bool read_options(int count, char **words, struct options *options, struct trust *logs,
                         char *reason)
{
    reason[0] = '\0';
    for (int i = 0; i + 1 < count; i += 2) {
        const char **value = find_option(options, words[i]);
        if (strcmp(words[i], "--log") == 0) {
            if (trust_add(logs, words[i + 1], NOTE_ED25519, reason, REASON_BYTES))
                continue;
            return false;
        }
        if (value == NULL || *value != NULL)
            return false;
        *value = words[i + 1];
    }
    return count % 2 == 0;
}

int witness_command(int count, char **words, const struct config *config)
{
    struct options options = {.name = NULL};
    struct host host = {.lock = -1};
    const bool is_init = count > 0 && strcmp(words[0], "init") == 0;
    const int skipped = is_init ? 1 : 0;
    char reason[REASON_BYTES];
    int code = EXIT_USAGE;
    if (read_options(count - skipped, words + skipped, &options, &host.logs, reason))
        code = is_init ? make_key(&options) : run(&options, &host, config);
    else if (reason[0] != '\0')
        return fail(EXIT_USAGE, reason);
    if (code == EXIT_USAGE)
        (void)fputs(usage, stderr);
    return code;
}
