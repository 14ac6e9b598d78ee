/* durable.h - files that are there whole, or as they were before, whatever happens meanwhile. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Gives the file at path these contents and mode: written beside it, synced, moved into place, and
   the folder synced, so that it survives a power cut once this is true. False with errno when any
   of that failed: the file is then the old or the new one, never half of it. */
__attribute__((warn_unused_result)) bool durable_write(const char *path, const void *bytes,
                                                       size_t count, mode_t mode);
