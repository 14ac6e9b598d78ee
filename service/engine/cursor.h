/* cursor.h - where the next page of a list begins, sealed so that nobody builds on its inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"

/* The cursor a client sees: base64url of a checksum and the payload. NULL when memory is out. */
__attribute__((warn_unused_result)) const char *
cursor_seal(struct arena *arena, const char *statement, const char *payload);
/* The payload of a cursor made by the same statement; NULL for anything else. */
__attribute__((warn_unused_result)) const char *
cursor_open(struct arena *arena, const char *statement, const char *cursor);
