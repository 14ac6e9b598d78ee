/* file.h - whole files: read up to a cap, and replaced so that a crash leaves the old or the new.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Adds what the file holds to the text. False with a reason, errno set, when it cannot be read or
   does not fit (EFBIG). */
__attribute__((warn_unused_result)) bool file_read(struct text *text, const char *path,
                                                   char *reason, size_t reason_bytes);
/* Gives the file this content and mode. When true is returned the new content is on the disk; a
   crash before that leaves either the old file or the new one, whole. False with a reason. */
__attribute__((warn_unused_result)) bool file_replace(const char *path, const void *bytes,
                                                      size_t count, mode_t mode, char *reason,
                                                      size_t reason_bytes);
