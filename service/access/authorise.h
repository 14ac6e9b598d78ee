/* authorise.h - who is asking, and whether the route is for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* Fills x->principal from the bearer token and refuses whoever the statement does not name. */
__attribute__((warn_unused_result)) bool access_authorise(struct exchange *x);
