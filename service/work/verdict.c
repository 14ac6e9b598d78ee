/* verdict.c - what every check of `aidledger verify` has in common: keys, signatures, sentences. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/verdict.h"

#include "core/file.h"
#include "ledger/base64.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { HASH_TEXT_BYTES = 45, TIME_TEXT_BYTES = 32, ID_TEXT_BYTES = 2 * NOTE_KEY_ID_BYTES + 1 };

enum verdict refute(struct verify *verify, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(verify->reason, sizeof verify->reason, format, arguments);
    va_end(arguments);
    return VERDICT_REFUTED;
}

static enum verdict have_no_memory(struct verify *verify)
{
    (void)refute(verify, "out of memory");
    return VERDICT_UNREAD;
}

/* ---------------------------------------------------------------- reading */

enum verdict verdict_read(struct verify *verify, const char *bytes, size_t count, const char *what,
                          struct signed_checkpoint *checkpoint)
{
    const char *reason = NULL;
    checkpoint->bytes = bytes;
    checkpoint->count = count;
    if (!note_parse(bytes, count, &checkpoint->note, &reason) ||
        !checkpoint_parse(checkpoint->note.text, checkpoint->note.text_bytes,
                          &checkpoint->checkpoint, &reason))
        return refute(verify, "%s is no signed checkpoint: %s", what, reason);
    memcpy(checkpoint->origin, checkpoint->checkpoint.origin, checkpoint->checkpoint.origin_bytes);
    checkpoint->origin[checkpoint->checkpoint.origin_bytes] = '\0';
    return VERDICT_VERIFIED;
}

enum verdict verdict_read_file(struct verify *verify, const char *path,
                               struct signed_checkpoint **checkpoint)
{
    struct text text = text_open(verify->arena, NOTE_MAX);
    *checkpoint = arena_alloc(verify->arena, sizeof **checkpoint);
    if (*checkpoint == NULL)
        return have_no_memory(verify);
    if (!file_read(&text, path, verify->reason, sizeof verify->reason))
        return VERDICT_UNREAD;
    return verdict_read(verify, text.data, text.length, path, *checkpoint);
}

enum verdict verdict_fetch(struct verify *verify, struct signed_checkpoint **checkpoint)
{
    struct text text = text_open(verify->arena, NOTE_MAX);
    *checkpoint = arena_alloc(verify->arena, sizeof **checkpoint);
    if (*checkpoint == NULL)
        return have_no_memory(verify);
    if (!log_source_checkpoint(verify->source, &text, verify->reason, sizeof verify->reason))
        return VERDICT_UNREAD;
    return verdict_read(verify, text.data, text.length, "the log's checkpoint", *checkpoint);
}

/* ---------------------------------------------------------------- signatures */

enum verdict verdict_signed(struct verify *verify, const struct signed_checkpoint *checkpoint,
                            const char *what)
{
    bool is_named = false;
    bool is_signed = false;
    for (size_t i = 0; i < verify->trust.count; i++) {
        const struct note_verifier *key = &verify->trust.keys[i];
        if (strcmp(key->name, checkpoint->origin) != 0)
            continue;
        is_named = true;
        if (note_is_signed_by(&checkpoint->note, key, NULL))
            is_signed = true;
        else if (note_names(&checkpoint->note, key))
            return refute(verify, "%s (size %" PRIu64 ") has a wrong signature of a trusted key",
                          what, checkpoint->checkpoint.size);
    }
    if (!is_named)
        return refute(verify, "%s is of the log %s, of which no key is trusted", what,
                      checkpoint->origin);
    if (!is_signed)
        return refute(verify, "%s (size %" PRIu64 ") is not signed by a key that is trusted", what,
                      checkpoint->checkpoint.size);
    return VERDICT_VERIFIED;
}

enum verdict verdict_cosigned(struct verify *verify, const struct signed_checkpoint *checkpoint)
{
    bool cosigned[POLICY_WITNESSES_MAX] = {false};
    size_t count = 0;
    if (verify->policy == NULL)
        return VERDICT_VERIFIED;
    for (size_t i = 0; i < verify->policy->witness_count; i++) {
        const struct policy_witness *witness = &verify->policy->witnesses[i];
        cosigned[i] = note_is_signed_by(&checkpoint->note, &witness->verifier, NULL);
        count += cosigned[i] ? 1 : 0;
        if (!cosigned[i] && note_names(&checkpoint->note, &witness->verifier))
            return refute(verify, "the checkpoint has a wrong cosignature of witness %s",
                          witness->name);
    }
    if (!policy_is_met(verify->policy, cosigned))
        return refute(verify,
                      "QUORUM: %zu of the policy's %zu witnesses have cosigned the checkpoint of "
                      "size %" PRIu64 ", which is not its quorum",
                      count, verify->policy->witness_count, checkpoint->checkpoint.size);
    return VERDICT_VERIFIED;
}

/* ---------------------------------------------------------------- telling */

static void tell_key(const char *what, const struct note_verifier *key, const char *more)
{
    char id[ID_TEXT_BYTES];
    for (size_t i = 0; i < NOTE_KEY_ID_BYTES; i++)
        (void)snprintf(id + 2 * i, 3, "%02x", key->id[i]);
    (void)printf("%s %s+%s%s\n", what, key->name, id, more);
}

static void tell_witness(const struct policy_witness *witness, uint64_t made)
{
    const time_t then = (time_t)made;
    char more[TIME_TEXT_BYTES] = "";
    struct tm utc;
    if (gmtime_r(&then, &utc) != NULL)
        (void)strftime(more, sizeof more, " at %Y-%m-%dT%H:%M:%SZ", &utc);
    tell_key("cosigned by", &witness->verifier, more);
}

void verdict_tell(const struct verify *verify, const struct signed_checkpoint *checkpoint)
{
    char root[HASH_TEXT_BYTES];
    uint64_t made = 0;
    base64_print(checkpoint->checkpoint.root.bytes, MERKLE_HASH_BYTES, root, sizeof root);
    (void)printf("log %s\nsize %" PRIu64 "\nroot %s\n", checkpoint->origin,
                 checkpoint->checkpoint.size, root);
    for (size_t i = 0; i < verify->trust.count; i++)
        if (strcmp(verify->trust.keys[i].name, checkpoint->origin) == 0 &&
            note_is_signed_by(&checkpoint->note, &verify->trust.keys[i], NULL))
            tell_key("signed by", &verify->trust.keys[i], "");
    for (size_t i = 0; verify->policy != NULL && i < verify->policy->witness_count; i++)
        if (note_is_signed_by(&checkpoint->note, &verify->policy->witnesses[i].verifier, &made))
            tell_witness(&verify->policy->witnesses[i], made);
}

enum verdict verdict_save(struct verify *verify, const struct signed_checkpoint *checkpoint)
{
    if (verify->save == NULL ||
        file_replace(verify->save, checkpoint->bytes, checkpoint->count,
                     S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, verify->reason, sizeof verify->reason))
        return VERDICT_VERIFIED;
    return VERDICT_UNREAD;
}
