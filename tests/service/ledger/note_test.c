/* note_test.c - keys, notes and checkpoints: what is signed holds, what was changed does not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/note.h"

#include "service/suite.h"

#include <sodium.h>
#include <string.h>

/* The example of Go's package golang.org/x/mod/sumdb/note. */
#define VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define SKEY "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define TEXT                                                                                       \
    "If you think cryptography is the answer to your problem,\n"                                   \
    "then you don't know what your problem is.\n"
#define LINE                                                                                       \
    "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"   \
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define OTHER      "\xE2\x80\x94 other.example AAAAAAAA\n"
#define ROOT       "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define CHECKPOINT "example.com/behind-the-sofa\n20852163\n" ROOT "\n"

static struct note_verifier verifier_of(const char *vkey)
{
    struct note_verifier verifier;
    const char *reason = NULL;
    ck_assert_msg(note_verifier_parse(vkey, &verifier, &reason), "%s", reason);
    return verifier;
}

static bool is_signed(const char *bytes, const struct note_verifier *verifier)
{
    static struct note note;
    const char *reason = NULL;
    ck_assert_msg(note_parse(bytes, strlen(bytes), &note, &reason), "%s", reason);
    return note_is_signed_by(&note, verifier, NULL);
}

/* ---------------------------------------------------------------- keys */

START_TEST(a_known_key_is_read_and_written)
{
    const struct note_verifier verifier = verifier_of(VKEY);
    struct note_signer signer;
    const char *reason = NULL;
    char text[NOTE_VKEY_MAX];
    ck_assert_str_eq(verifier.name, "PeterNeumann");
    ck_assert_int_eq(verifier.type, NOTE_ED25519);
    note_verifier_print(&verifier, text);
    ck_assert_str_eq(text, VKEY);
    ck_assert(note_signer_parse(SKEY, &signer, &reason));
    note_verifier_print(&signer.verifier, text);
    ck_assert_str_eq(text, VKEY);
    note_signer_print(&signer, text);
    ck_assert_str_eq(text, SKEY);
    note_signer_wipe(&signer);
    ck_assert(sodium_is_zero(signer.seed, sizeof signer.seed));
}
END_TEST

START_TEST(a_key_that_was_changed_is_refused)
{
    static const char *const bad[] = {
        "",
        "PeterNeumann",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a3+",
        "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAA==",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq_LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };
    struct note_verifier verifier;
    struct note_signer signer;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *reason = NULL;
        char skey[NOTE_VKEY_MAX];
        ck_assert_msg(!note_verifier_parse(bad[i], &verifier, &reason), "%s", bad[i]);
        ck_assert_ptr_nonnull(reason);
        (void)snprintf(skey, sizeof skey, "PRIVATE+KEY+%s", bad[i]);
        ck_assert_msg(!note_signer_parse(skey, &signer, &reason), "%s", bad[i]);
    }
}
END_TEST

START_TEST(a_fresh_key_signs_what_it_verifies)
{
    static const enum note_type types[] = {NOTE_ED25519, NOTE_COSIGNATURE};
    struct arena *arena = suite_arena();
    for (size_t i = 0; i < 2; i++) {
        struct note_signer signer;
        struct note_signer again;
        char skey[NOTE_VKEY_MAX];
        char vkey[NOTE_VKEY_MAX];
        const char *reason = NULL;
        struct text text = text_open(arena, 1 << 12);
        ck_assert(note_signer_make("log.example/main", types[i], &signer));
        note_signer_print(&signer, skey);
        note_verifier_print(&signer.verifier, vkey);
        ck_assert_msg(note_signer_parse(skey, &again, &reason), "%s", reason);
        const struct note_verifier verifier = verifier_of(vkey);
        text_add(&text, CHECKPOINT "\n");
        note_add_signature(&text, &again, CHECKPOINT, strlen(CHECKPOINT), 1679315147);
        ck_assert(is_signed(text.data, &verifier));
        ck_assert(!is_signed(text.data, &(struct note_verifier){.type = types[i]}));
    }
    arena_free(arena);
}
END_TEST

START_TEST(a_name_has_no_spaces_and_no_plus)
{
    static const char *const good[] = {"a", "log.example/main", "\xC3\xA9", "PRIVATE", "a-b_c~"};
    static const char *const bad[] = {"",    "a b",        "a+b",   "a\tb",         "a\n",
                                      " a",  "a\xC2\xA0z", "a\x7F", "\xE2\x80\x83", "\xE3\x80\x80",
                                      "\xC3"};
    char name[NOTE_NAME_MAX + 1] = "";
    struct note_signer signer;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(note_is_name(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!note_is_name(bad[i]), "%s", bad[i]);
        ck_assert(!note_signer_make(bad[i], NOTE_ED25519, &signer));
    }
    memset(name, 'a', NOTE_NAME_MAX);
    ck_assert(!note_is_name(name));
    name[NOTE_NAME_MAX - 1] = '\0';
    ck_assert(note_is_name(name));
    ck_assert(note_signer_make(name, NOTE_ED25519, &signer));
}
END_TEST

/* ---------------------------------------------------------------- notes */

START_TEST(a_known_note_is_signed_the_same)
{
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, 1 << 12);
    struct note_signer signer;
    const char *reason = NULL;
    const struct note_verifier verifier = verifier_of(VKEY);
    ck_assert(is_signed(TEXT "\n" LINE, &verifier));
    ck_assert(is_signed(TEXT "\n" OTHER LINE OTHER, &verifier));
    ck_assert(is_signed(TEXT "\n" LINE LINE, &verifier));
    ck_assert(note_signer_parse(SKEY, &signer, &reason));
    note_add_signature(&text, &signer, TEXT, strlen(TEXT), 0);
    ck_assert_str_eq(text.data, LINE);
    arena_free(arena);
}
END_TEST

START_TEST(a_note_that_was_changed_is_not_signed)
{
    const struct note_verifier verifier = verifier_of(VKEY);
    char bytes[] = TEXT "\n" LINE;
    ck_assert(!is_signed(TEXT "\n" OTHER, &verifier));
    for (size_t i = 0; i < strlen(TEXT) - 1; i++) {
        if (bytes[i] == '\n')
            continue;
        bytes[i] ^= 0x01;
        ck_assert(!is_signed(bytes, &verifier));
        bytes[i] ^= 0x01;
    }
    ck_assert(is_signed(bytes, &verifier));
    ck_assert(!is_signed("x\n" TEXT "\n" LINE, &verifier));
    ck_assert(!is_signed(TEXT "x\n\n" LINE, &verifier));
}
END_TEST

/* A wrong signature in the name of a trusted key is an alarm, whatever stands beside it. */
START_TEST(one_wrong_signature_of_a_key_spoils_its_good_one)
{
    static const char wrong[] =
        "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
        "KvqfqdngotpRZb6KE6RyyBwJnAQ=\n";
    const struct note_verifier verifier = verifier_of(VKEY);
    char bytes[1024];
    (void)snprintf(bytes, sizeof bytes, TEXT "\n" LINE "%s", wrong);
    ck_assert(!is_signed(bytes, &verifier));
    (void)snprintf(bytes, sizeof bytes, TEXT "\n%s" LINE, wrong);
    ck_assert(!is_signed(bytes, &verifier));
    /* Name and id of the key, but no signature of its length. */
    ck_assert(!is_signed(TEXT "\n" LINE "\xE2\x80\x94 PeterNeumann x08gowA=\n", &verifier));
}
END_TEST

START_TEST(the_text_ends_at_the_last_empty_line)
{
    static struct note note;
    static const char bytes[] = "a\n\nb\n\n" OTHER;
    const char *reason = NULL;
    ck_assert(note_parse(bytes, strlen(bytes), &note, &reason));
    ck_assert_uint_eq(note.text_bytes, 5);
    ck_assert_uint_eq(note.signature_count, 1);
    ck_assert_uint_eq(note.signatures[0].name_bytes, strlen("other.example"));
    ck_assert_uint_eq(note.signatures[0].count, 2);
}
END_TEST

START_TEST(what_is_no_note_is_refused)
{
    static const char *const bad[] = {
        "",
        "\n",
        "\n\n",
        "\n" LINE,
        LINE,
        TEXT,
        TEXT "\n",
        TEXT LINE,
        TEXT "\n" LINE "\n",
        TEXT "\n" LINE "x",
        TEXT "\n" LINE "x\n",
        TEXT "\r\n\r\n" LINE,
        TEXT "\t\n\n" LINE,
        TEXT "\xFF\n\n" LINE,
        TEXT "\n\xE2\x80\x94PeterNeumann x08goAAA\n",
        TEXT "\n\xE2\x80\x94 PeterNeumann  x08goAAA\n",
        TEXT "\n\xE2\x80\x94 PeterNeumann x08goAAA \n",
        TEXT "\n\xE2\x80\x94 PeterNeumann x08goAA\n",
        TEXT "\n\xE2\x80\x94 PeterNeumann x08gow==\n",
        TEXT "\n\xE2\x80\x94 PeterNeumann \n",
        TEXT "\n\xE2\x80\x94 Peter+Neumann x08goAAA\n",
        TEXT "\n- PeterNeumann x08goAAA\n",
    };
    static struct note note;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *reason = NULL;
        ck_assert_msg(!note_parse(bad[i], strlen(bad[i]), &note, &reason), "%zu: %s", i, bad[i]);
        ck_assert_ptr_nonnull(reason);
    }
    const char *reason = NULL;
    ck_assert(!note_parse("a\0\n\n" LINE, 4 + strlen(LINE), &note, &reason));
}
END_TEST

START_TEST(as_many_signatures_as_others_take_and_no_more)
{
    struct arena *arena = suite_arena();
    static struct note note;
    for (size_t count = NOTE_SIGNATURES_MAX; count <= NOTE_SIGNATURES_MAX + 1; count++) {
        struct text text = text_open(arena, NOTE_MAX);
        const char *reason = NULL;
        text_add(&text, TEXT "\n");
        for (size_t i = 0; i < count; i++)
            text_add(&text, OTHER);
        ck_assert(note_parse(text.data, text.length, &note, &reason) ==
                  (count == NOTE_SIGNATURES_MAX));
    }
    arena_free(arena);
}
END_TEST

/* Those of types to come are longer; the note is one all the same. */
START_TEST(a_long_signature_of_an_unknown_key_is_passed_over)
{
    const struct note_verifier verifier = verifier_of(VKEY);
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, NOTE_MAX);
    text_add(&text, TEXT "\n\xE2\x80\x94 other.example ");
    for (size_t i = 0; i < 1200; i++)
        text_add(&text, "AbCd");
    text_add(&text, "\n" LINE);
    ck_assert(is_signed(text.data, &verifier));
    arena_free(arena);
}
END_TEST

/* ---------------------------------------------------------------- cosignatures */

/* "cosignature/v1\ntime 1679315147\n" and the checkpoint, signed with the plain key; the time
   stands before the signature. */
START_TEST(a_cosignature_is_made_of_time_and_checkpoint)
{
    static const char message[] = "cosignature/v1\ntime 1679315147\n" CHECKPOINT;
    static struct note note;
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, 1 << 12);
    struct note_signer signer;
    const char *reason = NULL;
    uint64_t time = 0;
    ck_assert(note_signer_make("witness.example/w1", NOTE_COSIGNATURE, &signer));
    text_add(&text, CHECKPOINT "\n");
    note_add_signature(&text, &signer, CHECKPOINT, strlen(CHECKPOINT), 1679315147);
    note_add_signature(&text, &signer, CHECKPOINT, strlen(CHECKPOINT), 1679315000);
    ck_assert(note_parse(text.data, text.length, &note, &reason));
    ck_assert_uint_eq(note.signatures[0].count, 8 + crypto_sign_BYTES);
    ck_assert_mem_eq(note.signatures[0].bytes, "\0\0\0\0\x64\x18\x50\xCB", 8);
    ck_assert_int_eq(crypto_sign_verify_detached(note.signatures[0].bytes + 8,
                                                 (const unsigned char *)message, strlen(message),
                                                 signer.verifier.public_key),
                     0);
    ck_assert(note_is_signed_by(&note, &signer.verifier, &time));
    ck_assert_uint_eq(time, 1679315147);
    note.signatures[1].bytes[7] ^= 1;
    ck_assert(!note_is_signed_by(&note, &signer.verifier, &time));
    arena_free(arena);
}
END_TEST

/* The same key and name signs as a log and cosigns as a witness without one passing for the other.
 */
START_TEST(a_signature_is_no_cosignature)
{
    struct arena *arena = suite_arena();
    struct note_signer signer;
    struct note_signer witness;
    char skey[NOTE_VKEY_MAX];
    struct text text = text_open(arena, 1 << 12);
    ck_assert(note_signer_make("log.example", NOTE_ED25519, &signer));
    ck_assert(note_signer_make("log.example", NOTE_COSIGNATURE, &witness));
    memcpy(witness.seed, signer.seed, sizeof signer.seed);
    note_signer_print(&witness, skey);
    text_add(&text, CHECKPOINT "\n");
    note_add_signature(&text, &signer, CHECKPOINT, strlen(CHECKPOINT), 0);
    memcpy(witness.verifier.public_key, signer.verifier.public_key, NOTE_PUBLIC_BYTES);
    ck_assert(is_signed(text.data, &signer.verifier));
    ck_assert(!is_signed(text.data, &witness.verifier));
    memcpy(witness.verifier.id, signer.verifier.id, NOTE_KEY_ID_BYTES);
    ck_assert(!is_signed(text.data, &witness.verifier));
    arena_free(arena);
}
END_TEST

/* ---------------------------------------------------------------- checkpoints */

START_TEST(a_checkpoint_is_read_and_written_the_same)
{
    struct checkpoint checkpoint;
    const char *reason = NULL;
    char text[CHECKPOINT_MAX];
    ck_assert(checkpoint_parse(CHECKPOINT, strlen(CHECKPOINT), &checkpoint, &reason));
    ck_assert_uint_eq(checkpoint.origin_bytes, strlen("example.com/behind-the-sofa"));
    ck_assert_uint_eq(checkpoint.size, 20852163);
    ck_assert_uint_eq(checkpoint.root.bytes[0], 0x0A);
    checkpoint_print("example.com/behind-the-sofa", checkpoint.size, &checkpoint.root, text);
    ck_assert_str_eq(text, CHECKPOINT);
}
END_TEST

START_TEST(what_is_no_checkpoint_is_refused)
{
    static const char *const bad[] = {
        "",
        "log.example\n",
        "log.example\n1\n",
        "log.example\n1\n" ROOT,
        "log.example\n1\n" ROOT "\n\n",
        "log.example\n1\n" ROOT "\nextension\n",
        "log.example\n01\n" ROOT "\n",
        "log.example\n-1\n" ROOT "\n",
        "log.example\n1 \n" ROOT "\n",
        "log.example\n\n" ROOT "\n",
        "log.example\n1000000000000000000\n" ROOT "\n",
        "log.example\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "log.example\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "log.example\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n",
        "\n1\n" ROOT "\n",
        "log example\n1\n" ROOT "\n",
        "log+example\n1\n" ROOT "\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct checkpoint checkpoint;
        const char *reason = NULL;
        ck_assert_msg(!checkpoint_parse(bad[i], strlen(bad[i]), &checkpoint, &reason), "%s",
                      bad[i]);
        ck_assert_ptr_nonnull(reason);
    }
}
END_TEST

SUITE("note", a_known_key_is_read_and_written, a_key_that_was_changed_is_refused,
      a_fresh_key_signs_what_it_verifies, a_name_has_no_spaces_and_no_plus,
      a_known_note_is_signed_the_same, a_note_that_was_changed_is_not_signed,
      one_wrong_signature_of_a_key_spoils_its_good_one, the_text_ends_at_the_last_empty_line,
      what_is_no_note_is_refused, as_many_signatures_as_others_take_and_no_more,
      a_long_signature_of_an_unknown_key_is_passed_over,
      a_cosignature_is_made_of_time_and_checkpoint, a_signature_is_no_cosignature,
      a_checkpoint_is_read_and_written_the_same, what_is_no_checkpoint_is_refused)
