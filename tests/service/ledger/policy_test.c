/* policy_test.c - trust policies: what they say, and when a quorum is there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/policy.h"

#include "service/suite.h"

#include <string.h>

enum { KEYS = 6 };

/* So many fresh keys, and a text in which %0 to %5 stand for those of witnesses, %l for a log's. */
static char witness_keys[KEYS][NOTE_VKEY_MAX];
static char log_key[NOTE_VKEY_MAX];

static void make_keys(void)
{
    struct note_signer signer;
    for (size_t i = 0; i < KEYS; i++) {
        ck_assert(note_signer_make("w.example", NOTE_COSIGNATURE, &signer));
        note_verifier_print(&signer.verifier, witness_keys[i]);
    }
    ck_assert(note_signer_make("log.example", NOTE_ED25519, &signer));
    note_verifier_print(&signer.verifier, log_key);
}

static const struct policy *parse(struct arena *arena, const char *pattern, const char **reason)
{
    struct text text = text_open(arena, POLICY_BYTES_MAX);
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != '%')
            text_add_char(&text, *at);
        else if (*++at == 'l')
            text_add(&text, log_key);
        else
            text_add(&text, witness_keys[*at - '0']);
    }
    ck_assert(!text.full);
    *reason = NULL;
    return policy_parse(arena, text.data, text.length, reason);
}

static const struct policy *expect_policy(struct arena *arena, const char *pattern)
{
    const char *reason = NULL;
    const struct policy *policy = parse(arena, pattern, &reason);
    ck_assert_msg(policy != NULL, "%s: %s", pattern, reason);
    return policy;
}

/* Whether it is met when the witnesses with a 1 have cosigned. */
static bool is_met(const struct policy *policy, const char *who)
{
    bool cosigned[POLICY_WITNESSES_MAX] = {false};
    for (size_t i = 0; who[i] != '\0'; i++)
        cosigned[i] = who[i] == '1';
    return policy_is_met(policy, cosigned);
}

START_TEST(a_policy_names_logs_and_witnesses)
{
    struct arena *arena = suite_arena();
    make_keys();
    const struct policy *policy = expect_policy(arena, "# who we trust\n"
                                                       "\n"
                                                       " \t \n"
                                                       "log %l https://log.example/v1/ledger/\n"
                                                       "witness  W1\t%0 https://w.example/sub//\n"
                                                       "  witness W2 %1  \n"
                                                       "quorum W1\n");
    ck_assert_uint_eq(policy->log_count, 1);
    ck_assert_str_eq(policy->logs[0].url, "https://log.example/v1/ledger");
    ck_assert_str_eq(policy->logs[0].verifier.name, "log.example");
    ck_assert_uint_eq(policy->witness_count, 2);
    ck_assert_str_eq(policy->witnesses[0].name, "W1");
    ck_assert_str_eq(policy->witnesses[0].url, "https://w.example/sub");
    ck_assert_ptr_null(policy->witnesses[1].url);
    ck_assert(is_met(policy, "10"));
    ck_assert(!is_met(policy, "01"));
    arena_free(arena);
}
END_TEST

START_TEST(a_quorum_of_groups_is_counted)
{
    struct arena *arena = suite_arena();
    make_keys();
    const struct policy *policy = expect_policy(arena, "witness X1 %0\n"
                                                       "witness X2 %1\n"
                                                       "witness X3 %2\n"
                                                       "group X 2 X1 X2 X3\n"
                                                       "witness Y1 %3\n"
                                                       "witness Y2 %4\n"
                                                       "group Y any Y1 Y2\n"
                                                       "group both all X Y\n"
                                                       "quorum both\n");
    ck_assert(is_met(policy, "11010"));
    ck_assert(is_met(policy, "10101"));
    ck_assert(is_met(policy, "11111"));
    ck_assert(!is_met(policy, "11100"));
    ck_assert(!is_met(policy, "10011"));
    ck_assert(!is_met(policy, "00000"));
    ck_assert(is_met(expect_policy(arena, "quorum none\n"), ""));
    arena_free(arena);
}
END_TEST

START_TEST(what_is_no_policy_is_refused_with_its_line)
{
    static const struct {
        const char *text;
        const char *reason;
    } bad[] = {
        {"", "no line \"quorum\""},
        {"witness W %0\n", "no line \"quorum\""},
        {"quorum none", "line 1: the last line does not end"},
        {"quorum none\nquorum none\n", "line 2"},
        {"quorum W\nwitness W %0\n", "line 1: the quorum is not known"},
        {"\nquorum\n", "line 2"},
        {"quorum a b\n", "one name"},
        {"quorom none\n", "begins with"},
        {"log %0\nquorum none\n", "not of the type logs"},
        {"log %l\nlog %l\nquorum none\n", "line 2: the key is already"},
        {"log\nquorum none\n", "followed by a key"},
        {"log x\nquorum none\n", "line 1"},
        {"witness W %l\nquorum none\n", "not of the type witnesses"},
        {"witness W %0\nwitness W %1\nquorum none\n", "line 2: the name is already"},
        {"witness W %0\nwitness V %0\nquorum none\n", "line 2: the key is already"},
        {"witness none %0\nquorum none\n", "taken"},
        {"witness W\nquorum none\n", "followed by a name"},
        {"witness W %0 http://w more\nquorum none\n", "followed by a name"},
        {"witness W %0\ngroup W any W\nquorum none\n", "already used"},
        {"group G any\nquorum none\n", "followed by a name"},
        {"group G any W\nwitness W %0\nquorum none\n", "line 1: a member"},
        {"witness W %0\ngroup G 2 W\nquorum none\n", "number of its members"},
        {"witness W %0\ngroup G 0 W\nquorum none\n", "number of its members"},
        {"witness W %0\ngroup G some W\nquorum none\n", "number of its members"},
        {"witness W %0\ngroup G 1 W W\nquorum none\n", "already in a group"},
        {"witness W %0\ngroup G 1 W\ngroup H 1 W\nquorum H\n", "already in a group"},
        {"witness W %0\ngroup G any none W\nquorum none\n", "not known"},
        {"quorum none\r\n", "control character"},
        {"quorum none\n\v\n", "line 2: there is a control character"},
    };
    struct arena *arena = suite_arena();
    make_keys();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *reason = NULL;
        ck_assert_msg(parse(arena, bad[i].text, &reason) == NULL, "%s", bad[i].text);
        ck_assert_msg(strstr(reason, bad[i].reason) != NULL, "%s: %s", bad[i].text, reason);
    }
    const char *reason = NULL;
    ck_assert_ptr_null(policy_parse(arena, "quorum none\n\0", 13, &reason));
    arena_free(arena);
}
END_TEST

SUITE("policy", a_policy_names_logs_and_witnesses, a_quorum_of_groups_is_counted,
      what_is_no_policy_is_refused_with_its_line)
