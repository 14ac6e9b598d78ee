/* verify.c - `aidledger verify`: checks a log and what is proved by it, without its database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/verify.h"

#include "core/file.h"
#include "ledger/digest.h"
#include "ledger/leaf.h"
#include "ledger/proof.h"
#include "work/verdict.h"
#include "work/verify_log.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 64 << 20,
    PROOF_MAX = 1 << 20,
    WORDS_MAX = 2,
    HASH_HEX = 64,
    FROM_BYTES = 64,
    PATH_BYTES = 4096
};

static const char usage[] =
    "usage: aidledger verify checkpoint [FROM]\n"
    "       aidledger verify log [FROM]\n"
    "       aidledger verify proof FILE [FROM] [--leaf-hash HEX]\n"
    "       aidledger verify consistency --old FILE [FROM]\n"
    "       aidledger verify report FILE [FROM] [--proof FILE]\n"
    "FROM is the URL of a service or of its log (https://host/v1/ledger), or a folder in the "
    "layout of\n"
    "C2SP tlog-tiles; without it, the service on this machine. The options are\n"
    "  --vkey KEY|FILE   a key of the log that you trust, or a file of them, one a line; may be "
    "given\n"
    "                    again. Without it the keys published with the log are used, which shows "
    "no\n"
    "                    more than that it agrees with itself\n"
    "  --policy FILE     trusted logs and witnesses, and how many of these must have cosigned "
    "(C2SP\n"
    "                    tlog-policy)\n"
    "  --old FILE        a checkpoint kept from before: the log must begin with its tree (log,\n"
    "                    consistency)\n"
    "  --save FILE       keeps the checkpoint that was verified (checkpoint, log, consistency)\n"
    "  --mirror FOLDER   keeps everything that was fetched, to be verified without the server "
    "(log)\n"
    "  --leaf-hash HEX   the leaf, when the proof does not hold it\n"
    "  --proof FILE      the proof of a report; otherwise FILE.proof, or the log itself if that "
    "is\n"
    "                    not there\n"
    "exit status: 0 verified, 1 NOT verified, 2 wrong command line, 3 it could not be fetched or "
    "read\n";

/* The command line. */
struct order {
    const char *words[WORDS_MAX];
    size_t word_count;
    const char *vkeys[TRUST_KEYS_MAX];
    size_t vkey_count;
    const char *policy;
    const char *old;
    const char *save;
    const char *mirror;
    const char *leaf_hash;
    const char *proof;
};

static int fail(int code, const char *reason)
{
    (void)fprintf(stderr, "aidledger: %s\n", reason);
    return code;
}

/* ---------------------------------------------------------------- keys */

static enum verdict read_policy(struct verify *verify, const char *path)
{
    struct text text = text_open(verify->arena, POLICY_BYTES_MAX);
    const char *reason = NULL;
    if (!file_read(&text, path, verify->reason, sizeof verify->reason))
        return VERDICT_UNREAD;
    verify->policy = policy_parse(verify->arena, text.data, text.length, &reason);
    if (verify->policy == NULL) {
        (void)refute(verify, "%s is no policy: %s", path, reason);
        return VERDICT_UNREAD;
    }
    for (size_t i = 0; i < verify->policy->log_count; i++)
        if (!trust_add_key(&verify->trust, &verify->policy->logs[i].verifier))
            return refute(verify, "there are too many keys");
    return VERDICT_VERIFIED;
}

/* Published keys are kept with a mirror too, so that it can stand alone. */
static enum verdict read_keys(struct verify *verify, const struct order *order)
{
    for (size_t i = 0; i < order->vkey_count; i++)
        if (!trust_add(&verify->trust, order->vkeys[i], NOTE_ED25519, verify->reason,
                       sizeof verify->reason))
            return VERDICT_UNREAD;
    const bool has_own = verify->trust.count > 0;
    if (has_own && order->mirror == NULL)
        return VERDICT_VERIFIED;
    if (!log_source_keys(verify->source, &verify->keys, verify->reason, sizeof verify->reason))
        return has_own ? VERDICT_VERIFIED : VERDICT_UNREAD;
    if (has_own)
        return VERDICT_VERIFIED;
    (void)fprintf(
        stderr,
        "aidledger: no key is given (--vkey): those that %s publishes are used, which shows "
        "only that it agrees with itself\n",
        log_source_name(verify->source));
    return trust_add_text(&verify->trust, verify->keys.data, "the published keys", NOTE_ED25519,
                          verify->reason, sizeof verify->reason)
               ? VERDICT_VERIFIED
               : VERDICT_UNREAD;
}

/* ---------------------------------------------------------------- checkpoint and log */

static enum verdict verify_checkpoint(struct verify *verify, const struct order *order)
{
    struct signed_checkpoint *checkpoint = NULL;
    (void)order;
    enum verdict verdict = verdict_fetch(verify, &checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_signed(verify, checkpoint, "the checkpoint");
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_cosigned(verify, checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_save(verify, checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict_tell(verify, checkpoint);
    return verdict;
}

static enum verdict verify_log(struct verify *verify, const struct order *order)
{
    struct signed_checkpoint *checkpoint = NULL;
    (void)order;
    enum verdict verdict = verify_whole_log(verify, NULL, &checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_save(verify, checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict_tell(verify, checkpoint);
    return verdict;
}

/* ---------------------------------------------------------------- consistency */

/* Hashes of a log, read tile by tile. */
struct tile_reader {
    struct verify *verify;
    uint64_t size;
};

static bool read_hashes(void *owner, unsigned level, uint64_t first, size_t count,
                        struct merkle_hash *hashes)
{
    const struct tile_reader *reader = owner;
    struct verify *verify = reader->verify;
    struct source_tile tile = {.level = (int)level, .index = first / MERKLE_TILE_WIDTH};
    const uint64_t there =
        (reader->size >> (MERKLE_TILE_HEIGHT * level)) - tile.index * MERKLE_TILE_WIDTH;
    const size_t offset = (size_t)(first % MERKLE_TILE_WIDTH) * sizeof *hashes;
    tile.width = there < MERKLE_TILE_WIDTH ? (unsigned)there : MERKLE_TILE_WIDTH;
    if (!log_source_tiles(verify->source, verify->arena, &tile, 1, verify->reason,
                          sizeof verify->reason))
        return false;
    if (tile.bytes.length < offset + count * sizeof *hashes) {
        (void)refute(verify, "a tile of level %u is too short", level);
        return false;
    }
    memcpy(hashes, tile.bytes.data + offset, count * sizeof *hashes);
    return true;
}

/* The proof is made here, from the log's tiles; whether it holds is another matter than who made
 * it.
 */
static enum verdict compare_sizes(struct verify *verify, const struct signed_checkpoint *old,
                                  const struct signed_checkpoint *now)
{
    struct tile_reader reader = {.verify = verify, .size = now->checkpoint.size};
    const struct merkle_source source = {read_hashes, &reader};
    struct merkle_proof proof;
    if (strcmp(old->origin, now->origin) != 0)
        return refute(verify, "the kept checkpoint is of the log %s, this one is %s", old->origin,
                      now->origin);
    if (old->checkpoint.size > now->checkpoint.size)
        return refute(verify,
                      "ROLLBACK: the kept checkpoint has %" PRIu64
                      " entries, the log's newest only %" PRIu64 ": what was recorded is gone",
                      old->checkpoint.size, now->checkpoint.size);
    if (!merkle_consistency(&source, old->checkpoint.size, now->checkpoint.size, &proof))
        return VERDICT_UNREAD;
    if (merkle_extends(&proof, old->checkpoint.size, &old->checkpoint.root, now->checkpoint.size,
                       &now->checkpoint.root))
        return VERDICT_VERIFIED;
    return refute(verify,
                  "FORK: the log of %" PRIu64 " entries does not begin with the %" PRIu64
                  " of the kept checkpoint, or its tiles are not those of its checkpoint",
                  now->checkpoint.size, old->checkpoint.size);
}

static enum verdict verify_consistency(struct verify *verify, const struct order *order)
{
    struct signed_checkpoint *old = NULL;
    struct signed_checkpoint *now = NULL;
    if (verify->old == NULL)
        return VERDICT_USAGE;
    (void)order;
    enum verdict verdict = verdict_read_file(verify, verify->old, &old);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_fetch(verify, &now);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_signed(verify, old, "the kept checkpoint");
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_signed(verify, now, "the checkpoint");
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_cosigned(verify, now);
    if (verdict == VERDICT_VERIFIED)
        verdict = compare_sizes(verify, old, now);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_save(verify, now);
    if (verdict == VERDICT_VERIFIED) {
        (void)printf("verified that it begins with the kept %" PRIu64 " entries\n",
                     old->checkpoint.size);
        verdict_tell(verify, now);
    }
    return verdict;
}

/* ---------------------------------------------------------------- proofs */

static bool parse_hash(const char *hex, struct merkle_hash *hash)
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(hex) != HASH_HEX || strspn(hex, digits) != HASH_HEX)
        return false;
    for (size_t i = 0; i < MERKLE_HASH_BYTES; i++)
        hash->bytes[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) * 16 +
                                         (strchr(digits, hex[2 * i + 1]) - digits));
    return true;
}

/* Reads the proof, and shows that the leaf is where it says. */
static enum verdict check_proof(struct verify *verify, const char *path, struct proof *proof,
                                struct signed_checkpoint *checkpoint)
{
    struct text text = text_open(verify->arena, PROOF_MAX);
    struct merkle_hash leaf = {{0}};
    const char *reason = NULL;
    if (!file_read(&text, path, verify->reason, sizeof verify->reason))
        return VERDICT_UNREAD;
    if (!proof_parse(verify->arena, text.data, text.length, proof, &reason))
        return refute(verify, "%s is no proof: %s", path, reason);
    if (proof->extra == NULL && verify->leaf_hash == NULL)
        return refute(verify, "%s does not hold the leaf it is about; --leaf-hash names it", path);
    if (proof->extra != NULL)
        leaf = merkle_leaf(proof->extra, proof->extra_bytes);
    struct merkle_hash given = leaf;
    if (verify->leaf_hash != NULL && !parse_hash(verify->leaf_hash, &given))
        return VERDICT_USAGE;
    if (proof->extra != NULL && !merkle_is_equal(&leaf, &given))
        return refute(verify, "the leaf in %s is not the one with that hash", path);
    enum verdict verdict = verdict_read(verify, proof->checkpoint, proof->checkpoint_bytes,
                                        "the proof's checkpoint", checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_signed(verify, checkpoint, "the proof's checkpoint");
    if (verdict == VERDICT_VERIFIED)
        verdict = verdict_cosigned(verify, checkpoint);
    if (verdict != VERDICT_VERIFIED)
        return verdict;
    if (!merkle_includes(&proof->path, &given, proof->index, checkpoint->checkpoint.size,
                         &checkpoint->checkpoint.root))
        return refute(verify, "%s does not show that the leaf is number %" PRIu64 " of the log",
                      path, proof->index);
    return VERDICT_VERIFIED;
}

static void tell_leaf(const struct proof *proof)
{
    struct leaf leaf;
    const char *reason = NULL;
    (void)printf("verified leaf %" PRIu64 "\n", proof->index);
    if (proof->extra != NULL && leaf_read(proof->extra, proof->extra_bytes, &leaf, &reason))
        (void)printf("kind %.*s\nat %.*s\n", (int)leaf.kind.count, leaf.kind.at, (int)leaf.at.count,
                     leaf.at.at);
}

static enum verdict verify_proof(struct verify *verify, const struct order *order)
{
    struct proof proof;
    struct signed_checkpoint *checkpoint = arena_alloc(verify->arena, sizeof *checkpoint);
    if (checkpoint == NULL)
        return VERDICT_UNREAD;
    const enum verdict verdict = check_proof(verify, order->words[0], &proof, checkpoint);
    if (verdict == VERDICT_VERIFIED) {
        tell_leaf(&proof);
        verdict_tell(verify, checkpoint);
    }
    return verdict;
}

/* ---------------------------------------------------------------- reports */

/* The leaf says which bytes were issued. */
static enum verdict compare_report(struct verify *verify, const char *path, const char *sha256,
                                   const struct proof *proof, const char *origin)
{
    struct leaf leaf;
    const char *reason = "it holds no leaf";
    if (proof->extra == NULL || !leaf_read(proof->extra, proof->extra_bytes, &leaf, &reason))
        return refute(verify, "the proof's leaf is none: %s", reason);
    if (!leaf_is(&leaf.kind, "report.issued") || !leaf_is(&leaf.log, origin))
        return refute(verify, "the proof is about another statement (%.*s), not about a report",
                      (int)leaf.kind.count, leaf.kind.at);
    json_t *open = json_loadb(leaf.open.at, leaf.open.count, 0, NULL);
    const char *said = json_string_value(json_object_get(open, "sha256"));
    const bool is_same = said != NULL && strcmp(said, sha256) == 0;
    const enum verdict verdict =
        is_same ? VERDICT_VERIFIED
                : refute(verify,
                         "%s is not the report that was issued: its SHA-256 is %s, the leaf "
                         "says %s",
                         path, sha256, said != NULL ? said : "none");
    json_decref(open);
    return verdict;
}

static enum verdict prove_report(struct verify *verify, const char *path, const char *sha256,
                                 const char *proof_path)
{
    struct proof proof;
    struct signed_checkpoint *checkpoint = arena_alloc(verify->arena, sizeof *checkpoint);
    if (checkpoint == NULL)
        return VERDICT_UNREAD;
    enum verdict verdict = check_proof(verify, proof_path, &proof, checkpoint);
    if (verdict == VERDICT_VERIFIED)
        verdict = compare_report(verify, path, sha256, &proof, checkpoint->origin);
    if (verdict == VERDICT_VERIFIED) {
        (void)printf("verified report %s\nsha256 %s\n", path, sha256);
        tell_leaf(&proof);
        verdict_tell(verify, checkpoint);
    }
    return verdict;
}

/* Without a proof the log is read from its beginning: it has the report's hash, or it has not. */
static enum verdict find_report(struct verify *verify, const char *path, const char *sha256)
{
    struct sought_report sought = {.is_found = false};
    struct signed_checkpoint *checkpoint = NULL;
    (void)snprintf(sought.sha256, sizeof sought.sha256, "%s", sha256);
    const enum verdict verdict = verify_whole_log(verify, &sought, &checkpoint);
    if (verdict != VERDICT_VERIFIED)
        return verdict;
    if (!sought.is_found)
        return refute(verify, "the log has no report with the SHA-256 of %s, which is %s", path,
                      sha256);
    (void)printf("verified report %s\nsha256 %s\nleaf %" PRIu64 "\n", path, sha256, sought.index);
    verdict_tell(verify, checkpoint);
    return VERDICT_VERIFIED;
}

static enum verdict verify_report(struct verify *verify, const struct order *order)
{
    char beside[PATH_BYTES];
    char sha256[DIGEST_HEX_BYTES];
    const char *path = order->words[0];
    if (!digest_file(path, sha256, verify->reason, sizeof verify->reason))
        return VERDICT_UNREAD;
    if (order->proof != NULL)
        return prove_report(verify, path, sha256, order->proof);
    (void)snprintf(beside, sizeof beside, "%s.proof", path);
    return access(beside, F_OK) == 0 ? prove_report(verify, path, sha256, beside)
                                     : find_report(verify, path, sha256);
}

/* ---------------------------------------------------------------- the subcommand */

static const struct kind {
    const char *name;
    enum verdict (*run)(struct verify *verify, const struct order *order);
    size_t files; /* words before FROM */
    const char *options;
} kinds[] = {
    {"checkpoint", verify_checkpoint, 0, "--vkey --policy --save "},
    {"log", verify_log, 0, "--vkey --policy --save --old --mirror "},
    {"proof", verify_proof, 1, "--vkey --policy --leaf-hash "},
    {"consistency", verify_consistency, 0, "--vkey --policy --save --old "},
    {"report", verify_report, 1, "--vkey --policy --proof "},
};

static const char **find_option(struct order *order, const struct kind *kind, const char *name)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {{"--policy ", &order->policy}, {"--old ", &order->old},
                 {"--save ", &order->save},     {"--mirror ", &order->mirror},
                 {"--proof ", &order->proof},   {"--leaf-hash ", &order->leaf_hash}};
    const size_t length = strlen(name);
    if (strcmp(name, "--vkey") == 0 && order->vkey_count < TRUST_KEYS_MAX)
        return &order->vkeys[order->vkey_count++];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == length + 1 && strncmp(known[i].name, name, length) == 0 &&
            strstr(kind->options, known[i].name) != NULL)
            return known[i].value;
    return NULL;
}

static bool read_order(int count, char **words, const struct kind *kind, struct order *order)
{
    for (int i = 0; i < count; i++) {
        if (strncmp(words[i], "--", 2) != 0) {
            if (order->word_count == kind->files + 1)
                return false;
            order->words[order->word_count++] = words[i];
            continue;
        }
        const char **value = find_option(order, kind, words[i]);
        if (value == NULL || *value != NULL || i + 1 == count)
            return false;
        *value = words[++i];
    }
    struct merkle_hash hash;
    return order->word_count >= kind->files &&
           (order->leaf_hash == NULL || parse_hash(order->leaf_hash, &hash));
}

static enum verdict run(struct verify *verify, const struct kind *kind, const struct order *order,
                        const struct config *config)
{
    char own[FROM_BYTES];
    const char *from = order->word_count > kind->files ? order->words[kind->files] : own;
    (void)snprintf(own, sizeof own, "http://127.0.0.1:%d", config->port);
    verify->old = order->old;
    verify->save = order->save;
    verify->leaf_hash = order->leaf_hash;
    verify->keys = text_open(verify->arena, NOTE_MAX);
    verify->source = log_source_open(from, order->mirror, verify->reason, sizeof verify->reason);
    if (verify->source == NULL)
        return VERDICT_UNREAD;
    enum verdict verdict =
        order->policy == NULL ? VERDICT_VERIFIED : read_policy(verify, order->policy);
    if (verdict == VERDICT_VERIFIED)
        verdict = read_keys(verify, order);
    if (verdict == VERDICT_VERIFIED)
        verdict = kind->run(verify, order);
    log_source_close(verify->source);
    return verdict;
}

static int tell(enum verdict verdict, const struct verify *verify)
{
    if (verdict == VERDICT_REFUTED)
        (void)fprintf(stderr, "aidledger: NOT verified: %s\n", verify->reason);
    else if (verdict == VERDICT_UNREAD)
        (void)fail(VERDICT_UNREAD, verify->reason);
    else if (verdict == VERDICT_USAGE)
        (void)fputs(usage, stderr);
    else if (fflush(stdout) != 0)
        return fail(VERDICT_UNREAD, "what was verified could not be written");
    return (int)verdict;
}

int verify_command(int count, char **words, const struct config *config)
{
    struct order order = {.word_count = 0};
    const struct kind *kind = NULL;
    for (size_t i = 0; count > 0 && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(words[0], kinds[i].name) == 0)
            kind = &kinds[i];
    if (kind == NULL || !read_order(count - 1, words + 1, kind, &order)) {
        (void)fputs(usage, stderr);
        return VERDICT_USAGE;
    }
    struct arena *arena = arena_make(ARENA_BYTES);
    struct verify *verify = arena == NULL ? NULL : arena_alloc(arena, sizeof *verify);
    if (verify == NULL) {
        arena_free(arena);
        return fail(VERDICT_UNREAD, "out of memory");
    }
    verify->arena = arena;
    const int code = tell(run(verify, kind, &order, config), verify);
    arena_free(arena);
    return code;
}
