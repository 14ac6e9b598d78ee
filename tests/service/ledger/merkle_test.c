/* merkle_test.c - roots and proofs, against the definition and against known ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/merkle.h"

#include "service/suite.h"

#include <sodium.h>
#include <string.h>

enum {
    HEIGHT = 17,
    LEAVES = 1 << HEIGHT, /* as many as there is room for */
    SMALL = 300,
    EVERY = 70, /* trees up to here are tried with every proof, and those about a tile */
    TAMPERED = 32,
    SQUARE = 256 * 256
};

/* Every node over 2^row leaves. */
static struct merkle_hash rows[HEIGHT + 1][LEAVES];
static uint64_t leaves;

static void grow(uint64_t count)
{
    for (; leaves < count; leaves++) {
        uint64_t at = leaves;
        rows[0][at] = merkle_leaf(&leaves, sizeof leaves);
        for (unsigned row = 1; row <= HEIGHT && at % 2 == 1; row++, at /= 2)
            rows[row][at / 2] = merkle_node(&rows[row - 1][at - 1], &rows[row - 1][at]);
    }
}

/* MTH(D[first:end]) as RFC 6962 section 2.1 defines it. */
static struct merkle_hash defined(uint64_t first, uint64_t end)
{
    uint64_t left = 1;
    unsigned row = 0;
    for (; left * 2 < end - first; left *= 2)
        row++;
    if (end - first == 1)
        return rows[0][first];
    if (end - first == left * 2 && first % (left * 2) == 0)
        return rows[row + 1][first / (left * 2)];
    const struct merkle_hash one = defined(first, first + left);
    const struct merkle_hash other = defined(first + left, end);
    return merkle_node(&one, &other);
}

/* PATH(index, D[first:end]), section 2.1.1. */
static void define_path(uint64_t index, uint64_t first, uint64_t end, struct merkle_proof *proof)
{
    uint64_t left = 1;
    if (end - first == 1)
        return;
    while (left * 2 < end - first)
        left *= 2;
    if (index < left) {
        define_path(index, first, first + left, proof);
        proof->hashes[proof->count++] = defined(first + left, end);
    } else {
        define_path(index - left, first + left, end, proof);
        proof->hashes[proof->count++] = defined(first, first + left);
    }
}

/* SUBPROOF(old, D[first:end], whole), section 2.1.2. */
static void define_subproof(uint64_t old, uint64_t first, uint64_t end, bool whole,
                            struct merkle_proof *proof)
{
    uint64_t left = 1;
    if (old == end - first) {
        if (!whole)
            proof->hashes[proof->count++] = defined(first, end);
        return;
    }
    while (left * 2 < end - first)
        left *= 2;
    if (old <= left) {
        define_subproof(old, first, first + left, whole, proof);
        proof->hashes[proof->count++] = defined(first + left, end);
    } else {
        define_subproof(old - left, first + left, end, false, proof);
        proof->hashes[proof->count++] = defined(first, first + left);
    }
}

/* A log of so many leaves; counts what is read of it. */
struct log {
    uint64_t size;
    size_t reads;
    size_t fail_at; /* the read that fails, from 1 on */
};

static bool read_rows(void *owner, unsigned level, uint64_t first, size_t count,
                      struct merkle_hash *hashes)
{
    struct log *log = owner;
    ck_assert_uint_gt(count, 0);
    ck_assert_uint_eq(first / MERKLE_TILE_WIDTH, (first + count - 1) / MERKLE_TILE_WIDTH);
    ck_assert_uint_le((first + count) << (8 * level), log->size);
    if (++log->reads == log->fail_at)
        return false;
    memcpy(hashes, &rows[8 * level][first], count * sizeof *hashes);
    return true;
}

static struct merkle_source source_of(struct log *log)
{
    return (struct merkle_source){read_rows, log};
}

static void expect_same(const struct merkle_proof *one, const struct merkle_proof *other)
{
    ck_assert_uint_eq(one->count, other->count);
    ck_assert_mem_eq(one->hashes, other->hashes, one->count * sizeof *one->hashes);
}

/* ---------------------------------------------------------------- known ones */

static struct merkle_hash from_hex(const char *hex)
{
    struct merkle_hash hash;
    size_t count = 0;
    ck_assert_int_eq(
        sodium_hex2bin(hash.bytes, sizeof hash.bytes, hex, strlen(hex), NULL, &count, NULL), 0);
    ck_assert_uint_eq(count, sizeof hash.bytes);
    return hash;
}

static void expect_hash(const struct merkle_hash *hash, const char *wanted)
{
    char hex[2 * MERKLE_HASH_BYTES + 1];
    ck_assert_str_eq(sodium_bin2hex(hex, sizeof hex, hash->bytes, sizeof hash->bytes), wanted);
}

/* The test vectors of Certificate Transparency: eight leaves and the root of each size. */
static const struct {
    const char *leaf;
    size_t bytes;
    const char *root;
} known[] = {
    {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static void grow_known(void)
{
    for (leaves = 0; leaves < sizeof known / sizeof known[0]; leaves++) {
        uint64_t at = leaves;
        rows[0][at] = merkle_leaf(known[at].leaf, known[at].bytes);
        for (unsigned row = 1; at % 2 == 1; row++, at /= 2)
            rows[row][at / 2] = merkle_node(&rows[row - 1][at - 1], &rows[row - 1][at]);
    }
}

START_TEST(known_trees_have_their_known_roots)
{
    struct log log = {.size = 8};
    const struct merkle_source source = source_of(&log);
    struct merkle_hash root;
    grow_known();
    ck_assert(merkle_root(&source, 0, &root));
    expect_hash(&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (uint64_t size = 1; size <= 8; size++) {
        log.size = size;
        ck_assert(merkle_root(&source, size, &root));
        expect_hash(&root, known[size - 1].root);
        root = merkle_join(rows[0], size);
        expect_hash(&root, known[size - 1].root);
    }
}
END_TEST

START_TEST(known_proofs_are_the_known_ones)
{
    struct log log = {.size = 8};
    const struct merkle_source source = source_of(&log);
    const struct merkle_hash root = from_hex(known[7].root);
    const struct merkle_hash old = from_hex(known[5].root);
    struct merkle_proof proof;
    grow_known();
    ck_assert(merkle_inclusion(&source, 0, 8, &proof));
    ck_assert_uint_eq(proof.count, 3);
    expect_hash(&proof.hashes[0],
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    expect_hash(&proof.hashes[1],
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    expect_hash(&proof.hashes[2],
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    ck_assert(merkle_includes(&proof, &rows[0][0], 0, 8, &root));
    ck_assert(merkle_consistency(&source, 6, 8, &proof));
    ck_assert_uint_eq(proof.count, 3);
    expect_hash(&proof.hashes[0],
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    expect_hash(&proof.hashes[1],
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    expect_hash(&proof.hashes[2],
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    ck_assert(merkle_extends(&proof, 6, &old, 8, &root));
}
END_TEST

/* ---------------------------------------------------------------- by the definition */

static void try_size(uint64_t size)
{
    struct log log = {.size = size};
    const struct merkle_source source = source_of(&log);
    const struct merkle_hash wanted = defined(0, size);
    struct merkle_hash root;
    ck_assert(merkle_root(&source, size, &root));
    ck_assert(merkle_is_equal(&root, &wanted));
    /* At most one read a level: whoever signs a tree reads its right edge only. */
    ck_assert_uint_le(log.reads, 3);
}

static void try_index(uint64_t index, uint64_t size)
{
    struct log log = {.size = size};
    const struct merkle_source source = source_of(&log);
    const struct merkle_hash root = defined(0, size);
    struct merkle_proof wanted = {.count = 0};
    struct merkle_proof proof;
    define_path(index, 0, size, &wanted);
    ck_assert(merkle_inclusion(&source, index, size, &proof));
    expect_same(&proof, &wanted);
    ck_assert(merkle_includes(&proof, &rows[0][index], index, size, &root));
}

static void try_old(uint64_t old, uint64_t size)
{
    struct log log = {.size = size};
    const struct merkle_source source = source_of(&log);
    const struct merkle_hash root = defined(0, size);
    const struct merkle_hash old_root = old == 0 ? merkle_join(NULL, 0) : defined(0, old);
    struct merkle_proof wanted = {.count = 0};
    struct merkle_proof proof;
    if (old > 0)
        define_subproof(old, 0, size, true, &wanted);
    ck_assert(merkle_consistency(&source, old, size, &proof));
    expect_same(&proof, &wanted);
    ck_assert(merkle_extends(&proof, old, &old_root, size, &root));
}

START_TEST(every_small_tree_is_as_defined)
{
    grow(SMALL);
    for (uint64_t size = 1; size <= SMALL; size++) {
        try_size(size);
        if (size > EVERY && (size < MERKLE_TILE_WIDTH || size > MERKLE_TILE_WIDTH + 1))
            continue;
        for (uint64_t index = 0; index < size; index++)
            try_index(index, size);
        for (uint64_t old = 0; old <= size; old++)
            try_old(old, size);
    }
}
END_TEST

START_TEST(trees_about_two_levels_of_tiles_are_as_defined)
{
    static const uint64_t near[] = {0,     1,          255,        256,    257,       511,
                                    65279, SQUARE / 2, SQUARE - 1, SQUARE, SQUARE + 1};
    grow(SQUARE + 300);
    for (uint64_t size = SQUARE - 257; size <= SQUARE + 257; size++) {
        const uint64_t far = size < SQUARE ? SQUARE - size : size - SQUARE;
        if (far > 2 && far < 255)
            continue;
        try_size(size);
        for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
            if (near[i] < size)
                try_index(near[i], size);
            if (near[i] <= size)
                try_old(near[i], size);
        }
        try_index(size - 1, size);
        try_old(size - 1, size);
    }
}
END_TEST

START_TEST(what_is_not_in_the_tree_has_no_proof)
{
    struct log log = {.size = 20};
    const struct merkle_source source = source_of(&log);
    struct merkle_proof proof;
    struct merkle_hash root;
    grow(SMALL);
    ck_assert(!merkle_inclusion(&source, 20, 20, &proof));
    ck_assert(!merkle_inclusion(&source, 0, 0, &proof));
    ck_assert(!merkle_inclusion(&source, 1, UINT64_MAX, &proof));
    ck_assert(!merkle_consistency(&source, 21, 20, &proof));
    ck_assert(!merkle_consistency(&source, 1, UINT64_MAX, &proof));
    ck_assert(!merkle_root(&source, UINT64_MAX, &root));
    ck_assert_uint_eq(log.reads, 0);
}
END_TEST

START_TEST(a_source_that_fails_is_told_of)
{
    struct log log = {.size = 290};
    const struct merkle_source source = source_of(&log);
    struct merkle_proof proof;
    struct merkle_hash root;
    grow(SMALL);
    for (log.fail_at = 1; log.fail_at <= 2; log.fail_at++) {
        log.reads = 0;
        ck_assert(!merkle_root(&source, 290, &root));
        log.reads = 0;
        ck_assert(!merkle_inclusion(&source, 3, 290, &proof));
        log.reads = 0;
        ck_assert(!merkle_consistency(&source, 100, 290, &proof));
    }
}
END_TEST

/* ---------------------------------------------------------------- what is not a proof */

static struct merkle_proof proof_of(uint64_t index, uint64_t size)
{
    struct merkle_proof proof = {.count = 0};
    define_path(index, 0, size, &proof);
    return proof;
}

static void tamper_inclusion(uint64_t index, uint64_t size)
{
    const struct merkle_hash root = defined(0, size);
    const struct merkle_hash *leaf = &rows[0][index];
    const struct merkle_proof good = proof_of(index, size);
    struct merkle_proof bad = good;
    for (size_t i = 0; i < good.count; i++, bad = good) {
        bad.hashes[i].bytes[(i * 7) % MERKLE_HASH_BYTES] ^= 0x01;
        ck_assert(!merkle_includes(&bad, leaf, index, size, &root));
    }
    for (size_t i = 0; i < good.count; i++, bad = good) {
        bad.count--;
        memmove(&bad.hashes[i], &bad.hashes[i + 1], (bad.count - i) * sizeof bad.hashes[0]);
        ck_assert(!merkle_includes(&bad, leaf, index, size, &root));
    }
    for (size_t i = 0; i <= good.count; i++, bad = good) {
        memmove(&bad.hashes[i + 1], &bad.hashes[i], (bad.count - i) * sizeof bad.hashes[0]);
        bad.hashes[i] = rows[0][0];
        bad.count++;
        ck_assert(!merkle_includes(&bad, leaf, index, size, &root));
    }
    for (uint64_t other = 0; other <= size; other++)
        ck_assert(merkle_includes(&good, leaf, other, size, &root) == (other == index));
    for (uint64_t other = 0; other < TAMPERED; other++) {
        const struct merkle_hash of_other = other == 0 ? merkle_join(NULL, 0) : defined(0, other);
        ck_assert(merkle_includes(&good, leaf, index, other, &of_other) == (other == size));
    }
    ck_assert(!merkle_includes(&good, &rows[0][index + 1], index, size, &root));
}

START_TEST(an_inclusion_proof_that_was_changed_is_refused)
{
    grow(SMALL);
    for (uint64_t size = 1; size < TAMPERED; size++)
        for (uint64_t index = 0; index < size; index++)
            tamper_inclusion(index, size);
}
END_TEST

static void tamper_consistency(uint64_t old, uint64_t size)
{
    const struct merkle_hash root = defined(0, size);
    const struct merkle_hash old_root = defined(0, old);
    const struct merkle_hash wrong = rows[0][SMALL - 1];
    struct merkle_proof good = {.count = 0};
    define_subproof(old, 0, size, true, &good);
    struct merkle_proof bad = good;
    ck_assert(merkle_extends(&good, old, &old_root, size, &root));
    for (size_t i = 0; i < good.count; i++, bad = good) {
        bad.hashes[i].bytes[(i * 5) % MERKLE_HASH_BYTES] ^= 0x80;
        ck_assert(!merkle_extends(&bad, old, &old_root, size, &root));
    }
    for (size_t i = 0; i < good.count; i++, bad = good) {
        bad.count--;
        memmove(&bad.hashes[i], &bad.hashes[i + 1], (bad.count - i) * sizeof bad.hashes[0]);
        ck_assert(!merkle_extends(&bad, old, &old_root, size, &root));
    }
    for (size_t i = 0; i <= good.count; i++, bad = good) {
        memmove(&bad.hashes[i + 1], &bad.hashes[i], (bad.count - i) * sizeof bad.hashes[0]);
        bad.hashes[i] = wrong;
        bad.count++;
        ck_assert(!merkle_extends(&bad, old, &old_root, size, &root));
    }
    ck_assert(!merkle_extends(&good, old, &wrong, size, &root));
    ck_assert(!merkle_extends(&good, old, &old_root, size, &wrong));
    ck_assert(!merkle_extends(&good, size, &root, old, &old_root) || old == size);
    for (uint64_t other = 1; other <= size; other++) {
        const struct merkle_hash of_other = defined(0, other);
        ck_assert(merkle_extends(&good, other, &of_other, size, &root) ==
                  (other == old || (other == size && good.count == 0)));
    }
}

START_TEST(a_consistency_proof_that_was_changed_is_refused)
{
    grow(SMALL);
    for (uint64_t size = 1; size < TAMPERED; size++)
        for (uint64_t old = 1; old <= size; old++)
            tamper_consistency(old, size);
}
END_TEST

/* Everything extends the empty tree, so there is nothing to prove, but the empty tree has one root.
 */
START_TEST(the_empty_tree_is_extended_by_all)
{
    const struct merkle_hash none = merkle_join(NULL, 0);
    const struct merkle_proof proof = {.count = 0};
    const struct merkle_proof more = {.count = 1};
    grow(SMALL);
    const struct merkle_hash root = defined(0, 7);
    ck_assert(merkle_extends(&proof, 0, &none, 7, &root));
    ck_assert(merkle_extends(&proof, 0, &none, 0, &none));
    ck_assert(!merkle_extends(&proof, 0, &root, 7, &root));
    ck_assert(!merkle_extends(&more, 0, &none, 7, &root));
    ck_assert(!merkle_extends(&proof, 0, &none, 0, &root));
    ck_assert(!merkle_includes(&proof, &root, 0, 0, &none));
}
END_TEST

SUITE("merkle", known_trees_have_their_known_roots, known_proofs_are_the_known_ones,
      every_small_tree_is_as_defined, trees_about_two_levels_of_tiles_are_as_defined,
      what_is_not_in_the_tree_has_no_proof, a_source_that_fails_is_told_of,
      an_inclusion_proof_that_was_changed_is_refused,
      a_consistency_proof_that_was_changed_is_refused, the_empty_tree_is_extended_by_all)
