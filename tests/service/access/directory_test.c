/* directory_test.c - the live keys in memory, and who may call what. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/directory.h"

#include "access/authorise.h"
#include "core/clock.h"
#include "core/config.h"
#include "service/suite.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static char token[TOKEN_LENGTH + 1];
static struct key key;

/* A directory in force with one key of these roles, expiring at this second. */
static struct directory *directory_with(const char *roles, const char *expires, int64_t asked_ms)
{
    char secret[2 * SECRET_HASH_BYTES + 1];
    ck_assert(key_make(token, &key));
    for (size_t i = 0; i < SECRET_HASH_BYTES; i++)
        (void)snprintf(secret + 2 * i, 3, "%02x", key.secret_sha256[i]);
    const char *const fields[DIRECTORY_FIELDS] = {key.keyid,
                                                  secret,
                                                  "00000000-0000-4000-8000-000000000001",
                                                  "00000000-0000-4000-8000-000000000002",
                                                  "00000000-0000-4000-8000-000000000003",
                                                  "MW",
                                                  roles,
                                                  expires};
    struct directory *directory = directory_make();
    ck_assert_ptr_nonnull(directory);
    ck_assert(directory_begin(directory));
    ck_assert(directory_add(directory, fields));
    directory_commit(directory, asked_ms);
    return directory;
}

START_TEST(a_key_is_found_with_its_principal)
{
    struct principal principal = {.known = false};
    struct directory *directory = directory_with("recipient_officer,auditor", "2000", 10);
    ck_assert(directory_find(directory, &key, 1999, &principal));
    ck_assert(principal.known);
    ck_assert_uint_eq(principal.roles, ROLE_RECIPIENT_OFFICER | ROLE_AUDITOR);
    ck_assert_str_eq(principal.role_list, "recipient_officer,auditor");
    ck_assert_str_eq(principal.country, "MW");
    ck_assert_str_eq(principal.key, "00000000-0000-4000-8000-000000000001");
    ck_assert_str_eq(principal.id, "00000000-0000-4000-8000-000000000002");
    ck_assert_str_eq(principal.organisation, "00000000-0000-4000-8000-000000000003");
    directory_free(directory);
}
END_TEST

START_TEST(a_wrong_secret_another_id_and_a_passed_day_are_not)
{
    struct principal principal = {.known = false};
    struct directory *directory = directory_with("auditor", "2000", 10);
    ck_assert(!directory_find(directory, &key, 2000, &principal));
    struct key wrong = key;
    wrong.secret_sha256[31] ^= 1;
    ck_assert(!directory_find(directory, &wrong, 1, &principal));
    wrong = key;
    wrong.keyid[0] = wrong.keyid[0] == 'a' ? 'b' : 'a';
    ck_assert(!directory_find(directory, &wrong, 1, &principal));
    ck_assert(!principal.known);
    directory_free(directory);
}
END_TEST

START_TEST(an_edition_is_in_force_until_the_next_is_committed)
{
    struct principal principal;
    struct directory *directory = directory_with("auditor", "2000", 10);
    ck_assert(directory_begin(directory));
    ck_assert(directory_find(directory, &key, 1, &principal));
    directory_commit(directory, 20);
    ck_assert(!directory_find(directory, &key, 1, &principal));
    ck_assert_int_eq(directory_age_ms(directory, 25), 5);
    directory_free(directory);
    directory_free(NULL);
}
END_TEST

START_TEST(before_the_first_edition_it_is_older_than_anything)
{
    struct directory *directory = directory_make();
    struct principal principal;
    ck_assert(directory_age_ms(directory, 0) > DIRECTORY_AGE_MAX_MS);
    struct key any = {.keyid = "aaaaaaaaaaaa"};
    ck_assert(!directory_find(directory, &any, 1, &principal));
    directory_free(directory);
}
END_TEST

START_TEST(many_keys_are_told_apart)
{
    enum { MANY = 2000 };
    static struct key keys[MANY];
    static char ids[MANY][UUID_BYTES];
    struct directory *directory = directory_make();
    ck_assert(directory_begin(directory));
    for (size_t i = 0; i < MANY; i++) {
        char secret[2 * SECRET_HASH_BYTES + 1];
        ck_assert(key_make(token, &keys[i]));
        for (size_t j = 0; j < SECRET_HASH_BYTES; j++)
            (void)snprintf(secret + 2 * j, 3, "%02x", keys[i].secret_sha256[j]);
        (void)snprintf(ids[i], sizeof ids[i], "00000000-0000-4000-8000-%012zu", i);
        const char *const fields[DIRECTORY_FIELDS] = {
            keys[i].keyid, secret, ids[i], ids[i], ids[i], NULL, "steward", "9999999999"};
        ck_assert(directory_add(directory, fields));
    }
    directory_commit(directory, 1);
    for (size_t i = 0; i < MANY; i++) {
        struct principal principal;
        ck_assert(directory_find(directory, &keys[i], 1, &principal));
        ck_assert_str_eq(principal.id, ids[i]);
        ck_assert_str_eq(principal.country, "");
    }
    directory_free(directory);
}
END_TEST

START_TEST(rows_that_are_not_understood_are_refused)
{
    static const char good_secret[] =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    static const char uuid[] = "00000000-0000-4000-8000-000000000001";
    struct directory *directory = directory_make();
    const char *const rows[][DIRECTORY_FIELDS] = {
        {"aaaaaaaaaaaaa", good_secret, uuid, uuid, uuid, NULL, "auditor", "1"},
        {"aaaaaaaaaaaa", "00", uuid, uuid, uuid, NULL, "auditor", "1"},
        {"aaaaaaaaaaaa", good_secret, uuid, uuid, uuid, "MWI", "auditor", "1"},
        {"aaaaaaaaaaaa", good_secret, uuid, uuid, uuid, NULL, "auditor", "soon"},
        {"aaaaaaaaaaaa", NULL, uuid, uuid, uuid, NULL, "auditor", "1"}};
    ck_assert(directory_begin(directory));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert_msg(!directory_add(directory, rows[i]), "row %zu", i);
    directory_free(directory);
}
END_TEST

/* ---------------------------------------------------------------- who may call what */

static const struct statement open_read = {.name = "a", .roles = ROLE_PUBLIC};
static const struct statement for_donors = {.name = "b",
                                            .roles = ROLE_DONOR_EDITOR | ROLE_DONOR_APPROVER};

static enum problem_kind call(const struct statement *statement, struct directory *directory,
                              const char *authorization)
{
    static const struct config no_limits;
    struct exchange *x = suite_exchange();
    x->config = &no_limits;
    x->statement = statement;
    x->directory = directory;
    x->authorization = authorization;
    const bool admitted = access_authorise(x);
    const enum problem_kind kind = x->problem.kind;
    ck_assert(admitted == (kind == PROBLEM_NONE));
    ck_assert(!admitted || x->principal.known == (authorization != NULL));
    suite_exchange_free(x);
    return kind;
}

START_TEST(deny_by_default)
{
    char bearer[TOKEN_LENGTH + 16];
    char expires[32];
    (void)snprintf(expires, sizeof expires, "%lld", (long long)time(NULL) + 60);
    struct directory *directory = directory_with("donor_editor", expires, clock_ms());
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", token);
    ck_assert_int_eq(call(&open_read, directory, NULL), PROBLEM_NONE);
    ck_assert_int_eq(call(&open_read, directory, bearer), PROBLEM_NONE);
    ck_assert_int_eq(call(&for_donors, directory, bearer), PROBLEM_NONE);
    ck_assert_int_eq(call(&for_donors, directory, NULL), PROBLEM_UNAUTHORIZED);
    bearer[0] = 'b';
    ck_assert_int_eq(call(&for_donors, directory, bearer), PROBLEM_NONE);
    ck_assert_int_eq(call(&open_read, directory, "Bearer x"), PROBLEM_UNAUTHORIZED);
    ck_assert_int_eq(call(&open_read, directory, "Basic eDp5"), PROBLEM_UNAUTHORIZED);
    ck_assert_int_eq(call(&open_read, directory, token), PROBLEM_UNAUTHORIZED);
    directory_free(directory);
}
END_TEST

START_TEST(another_role_is_forbidden_and_a_stale_directory_unavailable)
{
    char bearer[TOKEN_LENGTH + 16];
    struct directory *directory = directory_with("auditor", "9999999999", clock_ms());
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", token);
    ck_assert_int_eq(call(&for_donors, directory, bearer), PROBLEM_FORBIDDEN);
    directory_free(directory);
    directory = directory_with("donor_editor", "9999999999", clock_ms() - 2000);
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", token);
    ck_assert_int_eq(call(&for_donors, directory, bearer), PROBLEM_UNAVAILABLE);
    ck_assert_int_eq(call(&open_read, directory, NULL), PROBLEM_NONE);
    directory_free(directory);
}
END_TEST

SUITE("directory", a_key_is_found_with_its_principal,
      a_wrong_secret_another_id_and_a_passed_day_are_not,
      an_edition_is_in_force_until_the_next_is_committed,
      before_the_first_edition_it_is_older_than_anything, many_keys_are_told_apart,
      rows_that_are_not_understood_are_refused, deny_by_default,
      another_role_is_forbidden_and_a_stale_directory_unavailable)
