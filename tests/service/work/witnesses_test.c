/* witnesses_test.c - asking witnesses: only what verifies counts, and nobody holds up the rest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/witnesses.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/log.h"
#include "http/desk.h"
#include "http/listener.h"
#include "ledger/witness.h"

#include "service/suite.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LEAVES = 40, SLOW_S = 3, POLICY_BYTES = 4096 };

/* ---------------------------------------------------------------- a log of 40 leaves */

static struct merkle_hash leaves[LEAVES];

static bool read_leaves(void *owner, unsigned level, uint64_t first, size_t count,
                        struct merkle_hash *hashes)
{
    (void)owner;
    ck_assert_uint_eq(level, 0);
    ck_assert_uint_le(first + count, LEAVES);
    memcpy(hashes, &leaves[first], count * sizeof *hashes);
    return true;
}

static const struct merkle_source source = {read_leaves, NULL};

struct log {
    struct arena *arena;
    struct note_signer signer;
};

static struct log log_make(void)
{
    struct log log = {.arena = suite_arena()};
    for (uint64_t i = 0; i < LEAVES; i++)
        leaves[i] = merkle_leaf(&i, sizeof i);
    ck_assert(note_signer_make("log.example/main", NOTE_ED25519, &log.signer));
    log_set_level(LOG_ERROR);
    return log;
}

static const char *checkpoint(struct log *log, uint64_t size)
{
    struct text text = text_open(log->arena, NOTE_MAX);
    struct merkle_hash root;
    char lines[CHECKPOINT_MAX];
    ck_assert(merkle_root(&source, size, &root));
    checkpoint_print("log.example/main", size, &root, lines);
    text_addf(&text, "%s\n", lines);
    note_add_signature(&text, &log->signer, lines, strlen(lines), 0);
    return text.data;
}

/* ---------------------------------------------------------------- witnesses */

enum behaviour { GOOD, WRONG_KEY, OFF_CLOCK, SLOW, REFUSES, SMALLER, LARGER };

struct fake {
    enum behaviour behaviour;
    struct note_signer signer;
    struct note_verifier log;
    struct witness_state state;
    struct desk *desk;
    int port;
    atomic_int asked;
    atomic_ulong old; /* the last one it was asked with */
};

static void cosign(struct fake *fake, const struct witness_case *asked, struct desk_answer *answer)
{
    struct note_signer other;
    uint64_t now = (uint64_t)time(NULL);
    ck_assert(note_signer_make(fake->signer.verifier.name, NOTE_COSIGNATURE, &other));
    if (fake->behaviour == OFF_CLOCK)
        now += 7200;
    text_add(&answer->body, "\xE2\x80\x94 somebody.else AAAAAAAA\n");
    note_add_signature(&answer->body, fake->behaviour == WRONG_KEY ? &other : &fake->signer,
                       asked->note.text, asked->note.text_bytes, now);
    fake->state.size = asked->checkpoint.size;
    fake->state.root = asked->checkpoint.root;
    answer->status = 200;
}

static void answer(void *owner, const struct desk_request *request, struct desk_answer *answer)
{
    struct fake *fake = owner;
    struct witness_case *asked = arena_alloc(answer->body.arena, sizeof *asked);
    const char *reason = NULL;
    atomic_fetch_add(&fake->asked, 1);
    ck_assert_str_eq(request->path, "/w/add-checkpoint");
    ck_assert_int_eq(
        witness_read(request->body, request->body_bytes, &fake->log, 1, asked, &reason),
        WITNESS_COSIGN);
    atomic_store(&fake->old, asked->request.old);
    if (fake->behaviour == SLOW)
        (void)sleep(SLOW_S);
    const enum witness_verdict verdict = fake->behaviour == REFUSES
                                             ? WITNESS_UNSIGNED
                                             : witness_decide(asked, &fake->state, &reason);
    answer->status = verdict;
    if (verdict == WITNESS_CONFLICT) {
        answer->type = "text/x.tlog.size";
        text_addf(&answer->body, "%lu\n", (unsigned long)fake->state.size);
    } else if (verdict == WITNESS_COSIGN) {
        cosign(fake, asked, answer);
    }
}

static struct fake *fake_open(struct log *log, enum behaviour behaviour, const char *name)
{
    struct fake *fake = arena_alloc(log->arena, sizeof *fake);
    const struct config config = {.listen = "127.0.0.1"};
    char reason[256];
    ck_assert_ptr_nonnull(fake);
    fake->behaviour = behaviour;
    fake->log = log->signer.verifier;
    fake->state.root = merkle_join(NULL, 0);
    if (behaviour == SMALLER || behaviour == LARGER) {
        fake->state.size = behaviour == SMALLER ? 7 : 35;
        ck_assert(merkle_root(&source, fake->state.size, &fake->state.root));
    }
    ck_assert(note_signer_make(name, NOTE_COSIGNATURE, &fake->signer));
    const int listener = listener_open(&config, false, reason, sizeof reason);
    ck_assert_msg(listener >= 0, "%s", reason);
    fake->port = listener_port(listener);
    const struct desk_plan plan = {.listener = listener,
                                   .body_max = WITNESS_REQUEST_MAX,
                                   .clients_max = 8,
                                   .clients_of_address = 8,
                                   .silence_s = 5,
                                   .answer = answer,
                                   .owner = fake};
    fake->desk = desk_open(&plan, reason, sizeof reason);
    ck_assert_msg(fake->desk != NULL, "%s", reason);
    return fake;
}

/* The witnesses of a policy that names those fakes. */
static struct witnesses *open_policy(struct log *log, struct fake *const *fakes, size_t count)
{
    char path[] = "/tmp/aidledger-policy.XXXXXX";
    struct text text = text_open(log->arena, POLICY_BYTES);
    char vkey[NOTE_VKEY_MAX];
    char reason[256];
    const int fd = mkstemp(path);
    ck_assert(fd >= 0);
    for (size_t i = 0; i < count; i++) {
        note_verifier_print(&fakes[i]->signer.verifier, vkey);
        text_addf(&text, "witness w%zu %s http://127.0.0.1:%d/w/\n", i, vkey, fakes[i]->port);
    }
    text_add(&text, "quorum none\n");
    ck_assert_int_eq(write(fd, text.data, text.length), (ssize_t)text.length);
    (void)close(fd);
    struct witnesses *witnesses = witnesses_open(path, reason, sizeof reason);
    (void)unlink(path);
    ck_assert_msg(witnesses != NULL, "%s", reason);
    ck_assert_uint_eq(witnesses_count(witnesses), count);
    return witnesses;
}

static size_t ask(struct log *log, struct witnesses *witnesses, uint64_t size,
                  struct cosignature *cosignatures)
{
    const char *note = checkpoint(log, size);
    return witnesses_ask(witnesses, note, strlen(note), &source, cosignatures);
}

static void expect_good(struct log *log, uint64_t size, const struct fake *fake,
                        const struct cosignature *cosignature)
{
    static struct note note;
    struct text text = text_open(log->arena, NOTE_MAX);
    char vkey[NOTE_VKEY_MAX];
    const char *reason = NULL;
    uint64_t made = 0;
    note_verifier_print(&fake->signer.verifier, vkey);
    ck_assert_str_eq(cosignature->witness, vkey);
    text_addf(&text, "%s%s\n", checkpoint(log, size), cosignature->line);
    ck_assert_msg(note_parse(text.data, text.length, &note, &reason), "%s", reason);
    ck_assert(note_is_signed_by(&note, &log->signer.verifier, NULL));
    ck_assert(note_is_signed_by(&note, &fake->signer.verifier, &made));
    ck_assert_uint_eq(made, cosignature->signed_at);
}

/* ---------------------------------------------------------------- tests */

START_TEST(a_witness_is_asked_from_where_it_was_last)
{
    struct log log = log_make();
    struct fake *fake = fake_open(&log, GOOD, "w.example/1");
    struct witnesses *witnesses = open_policy(&log, &fake, 1);
    struct cosignature got[WITNESSES_MAX];
    ck_assert_uint_eq(ask(&log, witnesses, 20, got), 1);
    expect_good(&log, 20, fake, &got[0]);
    ck_assert_uint_eq(ask(&log, witnesses, 33, got), 1);
    expect_good(&log, 33, fake, &got[0]);
    ck_assert_uint_eq(atomic_load(&fake->old), 20);
    /* Again the same: a fresh time for a tree that does not grow. */
    ck_assert_uint_eq(ask(&log, witnesses, 33, got), 1);
    ck_assert_uint_eq(atomic_load(&fake->old), 33);
    ck_assert_int_eq(atomic_load(&fake->asked), 3);
    witnesses_close(witnesses);
    desk_close(fake->desk);
    arena_free(log.arena);
}
END_TEST

START_TEST(a_witness_that_is_further_tells_so_and_is_asked_again)
{
    struct log log = log_make();
    struct fake *fake = fake_open(&log, SMALLER, "w.example/1");
    struct witnesses *witnesses = open_policy(&log, &fake, 1);
    struct cosignature got[WITNESSES_MAX];
    ck_assert_uint_eq(ask(&log, witnesses, 20, got), 1);
    expect_good(&log, 20, fake, &got[0]);
    ck_assert_uint_eq(atomic_load(&fake->old), 7);
    ck_assert_int_eq(atomic_load(&fake->asked), 2);
    witnesses_close(witnesses);
    desk_close(fake->desk);
    arena_free(log.arena);
}
END_TEST

/* It has seen 35 leaves under this name: ours are 20, so something was put back. */
START_TEST(a_witness_that_knows_a_longer_log_is_not_believed)
{
    struct log log = log_make();
    struct fake *fake = fake_open(&log, LARGER, "w.example/1");
    struct witnesses *witnesses = open_policy(&log, &fake, 1);
    struct cosignature got[WITNESSES_MAX];
    ck_assert_uint_eq(ask(&log, witnesses, 20, got), 0);
    ck_assert_int_eq(atomic_load(&fake->asked), 1);
    witnesses_close(witnesses);
    desk_close(fake->desk);
    arena_free(log.arena);
}
END_TEST

START_TEST(only_what_verifies_is_believed)
{
    struct log log = log_make();
    struct fake *fakes[] = {
        fake_open(&log, WRONG_KEY, "w.example/1"), fake_open(&log, OFF_CLOCK, "w.example/2"),
        fake_open(&log, REFUSES, "w.example/3"), fake_open(&log, GOOD, "w.example/4")};
    struct witnesses *witnesses = open_policy(&log, fakes, 4);
    struct cosignature got[WITNESSES_MAX];
    ck_assert_uint_eq(ask(&log, witnesses, 20, got), 1);
    expect_good(&log, 20, fakes[3], &got[0]);
    witnesses_close(witnesses);
    for (size_t i = 0; i < 4; i++)
        desk_close(fakes[i]->desk);
    arena_free(log.arena);
}
END_TEST

/* One that is down or slow costs one round of two seconds, and is then left in peace. */
START_TEST(who_does_not_answer_does_not_hold_up_the_rest)
{
    struct log log = log_make();
    struct fake *fakes[] = {fake_open(&log, SLOW, "w.example/1"),
                            fake_open(&log, GOOD, "w.example/2"),
                            fake_open(&log, GOOD, "w.example/3")};
    struct witnesses *witnesses = open_policy(&log, fakes, 3);
    struct cosignature got[WITNESSES_MAX];
    desk_close(fakes[2]->desk);
    const int64_t began_ms = clock_ms();
    ck_assert_uint_eq(ask(&log, witnesses, 20, got), 1);
    expect_good(&log, 20, fakes[1], &got[0]);
    const int64_t first_ms = clock_ms();
    ck_assert_int_ge(first_ms - began_ms, 1500);
    ck_assert_int_lt(first_ms - began_ms, 2700);
    ck_assert_uint_eq(ask(&log, witnesses, 21, got), 1);
    ck_assert_int_lt(clock_ms() - first_ms, 700);
    ck_assert_int_eq(atomic_load(&fakes[0]->asked), 1);
    witnesses_close(witnesses);
    desk_close(fakes[0]->desk);
    desk_close(fakes[1]->desk);
    arena_free(log.arena);
}
END_TEST

START_TEST(what_is_no_policy_is_told)
{
    char reason[256] = "";
    ck_assert_ptr_null(witnesses_open("/nonexistent/policy", reason, sizeof reason));
    ck_assert_ptr_nonnull(strstr(reason, "/nonexistent/policy"));
    ck_assert_ptr_null(witnesses_open("/dev/null", reason, sizeof reason));
    ck_assert_ptr_nonnull(strstr(reason, "quorum"));
    witnesses_close(NULL);
}
END_TEST

SUITE("witnesses", a_witness_is_asked_from_where_it_was_last,
      a_witness_that_is_further_tells_so_and_is_asked_again,
      a_witness_that_knows_a_longer_log_is_not_believed, only_what_verifies_is_believed,
      who_does_not_answer_does_not_hold_up_the_rest, what_is_no_policy_is_told)
