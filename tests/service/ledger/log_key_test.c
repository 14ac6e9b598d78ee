/* log_key_test.c - the file of the keys that sign the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/log_key.h"

#include "service/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 64, REASON_BYTES = 256 };

static char folder[PATH_BYTES];
static char path[PATH_BYTES + 8];

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/aidledger-key-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/key", folder);
}

static void end(void)
{
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* The file with this content and mode; what reading it says, "" when there is a key. */
static const char *read_content(const char *content, mode_t mode)
{
    static char reason[REASON_BYTES];
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(content, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
    reason[0] = '\0';
    struct log_keys *keys = log_keys_read(path, "2026-11-25", reason, sizeof reason);
    ck_assert_int_eq(keys == NULL, reason[0] != '\0');
    log_keys_free(keys);
    ck_assert_int_eq(unlink(path), 0);
    return strstr(reason, path) != NULL ? strstr(reason, path) + strlen(path) : reason;
}

START_TEST(a_key_is_made_once_and_signs)
{
    char vkey[NOTE_VKEY_MAX];
    char again[NOTE_VKEY_MAX];
    char reason[REASON_BYTES];
    const char *why = NULL;
    struct note_verifier verifier;
    struct note note;
    struct stat status;
    struct arena *arena = suite_arena();
    struct text text = text_open(arena, NOTE_MAX);
    begin();
    ck_assert(log_key_init(path, "ledger.example/main", vkey, reason, sizeof reason));
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777U, 0400);
    ck_assert(!log_key_init(path, "ledger.example/main", again, reason, sizeof reason));
    ck_assert_ptr_nonnull(strstr(reason, "is there already"));
    struct log_keys *keys = log_keys_read(path, "2026-11-25", reason, sizeof reason);
    ck_assert_ptr_nonnull(keys);
    ck_assert_uint_eq(log_keys_count(keys), 1);
    note_verifier_print(log_keys_verifier(keys, 0), again);
    ck_assert_str_eq(again, vkey);
    log_keys_sign(keys, "ledger.example/main\n0\nroot\n", &text);
    ck_assert(note_verifier_parse(vkey, &verifier, &why));
    ck_assert(note_parse(text.data, text.length, &note, &why));
    ck_assert(note_is_signed_by(&note, &verifier, NULL));
    log_keys_free(keys);
    arena_free(arena);
    end();
}
END_TEST

START_TEST(a_further_key_stands_beside_the_one_before_until_its_last_day)
{
    char vkey[NOTE_VKEY_MAX];
    char reason[REASON_BYTES];
    struct note_signer next;
    static const struct {
        const char *today;
        size_t count;
    } days[] = {{"2026-11-25", 2}, {"2026-12-31", 2}, {"2027-01-01", 1}};
    begin();
    ck_assert(log_key_init(path, "a", vkey, reason, sizeof reason));
    struct log_keys *keys = log_keys_read(path, "2026-11-25", reason, sizeof reason);
    ck_assert_ptr_nonnull(keys);
    ck_assert(log_key_next(keys, &next));
    ck_assert_str_eq(next.verifier.name, "a");
    ck_assert(log_key_add(path, &next, "2026-12-31", reason, sizeof reason));
    log_keys_free(keys);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        keys = log_keys_read(path, days[i].today, reason, sizeof reason);
        ck_assert_ptr_nonnull(keys);
        ck_assert_uint_eq(log_keys_count(keys), days[i].count);
        ck_assert_mem_eq(log_keys_verifier(keys, days[i].count - 1)->public_key,
                         next.verifier.public_key, NOTE_PUBLIC_BYTES);
        log_keys_free(keys);
    }
    note_signer_wipe(&next);
    end();
}
END_TEST

START_TEST(what_is_no_key_file_is_refused_with_a_sentence)
{
    char reason[REASON_BYTES];
    begin();
    ck_assert_ptr_null(log_keys_read(path, "2026-11-25", reason, sizeof reason));
    ck_assert_ptr_nonnull(strstr(reason, "No such file"));
    ck_assert_str_eq(read_content("", 0400), " holds no key that still signs");
    ck_assert_str_eq(read_content("# nothing\n\n", 0400), " holds no key that still signs");
    ck_assert_str_ne(read_content("PRIVATE+KEY+a+00000000+AAAA\n", 0400), "");
    ck_assert_str_eq(read_content("# nothing\n", 0440),
                     " may be read by others; give it mode 0400");
    ck_assert_str_eq(read_content("# nothing\n", 0404),
                     " may be read by others; give it mode 0400");
    end();
}
END_TEST

SUITE("log_key", a_key_is_made_once_and_signs,
      a_further_key_stands_beside_the_one_before_until_its_last_day,
      what_is_no_key_file_is_refused_with_a_sentence)
