/* linger.h - sees off clients that were answered before they had sent everything. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"

#include <stdint.h>

/* Closing a socket on which bytes are still coming makes the kernel reset the connection, and the
   reset may overtake the answer that says why. So the sending side is closed, and what still comes
   is thrown away for a short while (RFC 9112 §9.6). */
struct lingerers;

/* In the arena; NULL when it is full. */
__attribute__((warn_unused_result)) struct lingerers *lingerers_open(struct arena *arena,
                                                                     int epoll);
/* Keeps the connection behind fd, which stays the caller's to close. When too many linger already
   this one does not. */
void linger(struct lingerers *lingerers, int fd);
/* Ends those whose time is over. */
void lingerers_tick(struct lingerers *lingerers, int64_t now_ms);
/* Ends all. NULL is fine. */
void lingerers_close(struct lingerers *lingerers);
