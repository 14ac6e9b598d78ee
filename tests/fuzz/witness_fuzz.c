/* witness_fuzz.c - whatever a witness is sent, or a policy says, it is read or refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/policy.h"
#include "ledger/witness.h"

#include "fuzz/fuzz.h"

#include <string.h>

static void try_request(struct arena *arena, const char *bytes, size_t size)
{
    struct witness_request request;
    const char *reason = NULL;
    struct text again = text_open(arena, 1 << 20);
    if (!witness_request_parse(bytes, size, &request, &reason)) {
        MUST(reason != NULL);
        return;
    }
    MUST(request.proof.count <= WITNESS_PROOF_MAX);
    witness_request_print(&again, &request);
    MUST(again.length == size && memcmp(again.data, bytes, size) == 0);
}

/* A checkpoint that nobody trusted has signed is never cosigned, whatever stands around it. */
static void try_case(struct arena *arena, const char *bytes, size_t size)
{
    static const struct note_verifier key = {.name = "log.example/main", .type = NOTE_ED25519};
    struct witness_case *asked = arena_alloc(arena, sizeof *asked);
    const char *reason = NULL;
    MUST(asked != NULL);
    MUST(witness_read(bytes, size, &key, 1, asked, &reason) != WITNESS_COSIGN);
    MUST(reason != NULL);
}

static void try_policy(struct arena *arena, const char *bytes, size_t size)
{
    bool nobody[POLICY_WITNESSES_MAX] = {false};
    bool all[POLICY_WITNESSES_MAX];
    const char *reason = NULL;
    memset(all, true, sizeof all);
    const struct policy *policy = policy_parse(arena, bytes, size, &reason);
    if (policy == NULL) {
        MUST(reason != NULL);
        return;
    }
    MUST(policy_is_met(policy, all));
    MUST(policy_is_met(policy, nobody) == policy->is_quorum_none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    try_request(x->arena, (const char *)data, size);
    try_case(x->arena, (const char *)data, size);
    try_policy(x->arena, (const char *)data, size);
    arena_free(x->arena);
    return 0;
}
