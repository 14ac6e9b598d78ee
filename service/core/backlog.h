/* backlog.h - bytes of large answers that are held until they have been read, over all loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Shared by every loop; nobody waits for anybody. */
struct backlog;
struct exchange;

/* In the arena, for at most so many bytes, or for any number when that is 0; NULL when the arena is
   full. */
__attribute__((warn_unused_result)) struct backlog *backlog_make(struct arena *arena, size_t most);
/* How many are held at present. */
size_t backlog_bytes(const struct backlog *backlog);

/* Whether an answer of this size counts. What does not is always answered. */
bool backlog_counts(size_t bytes);
/* Holds bytes that count, until they are given back; one answer alone is held however large it is.
   False: x->problem says to come again later. */
__attribute__((warn_unused_result)) bool backlog_take(struct exchange *x, size_t bytes);
/* Gives back what was taken; 0 is fine. */
void backlog_give(struct backlog *backlog, size_t bytes);
/* Takes bytes if they count, and has them given back when the exchange ends. */
__attribute__((warn_unused_result)) bool backlog_hold(struct exchange *x, size_t bytes);
