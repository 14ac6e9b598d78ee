/* condition.h - under which conditions a write is asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* Ends the entity tag of a compressed representation, which is another one (RFC 9110 §8.8.3.3). */
#define CONDITION_GZIP "-gzip"

/* Reads Idempotency-Key and If-Match of a write as its statement wants them, and refuses a body
   nobody would read. */
__attribute__((warn_unused_result)) bool condition_read(struct exchange *x);
/* Whether If-None-Match names the tag, so that the client has this already (RFC 9110 §13.1.2). */
bool condition_is_unchanged(const char *if_none_match, const char *etag);
