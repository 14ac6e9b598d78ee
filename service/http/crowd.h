/* crowd.h - how many connections each address has, over all loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/address.h"
#include "core/arena.h"

#include <stdbool.h>

/* Shared by every loop; nobody waits for anybody. */
struct crowd;

/* In the arena; NULL when it is full. */
__attribute__((warn_unused_result)) struct crowd *crowd_make(struct arena *arena);
/* Connections of the address at present. Never too few; too many only when each of its places is
   shared with other busy addresses, which they cannot choose. */
unsigned crowd_count(const struct crowd *crowd, const struct address *address);
/* One more. */
void crowd_join(struct crowd *crowd, const struct address *address);
/* One less; once for each crowd_join. */
void crowd_leave(struct crowd *crowd, const struct address *address);
