/* arena.c - memory that lives exactly as long as one exchange. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 8192 /* holds all of a typical read; larger requests get a block of their own */
};

struct block {
    struct block *next;
    size_t room;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *next;
    arena_defer_fn release;
    void *object;
};

struct arena {
    struct block *blocks; /* the newest first; only that one still hands out */
    struct deferred *deferred;
    size_t cap;
    size_t used;
    bool is_short;
};

static bool add_block(struct arena *arena, size_t bytes)
{
    const size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct block *block = malloc(sizeof *block + room);
    if (block == NULL)
        return false;
    block->next = arena->blocks;
    block->room = room;
    block->used = 0;
    arena->blocks = block;
    return true;
}

struct arena *arena_make(size_t cap_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL)
        return NULL;
    arena->cap = cap_bytes;
    return arena;
}

static void run_deferred(struct arena *arena)
{
    struct deferred *entry = arena->deferred;
    arena->deferred = NULL;
    for (; entry != NULL; entry = entry->next)
        entry->release(entry->object);
}

void arena_reset(struct arena *arena)
{
    run_deferred(arena);
    /* One ordinary block is kept: the next exchange needs it at once. */
    struct block *kept = NULL;
    while (arena->blocks != NULL) {
        struct block *block = arena->blocks;
        arena->blocks = block->next;
        if (kept == NULL && block->room == BLOCK_BYTES)
            kept = block;
        else
            free(block);
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    arena->blocks = kept;
    arena->used = 0;
    arena->is_short = false;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    arena_reset(arena);
    free(arena->blocks);
    free(arena);
}

static void *hand_out(struct arena *arena, size_t bytes)
{
    const size_t unit = alignof(max_align_t);
    if (bytes > arena->cap)
        return NULL;
    const size_t whole = (bytes + unit - 1) / unit * unit;
    if (whole > arena->cap - arena->used)
        return NULL;
    if ((arena->blocks == NULL || arena->blocks->room - arena->blocks->used < whole) &&
        !add_block(arena, whole))
        return NULL;
    struct block *block = arena->blocks;
    void *memory = block->bytes + block->used;
    block->used += whole;
    arena->used += whole;
    return memset(memory, 0, whole);
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    void *memory = hand_out(arena, bytes);
    arena->is_short = arena->is_short || memory == NULL;
    return memory;
}

char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t count)
{
    assert(count < SIZE_MAX);
    char *copy = arena_alloc(arena, count + 1);
    if (copy != NULL && count > 0)
        memcpy(copy, bytes, count);
    return copy;
}

char *arena_copy(struct arena *arena, const char *string)
{
    return arena_copy_bytes(arena, string, strlen(string));
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *string = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (string == NULL)
        return NULL;
    va_start(arguments, format);
    (void)vsnprintf(string, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return string;
}

bool arena_defer(struct arena *arena, arena_defer_fn release, void *object)
{
    struct deferred *entry = arena_alloc(arena, sizeof *entry);
    if (entry == NULL) {
        release(object);
        return false;
    }
    entry->next = arena->deferred;
    entry->release = release;
    entry->object = object;
    arena->deferred = entry;
    return true;
}

bool arena_is_short(const struct arena *arena)
{
    return arena->is_short;
}

void arena_mark_short(struct arena *arena)
{
    arena->is_short = true;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
