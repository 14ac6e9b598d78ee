/* principal.h - who is asking, and in which capacities. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A statement's header names them in lower case; a statement's mask holds every role that may call
   it, a principal's mask every role it has. ROLE_PUBLIC admits everybody, without a key too. */
enum role {
    ROLE_PUBLIC = 1 << 0,
    ROLE_DONOR_EDITOR = 1 << 1,
    ROLE_DONOR_APPROVER = 1 << 2,
    ROLE_RECIPIENT_OFFICER = 1 << 3,
    ROLE_RECIPIENT_SIGNATORY = 1 << 4,
    ROLE_STATISTICIAN = 1 << 5,
    ROLE_STAKEHOLDER = 1 << 6,
    ROLE_AUDITOR = 1 << 7,
    ROLE_STEWARD = 1 << 8,
    ROLE_IMPORTER = 1 << 9
};

enum {
    UUID_BYTES = 37,      /* canonical text and terminator */
    ROLE_LIST_BYTES = 160 /* all role names with commas, and terminator */
};

/* Copied into the exchange: the key directory may be replaced while the exchange waits. */
struct principal {
    bool known; /* false: no key was sent, the public is asking */
    uint32_t roles;
    char id[UUID_BYTES];
    char organisation[UUID_BYTES];
    char country[3]; /* "" when the principal speaks for no country */
    char key[UUID_BYTES];
    char role_list[ROLE_LIST_BYTES]; /* as the database knows them: "donor_editor,donor_approver" */
    int64_t expires_at_s;            /* seconds since 1970 */
};
