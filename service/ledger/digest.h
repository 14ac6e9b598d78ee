/* digest.h - SHA-256 of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_HEX_BYTES = 65 /* with its end */ };

/* The SHA-256 of a file's bytes in lower-case hex; the file may be of any length. False with a
   reason when it cannot be read. */
__attribute__((warn_unused_result)) bool digest_file(const char *path, char hex[DIGEST_HEX_BYTES],
                                                     char *reason, size_t reason_bytes);
