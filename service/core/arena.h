/* arena.h - memory that lives exactly as long as one exchange. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Releases a foreign object that an arena was asked to look after. */
typedef void (*arena_defer_fn)(void *object);

/* Makes an arena that hands out at most cap_bytes; NULL when the heap is exhausted. */
__attribute__((warn_unused_result)) struct arena *arena_make(size_t cap_bytes);
/* Runs what was deferred and frees everything, the arena included; NULL is fine. */
void arena_free(struct arena *arena);
/* Runs what was deferred (latest first) and makes all the memory available again. */
void arena_reset(struct arena *arena);

/* Hands out zeroed, maximally aligned memory; NULL when the cap is reached. */
__attribute__((warn_unused_result)) void *arena_alloc(struct arena *arena, size_t bytes);
/* Copies bytes and adds a terminating zero; NULL when the cap is reached. */
__attribute__((warn_unused_result)) char *arena_copy_bytes(struct arena *arena, const void *bytes,
                                                           size_t count);
/* Copies a string; NULL when the cap is reached. */
__attribute__((warn_unused_result)) char *arena_copy(struct arena *arena, const char *string);
/* Formats a string; NULL when the cap is reached. */
__attribute__((warn_unused_result, format(printf, 2, 3))) char *
arena_format(struct arena *arena, const char *format, ...);
/* Has release(object) run when the arena is reset or freed. When that cannot be remembered the
   object is released at once and false returned, so that the caller never owns it any more. */
__attribute__((warn_unused_result)) bool arena_defer(struct arena *arena, arena_defer_fn release,
                                                     void *object);
/* Whether something that was asked for could not be handed out since it was made or reset: what was
   made meanwhile may lack a part. */
bool arena_is_short(const struct arena *arena);
/* Makes it short: memory that something beside it asked for could not be had. */
void arena_mark_short(struct arena *arena);
/* How many bytes are handed out at present. */
size_t arena_used(const struct arena *arena);
