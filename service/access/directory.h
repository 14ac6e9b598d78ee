/* directory.h - the live API keys, in memory, as the database had them a moment ago. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/key.h"
#include "core/principal.h"

#include <stdbool.h>
#include <stdint.h>

/* Columns of key_directory(): keyid, secret_sha256 in hexadecimal, key, principal, organisation,
   country, roles, expires_at in seconds since 1970. */
enum { DIRECTORY_FIELDS = 8, DIRECTORY_AGE_MAX_MS = 1000 };

struct directory;

/* An empty directory that is older than anything; NULL when memory is out. */
__attribute__((warn_unused_result)) struct directory *directory_make(void);
/* Frees it; NULL is fine. */
void directory_free(struct directory *directory);

/* Begins a new edition; the one in force stays so until directory_commit. */
__attribute__((warn_unused_result)) bool directory_begin(struct directory *directory);
/* Adds a key to the new edition; false when memory is out or the row is not understood. */
__attribute__((warn_unused_result)) bool directory_add(struct directory *directory,
                                                       const char *const fields[DIRECTORY_FIELDS]);
/* Puts the new edition in force; it is as old as the moment at which it was asked for. */
void directory_commit(struct directory *directory, int64_t asked_ms);
/* How long ago the edition in force was asked for; huge when there has been none. */
int64_t directory_age_ms(const struct directory *directory, int64_t now_ms);

/* The principal whose live key this is; false when there is none. Takes the same time for an
   unknown key id as for a wrong secret. */
__attribute__((warn_unused_result)) bool directory_find(const struct directory *directory,
                                                        const struct key *key, int64_t now_s,
                                                        struct principal *principal);
