/* leaf.h - the bytes of a leaf: whether they are one, and what they say. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/merkle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEAF_UUID_BYTES = 16 };

/* A part of the leaf. */
struct leaf_span {
    const char *at;
    size_t count;
};

/* What every leaf says of itself; the spans point into its bytes. */
struct leaf {
    struct leaf_span log;  /* the origin; as written between the quotes, like the other texts */
    struct leaf_span kind; /* "commitment.created" */
    struct leaf_span at;   /* when it was recorded */
    unsigned char aggregate[LEAF_UUID_BYTES];
    uint32_t version;
    bool has_prev;
    struct merkle_hash prev; /* of the statement before about the same */
    struct leaf_span open;   /* the object "public" */
};

/* Whether the bytes are a JSON object in the one form that is hashed: that of canonical.h. False
   with a sentence. It takes no memory, whatever the bytes are. */
__attribute__((warn_unused_result)) bool leaf_is_canonical(const char *bytes, size_t count,
                                                           const char **reason);
/* Reads the leaf; false with a sentence when it is not canonical, or lacks what a leaf has. */
__attribute__((warn_unused_result)) bool leaf_read(const char *bytes, size_t count,
                                                   struct leaf *leaf, const char **reason);
/* Whether the text between the quotes is this one; for texts that need no escapes. */
bool leaf_is(const struct leaf_span *span, const char *text);
