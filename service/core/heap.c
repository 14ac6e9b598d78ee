/* heap.c - the heap for libraries that let us choose one, and whether it has failed them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/heap.h"

#include <stdlib.h>

static _Thread_local bool failed;

void *heap_take(size_t bytes)
{
    void *memory = malloc(bytes);
    failed = failed || memory == NULL;
    return memory;
}

void heap_give(void *memory)
{
    free(memory);
}

bool heap_has_failed(void)
{
    const bool has_failed = failed;
    failed = false;
    return has_failed;
}
