/* witnesses.c - asks the witnesses of a policy to cosign a checkpoint (C2SP tlog-witness). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/witnesses.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/log.h"
#include "core/number.h"
#include "ledger/policy.h"
#include "ledger/witness.h"
#include "transfer/fetch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    ASK_MS = 2000,
    PAUSE_MS = 1000, /* after a first failure; twice as long after each further one */
    PAUSE_MAX_MS = 300000,
    CLOCK_OFF_S = 3600, /* how far a witness's clock may be from ours */
    URL_BYTES = 2048,
    ANSWER_MAX = 1 << 16,
    /* Requests, answers and their growth, for all of them and twice. */
    WORK_BYTES = 32 << 20,
    KEPT_BYTES = 4 << 20
};

struct witness {
    const struct policy_witness *about;
    char url[URL_BYTES];
    uint64_t size;    /* that it cosigned last, as far as we know */
    int64_t pause_ms; /* how long it is left in peace after the last failure */
    int64_t not_before_ms;
};

struct witnesses {
    struct arena *kept;
    struct arena *work; /* for one round */
    struct fetcher *fetcher;
    struct witness list[WITNESSES_MAX];
    size_t count;
};

/* What is asked in one round. */
struct round {
    struct witnesses *witnesses;
    const struct merkle_source *source;
    const char *bytes; /* the signed checkpoint */
    size_t count;
    struct note note;
    struct checkpoint checkpoint;
    struct cosignature *cosignatures;
    size_t cosignature_count;
};

/* One witness that is asked, and its fetch at the same place in a list of those. */
struct question {
    struct witness *witness;
    bool is_again; /* after it told its size */
};

/* ---------------------------------------------------------------- opening */

static bool take_witnesses(struct witnesses *witnesses, const struct policy *policy, char *reason,
                           size_t reason_bytes)
{
    static_assert((int)WITNESSES_MAX >= (int)POLICY_WITNESSES_MAX &&
                      (int)FETCHES_MAX >= (int)WITNESSES_MAX,
                  "all are asked at once");
    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct policy_witness *about = &policy->witnesses[i];
        struct witness *witness = &witnesses->list[witnesses->count];
        if (about->url == NULL)
            continue;
        witness->about = about;
        if (snprintf(witness->url, URL_BYTES, "%s/add-checkpoint", about->url) >= URL_BYTES) {
            (void)snprintf(reason, reason_bytes, "the URL of witness %s is too long", about->name);
            return false;
        }
        witnesses->count++;
    }
    return true;
}

static bool read_policy(struct witnesses *witnesses, const char *path, char *reason,
                        size_t reason_bytes)
{
    struct text text = text_open(witnesses->kept, POLICY_BYTES_MAX);
    const char *fault = NULL;
    if (!file_read(&text, path, reason, reason_bytes))
        return false;
    const struct policy *policy = policy_parse(witnesses->kept, text.data, text.length, &fault);
    if (policy == NULL) {
        (void)snprintf(reason, reason_bytes, "%s is no policy: %s", path, fault);
        return false;
    }
    return take_witnesses(witnesses, policy, reason, reason_bytes);
}

struct witnesses *witnesses_open(const char *path, char *reason, size_t reason_bytes)
{
    struct arena *kept = arena_make(KEPT_BYTES);
    struct witnesses *witnesses = kept == NULL ? NULL : arena_alloc(kept, sizeof *witnesses);
    if (witnesses == NULL) {
        arena_free(kept);
        (void)snprintf(reason, reason_bytes, "out of memory");
        return NULL;
    }
    witnesses->kept = kept;
    witnesses->work = arena_make(WORK_BYTES);
    witnesses->fetcher = fetcher_open();
    bool good = witnesses->work != NULL && witnesses->fetcher != NULL;
    if (!good)
        (void)snprintf(reason, reason_bytes, "out of memory");
    good = good && read_policy(witnesses, path, reason, reason_bytes);
    if (good)
        return witnesses;
    witnesses_close(witnesses);
    return NULL;
}

void witnesses_close(struct witnesses *witnesses)
{
    if (witnesses == NULL)
        return;
    fetcher_close(witnesses->fetcher);
    arena_free(witnesses->work);
    arena_free(witnesses->kept);
}

size_t witnesses_count(const struct witnesses *witnesses)
{
    return witnesses->count;
}

/* ---------------------------------------------------------------- what is told of a witness */

static void tell(enum log_level level, const struct witness *witness, const char *msg,
                 const char *reason)
{
    struct log_line line;
    log_begin(&line, level, msg);
    log_text(&line, "witness", witness->about->name);
    log_text(&line, "reason", reason);
    log_end(&line);
}

/* Leaves it in peace: one that is down must not be asked each second. */
static void give_up(struct witness *witness, const char *reason)
{
    const int64_t twice = 2 * witness->pause_ms;
    witness->pause_ms = twice == 0 ? PAUSE_MS : twice < PAUSE_MAX_MS ? twice : PAUSE_MAX_MS;
    witness->not_before_ms = clock_ms() + witness->pause_ms;
    tell(LOG_WARN, witness, "a witness does not cosign", reason);
}

/* ---------------------------------------------------------------- asking */

/* Prepares the question; false when this witness cannot be asked now. */
static bool prepare(struct round *round, struct witness *witness, struct fetch *fetch)
{
    struct arena *work = round->witnesses->work;
    struct witness_request request = {
        .old = witness->size, .note = round->bytes, .note_bytes = round->count};
    struct text *answer = arena_alloc(work, sizeof *answer);
    struct text body = text_open(work, WITNESS_REQUEST_MAX);
    if (witness->size > round->checkpoint.size) {
        /* Somebody has shown it a longer log of this name: it is that one or ours that is not true,
           or ours was put back to an earlier state. */
        tell(LOG_ERROR, witness, "a witness knows a longer log of this name", NULL);
        give_up(witness, "it has cosigned a larger tree");
        return false;
    }
    if (!merkle_consistency(round->source, request.old, round->checkpoint.size, &request.proof)) {
        tell(LOG_WARN, witness, "a witness is not asked", "the tree cannot be read");
        return false;
    }
    witness_request_print(&body, &request);
    if (body.full || answer == NULL) {
        tell(LOG_WARN, witness, "a witness is not asked", "out of memory");
        return false;
    }
    *answer = text_open(work, ANSWER_MAX);
    *fetch = (struct fetch){
        .url = witness->url, .body = body.data, .body_bytes = body.length, .answer = answer};
    return true;
}

/* ---------------------------------------------------------------- what is answered */

/* Whether the line is a cosignature of the checkpoint by the witness, made about now. */
static bool is_cosignature(struct round *round, const struct witness *witness, const char *line,
                           uint64_t *made)
{
    struct text text = text_open(round->witnesses->work, NOTE_MAX);
    struct note *note = arena_alloc(round->witnesses->work, sizeof *note);
    const char *reason = NULL;
    const uint64_t now = (uint64_t)time(NULL);
    text_add_bytes(&text, round->note.text, round->note.text_bytes);
    text_addf(&text, "\n%s\n", line);
    return note != NULL && !text.full && note_parse(text.data, text.length, note, &reason) &&
           note_is_signed_by(note, &witness->about->verifier, made) && *made <= now + CLOCK_OFF_S &&
           now <= *made + CLOCK_OFF_S;
}

/* The lines of other keys are passed over. */
static void take_cosignature(struct round *round, struct witness *witness, struct text *answer)
{
    char *line = answer->data;
    for (char *end = strchr(line, '\n'); end != NULL; line = end + 1, end = strchr(line, '\n')) {
        struct cosignature *cosignature = &round->cosignatures[round->cosignature_count];
        *end = '\0';
        if (strlen(line) >= COSIGNATURE_LINE_MAX ||
            !is_cosignature(round, witness, line, &cosignature->signed_at))
            continue;
        note_verifier_print(&witness->about->verifier, cosignature->witness);
        (void)snprintf(cosignature->line, sizeof cosignature->line, "%s", line);
        round->cosignature_count++;
        witness->size = round->checkpoint.size;
        witness->pause_ms = 0;
        witness->not_before_ms = 0;
        return;
    }
    give_up(witness, "it answered with no good cosignature made within an hour of our clock");
}

/* Whether it told another size than it was thought to have, and is to be asked from there. */
static bool is_told_size(struct question *question, const struct fetch *fetch)
{
    struct witness *witness = question->witness;
    int64_t size = 0;
    const size_t length = fetch->answer->length;
    if (length == 0 || fetch->answer->data[length - 1] != '\n' ||
        strncmp(fetch->type, "text/x.tlog.size", strlen("text/x.tlog.size")) != 0)
        return false;
    fetch->answer->data[length - 1] = '\0';
    if (!number_parse(fetch->answer->data, 0, INT64_MAX, &size))
        return false;
    if ((uint64_t)size == witness->size) {
        tell(LOG_ERROR, witness, "a witness has cosigned another tree of this size", NULL);
        return false;
    }
    witness->size = (uint64_t)size;
    return !question->is_again;
}

/* True when it is to be asked again. */
static bool take_answer(struct round *round, struct question *question, struct fetch *fetch)
{
    char reason[128];
    if (fetch->status == 200) {
        take_cosignature(round, question->witness, fetch->answer);
        return false;
    }
    if (fetch->status == 409 && is_told_size(question, fetch))
        return true;
    (void)snprintf(reason, sizeof reason, "it answered with status %ld", fetch->status);
    give_up(question->witness, fetch->status == 0 ? fetch->error : reason);
    return false;
}

/* Asks those in the list, and keeps in it who is to be asked again. Returns how many these are. */
static size_t ask(struct round *round, struct question *questions, size_t count, int64_t until_ms)
{
    struct fetch fetches[WITNESSES_MAX];
    size_t asked = 0;
    size_t again = 0;
    for (size_t i = 0; i < count; i++)
        if (prepare(round, questions[i].witness, &fetches[asked]))
            questions[asked++] = questions[i];
    const int64_t wait_ms = until_ms - clock_ms();
    fetcher_ask(round->witnesses->fetcher, fetches, asked, wait_ms > 1 ? wait_ms : 1);
    for (size_t i = 0; i < asked; i++)
        if (take_answer(round, &questions[i], &fetches[i]))
            questions[again++] = (struct question){questions[i].witness, true};
    return again;
}

size_t witnesses_ask(struct witnesses *witnesses, const char *note, size_t note_bytes,
                     const struct merkle_source *source,
                     struct cosignature cosignatures[WITNESSES_MAX])
{
    const int64_t until_ms = clock_ms() + ASK_MS;
    struct question questions[WITNESSES_MAX];
    size_t count = 0;
    const char *reason = NULL;
    arena_reset(witnesses->work);
    struct round *round = arena_alloc(witnesses->work, sizeof *round);
    if (round == NULL)
        return 0;
    *round = (struct round){.witnesses = witnesses,
                            .source = source,
                            .bytes = note,
                            .count = note_bytes,
                            .cosignatures = cosignatures};
    if (!note_parse(note, note_bytes, &round->note, &reason) ||
        !checkpoint_parse(round->note.text, round->note.text_bytes, &round->checkpoint, &reason)) {
        log_event(LOG_ERROR, "witnesses are not asked", reason);
        return 0;
    }
    for (size_t i = 0; i < witnesses->count; i++)
        if (until_ms - ASK_MS >= witnesses->list[i].not_before_ms)
            questions[count++] = (struct question){&witnesses->list[i], false};
    while (count > 0)
        count = ask(round, questions, count, until_ms);
    return round->cosignature_count;
}
