/* random.h - randomness from the system. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Fills the bytes; ends the program when the system has no randomness, for then nothing it does
   would be safe. */
void random_fill(void *bytes, size_t count);
