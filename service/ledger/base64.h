/* base64.h - base64 with padding (RFC 4648 section 4), one spelling for the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Reads length characters into at most cap bytes and tells how many they were. False for anything
   that base64_print would not have written. */
__attribute__((warn_unused_result)) bool base64_parse(const char *text, size_t length, void *bytes,
                                                      size_t cap, size_t *count);
/* Room for so many bytes as text, the end included. */
size_t base64_room(size_t count);
/* Writes bytes as text, with an end. */
void base64_print(const void *bytes, size_t count, char *text, size_t room);
