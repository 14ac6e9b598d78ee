/* policy.h - which logs and witnesses are trusted, and how many must agree (C2SP tlog-policy). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "ledger/note.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    POLICY_LOGS_MAX = 32,
    POLICY_WITNESSES_MAX = 32,
    POLICY_GROUPS_MAX = 32,
    POLICY_BYTES_MAX = 1 << 16 /* of the file */
};

struct policy_log {
    struct note_verifier verifier;
    const char *url; /* NULL when none is given */
};

struct policy_witness {
    const char *name; /* within the policy: what its groups and quorum call it */
    struct note_verifier verifier;
    const char
        *url; /* the submission prefix, without a slash at its end; NULL when none is given */
};

struct policy_group {
    const char *name;
    size_t threshold; /* how many of its members must have witnessed */
    /* Witnesses count from 0, groups from POLICY_WITNESSES_MAX. */
    size_t members[POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX];
    size_t member_count;
};

struct policy {
    struct policy_log logs[POLICY_LOGS_MAX];
    size_t log_count;
    struct policy_witness witnesses[POLICY_WITNESSES_MAX];
    size_t witness_count;
    struct policy_group groups[POLICY_GROUPS_MAX];
    size_t group_count;
    bool has_quorum;
    bool is_quorum_none; /* nobody needs to have witnessed */
    size_t quorum;       /* else this member, counted as in groups */
};

/* Reads a policy file; NULL with a sentence that names the line. It lives in the arena. */
__attribute__((warn_unused_result)) const struct policy *
policy_parse(struct arena *arena, const char *bytes, size_t count, const char **reason);
/* Whether the quorum is there, when cosigned tells for each witness that it has cosigned. */
bool policy_is_met(const struct policy *policy, const bool cosigned[POLICY_WITNESSES_MAX]);
