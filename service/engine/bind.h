/* bind.h - turns a request into the parameters of its statement. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* Fills x->values from the path, the query and the body. Whatever is unknown, repeated, missing or
   malformed is named, all of it at once: false, and x->problem is set. */
bool bind_exchange(struct exchange *x);
