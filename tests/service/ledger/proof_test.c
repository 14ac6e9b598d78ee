/* proof_test.c - proofs in files: what is written is read, and nothing else is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/proof.h"

#include "service/suite.h"

#include <string.h>

#define HASH "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define HEAD "c2sp.org/tlog-proof@v1\n"
#define NOTE "log.example\n1\nx\n\n\xE2\x80\x94 log.example AAAAAAA=\n"

static const char *const good[] = {
    HEAD "index 0\n\n" NOTE,
    HEAD "index 7\n" HASH HASH "\n" NOTE,
    HEAD "extra \nindex 0\n\n" NOTE,
    HEAD "extra eyJhIjoxfQ==\nindex 999999999999999999\n" HASH "\n" NOTE,
};

START_TEST(a_proof_is_read_and_written_the_same)
{
    struct arena *arena = suite_arena();
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct proof proof;
        const char *reason = NULL;
        struct text text = text_open(arena, 1 << 16);
        ck_assert_msg(proof_parse(arena, good[i], strlen(good[i]), &proof, &reason), "%s", reason);
        ck_assert_str_eq(proof.checkpoint, NOTE);
        proof_print(&text, &proof);
        ck_assert_str_eq(text.data, good[i]);
    }
    arena_free(arena);
}
END_TEST

START_TEST(its_parts_are_what_they_say)
{
    struct arena *arena = suite_arena();
    struct proof proof;
    const char *reason = NULL;
    ck_assert(proof_parse(arena, good[3], strlen(good[3]), &proof, &reason));
    ck_assert_uint_eq(proof.extra_bytes, 7);
    ck_assert_mem_eq(proof.extra, "{\"a\":1}", 7);
    ck_assert_uint_eq(proof.index, UINT64_C(999999999999999999));
    ck_assert_uint_eq(proof.path.count, 1);
    for (unsigned char i = 0; i < MERKLE_HASH_BYTES; i++)
        ck_assert_uint_eq(proof.path.hashes[0].bytes[i], i);
    ck_assert(proof_parse(arena, good[0], strlen(good[0]), &proof, &reason));
    ck_assert_ptr_null(proof.extra);
    ck_assert(proof_parse(arena, good[2], strlen(good[2]), &proof, &reason));
    ck_assert_ptr_nonnull(proof.extra);
    ck_assert_uint_eq(proof.extra_bytes, 0);
    arena_free(arena);
}
END_TEST

START_TEST(what_is_no_proof_is_refused)
{
    static const char *const bad[] = {
        "",
        HEAD,
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE,
        HEAD "index 0\n\n",
        HEAD "index 0\n" NOTE,
        HEAD "index 00\n\n" NOTE,
        HEAD "index -1\n\n" NOTE,
        HEAD "index 1000000000000000000\n\n" NOTE,
        HEAD "index\n\n" NOTE,
        HEAD "index 0 \n\n" NOTE,
        HEAD "\nindex 0\n\n" NOTE,
        HEAD "extra eyJhIjoxfQ=\nindex 0\n\n" NOTE,
        HEAD "extra eyJhIjoxfR==\nindex 0\n\n" NOTE,
        HEAD "extra e\xF9JhIjoxfQ==\nindex 0\n\n" NOTE,
        HEAD "extra eyJhIjoxfQ==\n\n" NOTE,
        HEAD "extra e\nextra e\nindex 0\n\n" NOTE,
        HEAD "index 0\nextra eyJhIjoxfQ==\n\n" NOTE,
        HEAD "index 0\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n\n" NOTE,
        HEAD "index 0\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n\n" NOTE,
        HEAD "index 0\n " HASH "\n" NOTE,
        HEAD "index 0\r\n\r\n" NOTE,
    };
    struct arena *arena = suite_arena();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct proof proof;
        const char *reason = NULL;
        ck_assert_msg(!proof_parse(arena, bad[i], strlen(bad[i]), &proof, &reason), "%s", bad[i]);
        ck_assert_ptr_nonnull(reason);
    }
    arena_free(arena);
}
END_TEST

START_TEST(more_hashes_than_any_tree_needs_are_refused)
{
    struct arena *arena = suite_arena();
    for (size_t count = MERKLE_PROOF_MAX; count <= MERKLE_PROOF_MAX + 1; count++) {
        struct text text = text_open(arena, 1 << 16);
        struct proof proof;
        const char *reason = NULL;
        text_add(&text, HEAD "index 0\n");
        for (size_t i = 0; i < count; i++)
            text_add(&text, HASH);
        text_add(&text, "\n" NOTE);
        ck_assert(proof_parse(arena, text.data, text.length, &proof, &reason) ==
                  (count == MERKLE_PROOF_MAX));
    }
    arena_free(arena);
}
END_TEST

SUITE("proof", a_proof_is_read_and_written_the_same, its_parts_are_what_they_say,
      what_is_no_proof_is_refused, more_hashes_than_any_tree_needs_are_refused)
