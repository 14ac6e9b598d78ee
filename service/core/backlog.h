/* backlog.h - bytes that reports hold until they have been read, over all loops. */
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

/* Whether so many bytes of the answer count: when it is a report, and they are many. What does not
   count is never refused. */
bool backlog_counts(const struct exchange *x, size_t bytes);
/* Before its statement is sent: whether a report may be begun, which it may not while nothing that
   counts would fit, unless it holds something already. False: x->problem says to come again later.
 */
__attribute__((warn_unused_result)) bool backlog_admit(struct exchange *x);
/* Holds bytes that count, until they are given back; one answer alone is held however large it is.
   False: x->problem says to come again later. */
__attribute__((warn_unused_result)) bool backlog_take(struct exchange *x, size_t bytes);
/* Gives back what was taken; 0 is fine. */
void backlog_give(struct backlog *backlog, size_t bytes);
/* Takes bytes if they count, and has them given back when the exchange ends. */
__attribute__((warn_unused_result)) bool backlog_hold(struct exchange *x, size_t bytes);
