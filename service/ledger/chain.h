/* chain.h - whether the statements about each thing follow each other without gap or fork. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/leaf.h"

#include <stdbool.h>
#include <stddef.h>

struct chains;

/* Empty; it grows by some 100 bytes with each aggregate. NULL when memory is out. */
__attribute__((warn_unused_result)) struct chains *chains_make(void);
/* Frees it; NULL is fine. */
void chains_free(struct chains *chains);
/* Adds a leaf with its hash, in the order of the log. False with a sentence when its version does
   not follow that of the leaf before about the same aggregate, or names another leaf before it. */
__attribute__((warn_unused_result)) bool chains_add(struct chains *chains, const struct leaf *leaf,
                                                    const struct merkle_hash *hash,
                                                    const char **reason);
/* How many aggregates there are. */
size_t chains_count(const struct chains *chains);
