/* canonical.h - the one way of writing a JSON value that is hashed (RFC 8785, restricted profile).
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    CANONICAL_DEPTH_MAX = 64,  /* arrays and objects within each other */
    CANONICAL_HASH_BYTES = 32, /* SHA-256 */
    CANONICAL_LEAF_MAX = 65535 /* bytes of one leaf */
};

/* Adds the canonical form of the value. The profile knows null, booleans, strings, integers below
   2^53, arrays, and objects whose member names are lower-case ASCII letters, digits and "_". False
   with a sentence for anything else, and when the text is full; what was added is then no use. */
__attribute__((warn_unused_result)) bool canonical_add(struct text *text, const json_t *value,
                                                       const char **reason);
/* SHA-256 of 0x00 and the leaf (RFC 6962 section 2.1). */
void canonical_leaf_hash(const void *leaf, size_t bytes, unsigned char hash[CANONICAL_HASH_BYTES]);
