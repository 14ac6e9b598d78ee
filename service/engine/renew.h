/* renew.h - reports that are made anew for those who ask next, while nobody waits for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <libpq-fe.h>

/* What asks for the very same as x, of the newest position, and belongs to no client: for a lane,
   which ends it with renew_end when it has come back. NULL without memory. */
__attribute__((warn_unused_result)) struct exchange *renew_make(const struct exchange *x);
/* Logs why it came to nothing, if it did, and frees all there is of it, and the result. */
void renew_end(struct exchange *x, PGresult *result);
