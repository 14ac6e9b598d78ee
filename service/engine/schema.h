/* schema.h - the contract's schemas, compiled, and a JSON value held against one of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/page.h"
#include "core/problem.h"
#include "core/statement.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Constant once compiled: any number of loops may check against it. */
struct schemas;

/* Compiles what the statements' bodies name below components/schemas of the OpenAPI document, and
   whatever that refers to. Lives in the arena. NULL with a reason that names the schema: one that
   is missing, or that uses a keyword this validator does not know, which would otherwise be a rule
   that is written down and never kept. */
__attribute__((warn_unused_result)) const struct schemas *
schemas_compile(struct arena *arena, const struct page *contract,
                const struct statement *statements, size_t count, char *reason,
                size_t reason_bytes);

/* Records one fault with a JSON Pointer for each place where the value does not fit the schema of
   this name; true when there is none. Numbers are integers here: a real is refused everywhere. */
bool schemas_check(const struct schemas *schemas, const char *name, const json_t *value,
                   struct problem *problem);
