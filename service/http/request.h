/* request.h - what a request says, read strictly: method, path, query, header fields, body. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads everything but the body; refuses a body that will not fit or is not JSON before it is
   read. */
__attribute__((warn_unused_result)) bool request_read_head(struct exchange *x);
/* Checks the body that has arrived. */
__attribute__((warn_unused_result)) bool request_read_body(struct exchange *x);

/* Splits a target as received into path and query of x; public for its tests and the fuzzer. */
__attribute__((warn_unused_result)) bool request_read_target(struct exchange *x,
                                                             const char *target);
