/* policy.c - which logs and witnesses are trusted, and how many must agree (C2SP tlog-policy). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/policy.h"

#include "core/number.h"

#include <assert.h>
#include <string.h>

enum { WORDS_MAX = 3 + POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX, NO_MEMBER = -1 };

struct reader {
    struct arena *arena;
    struct policy *policy;
    const char **reason;
    size_t line;
    bool is_listed[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX]; /* in some group */
    char *words[WORDS_MAX];
    size_t count;
};

/* A sentence with the line it is about. */
static bool refuse(struct reader *reader, const char *sentence)
{
    const char *reason = arena_format(reader->arena, "line %zu: %s", reader->line, sentence);
    *reader->reason = reason != NULL ? reason : sentence;
    return false;
}

/* ---------------------------------------------------------------- names */

/* The member of this name, or NO_MEMBER. */
static int find_member(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->witness_count; i++)
        if (strcmp(policy->witnesses[i].name, name) == 0)
            return (int)i;
    for (size_t i = 0; i < policy->group_count; i++)
        if (strcmp(policy->groups[i].name, name) == 0)
            return (int)(POLICY_WITNESSES_MAX + i);
    return NO_MEMBER;
}

static bool is_free(struct reader *reader, const char *name)
{
    if (strcmp(name, "none") == 0)
        return refuse(reader, "the name \"none\" is taken: it is the quorum of nobody");
    if (find_member(reader->policy, name) != NO_MEMBER)
        return refuse(reader, "the name is already used");
    return true;
}

/* ---------------------------------------------------------------- lines */

static bool is_same_key(const struct note_verifier *one, const struct note_verifier *other)
{
    return memcmp(one->public_key, other->public_key, NOTE_PUBLIC_BYTES) == 0;
}

static bool read_key(struct reader *reader, const char *vkey, enum note_type type,
                     struct note_verifier *verifier)
{
    const char *reason = NULL;
    if (!note_verifier_parse(vkey, verifier, &reason))
        return refuse(reader, reason);
    if (verifier->type != type)
        return refuse(reader, type == NOTE_ED25519
                                  ? "the key is not of the type logs sign with"
                                  : "the key is not of the type witnesses sign with");
    return true;
}

/* So that what is behind it can be put there. */
static const char *without_slash(char *url)
{
    for (size_t length = strlen(url); length > 0 && url[length - 1] == '/'; length--)
        url[length - 1] = '\0';
    return url;
}

/* log <vkey> [<url>] */
static bool read_log(struct reader *reader)
{
    struct policy *policy = reader->policy;
    if (reader->count < 2 || reader->count > 3)
        return refuse(reader, "\"log\" is followed by a key and perhaps a URL");
    if (policy->log_count == POLICY_LOGS_MAX)
        return refuse(reader, "there are too many logs");
    struct policy_log *log = &policy->logs[policy->log_count];
    if (!read_key(reader, reader->words[1], NOTE_ED25519, &log->verifier))
        return false;
    for (size_t i = 0; i < policy->log_count; i++)
        if (is_same_key(&policy->logs[i].verifier, &log->verifier))
            return refuse(reader, "the key is already that of a log");
    log->url = reader->count == 3 ? without_slash(reader->words[2]) : NULL;
    policy->log_count++;
    return true;
}

/* witness <name> <vkey> [<url>] */
static bool read_witness(struct reader *reader)
{
    struct policy *policy = reader->policy;
    if (reader->count < 3 || reader->count > 4)
        return refuse(reader, "\"witness\" is followed by a name, a key and perhaps a URL");
    if (policy->witness_count == POLICY_WITNESSES_MAX)
        return refuse(reader, "there are too many witnesses");
    struct policy_witness *witness = &policy->witnesses[policy->witness_count];
    if (!is_free(reader, reader->words[1]) ||
        !read_key(reader, reader->words[2], NOTE_COSIGNATURE, &witness->verifier))
        return false;
    for (size_t i = 0; i < policy->witness_count; i++)
        if (is_same_key(&policy->witnesses[i].verifier, &witness->verifier))
            return refuse(reader, "the key is already that of a witness");
    witness->name = reader->words[1];
    witness->url = reader->count == 4 ? without_slash(reader->words[3]) : NULL;
    policy->witness_count++;
    return true;
}

/* "all", "any" or how many. */
static bool read_threshold(struct reader *reader, const char *word, struct policy_group *group)
{
    int64_t number = 0;
    if (strcmp(word, "all") == 0)
        number = (int64_t)group->member_count;
    else if (strcmp(word, "any") == 0)
        number = 1;
    else if (!number_parse(word, 1, (int64_t)group->member_count, &number))
        return refuse(reader, "a group needs \"all\", \"any\" or a number of its members");
    group->threshold = (size_t)number;
    return true;
}

/* group <name> all|any|<k> <name>... */
static bool read_group(struct reader *reader)
{
    struct policy *policy = reader->policy;
    if (reader->count < 4)
        return refuse(reader, "\"group\" is followed by a name, how many are needed, and members");
    if (policy->group_count == POLICY_GROUPS_MAX)
        return refuse(reader, "there are too many groups");
    struct policy_group *group = &policy->groups[policy->group_count];
    if (!is_free(reader, reader->words[1]))
        return false;
    for (size_t i = 3; i < reader->count; i++) {
        const int member = find_member(policy, reader->words[i]);
        if (member == NO_MEMBER)
            return refuse(reader, "a member of the group is not known yet");
        if (reader->is_listed[member])
            return refuse(reader, "a member of the group is already in a group");
        reader->is_listed[member] = true;
        group->members[group->member_count++] = (size_t)member;
    }
    if (!read_threshold(reader, reader->words[2], group))
        return false;
    group->name = reader->words[1];
    policy->group_count++;
    return true;
}

/* quorum <name> */
static bool read_quorum(struct reader *reader)
{
    struct policy *policy = reader->policy;
    if (reader->count != 2)
        return refuse(reader, "\"quorum\" is followed by one name");
    if (policy->has_quorum)
        return refuse(reader, "there is a quorum already");
    policy->has_quorum = true;
    policy->is_quorum_none = strcmp(reader->words[1], "none") == 0;
    if (policy->is_quorum_none)
        return true;
    const int member = find_member(policy, reader->words[1]);
    if (member == NO_MEMBER)
        return refuse(reader, "the quorum is not known yet");
    policy->quorum = (size_t)member;
    return true;
}

static bool split(struct reader *reader, char *line)
{
    static const char blanks[] = " \t";
    reader->count = 0;
    for (line += strspn(line, blanks); *line != '\0'; line += strspn(line, blanks)) {
        if (reader->count == WORDS_MAX)
            return refuse(reader, "the line is too long");
        reader->words[reader->count++] = line;
        line += strcspn(line, blanks);
        if (*line != '\0')
            *line++ = '\0';
    }
    return true;
}

static bool read_line(struct reader *reader, char *line)
{
    static const struct {
        const char *word;
        bool (*read)(struct reader *reader);
    } kinds[] = {{"log", read_log},
                 {"witness", read_witness},
                 {"group", read_group},
                 {"quorum", read_quorum}};
    for (const char *at = line; *at != '\0'; at++)
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7F)
            return refuse(reader, "there is a control character");
    if (!split(reader, line))
        return false;
    if (reader->count == 0 || reader->words[0][0] == '#')
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].word, reader->words[0]) == 0)
            return kinds[i].read(reader);
    return refuse(reader, "a line begins with log, witness, group, quorum or #");
}

const struct policy *policy_parse(struct arena *arena, const char *bytes, size_t count,
                                  const char **reason)
{
    struct reader *reader = arena_alloc(arena, sizeof *reader);
    char *text = arena_copy_bytes(arena, bytes, count);
    struct policy *policy = arena_alloc(arena, sizeof *policy);
    if (reader == NULL || text == NULL || policy == NULL) {
        *reason = "out of memory";
        return NULL;
    }
    *reader = (struct reader){.arena = arena, .policy = policy, .reason = reason};
    if (strlen(text) != count) {
        *reason = "there is a zero byte";
        return NULL;
    }
    while (*text != '\0') {
        char *end = strchr(text, '\n');
        reader->line++;
        if (end == NULL) {
            (void)refuse(reader, "the last line does not end");
            return NULL;
        }
        *end = '\0';
        if (!read_line(reader, text))
            return NULL;
        text = end + 1;
    }
    if (!policy->has_quorum) {
        *reason = "there is no line \"quorum\"";
        return NULL;
    }
    return policy;
}

/* ---------------------------------------------------------------- the quorum */

/* Groups are made of what stands before them, so one pass in their order is enough. */
bool policy_is_met(const struct policy *policy, const bool cosigned[POLICY_WITNESSES_MAX])
{
    bool has[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX] = {false};
    assert(policy->has_quorum);
    memcpy(has, cosigned, policy->witness_count * sizeof has[0]);
    for (size_t i = 0; i < policy->group_count; i++) {
        const struct policy_group *group = &policy->groups[i];
        size_t count = 0;
        for (size_t j = 0; j < group->member_count; j++)
            count += has[group->members[j]] ? 1 : 0;
        has[POLICY_WITNESSES_MAX + i] = count >= group->threshold;
    }
    return policy->is_quorum_none || has[policy->quorum];
}
