/* heap.h - the heap for libraries that let us choose one, and whether it has failed them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* jansson reports some of its failed allocations as mistakes in the text it reads; a client must
   not be blamed for them. */

/* Like malloc, and notes a failure for this thread. */
void *heap_take(size_t bytes);
/* Like free. */
void heap_give(void *memory);
/* Whether heap_take has failed this thread since it was last asked. */
bool heap_has_failed(void);
