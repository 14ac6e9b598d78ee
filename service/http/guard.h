/* guard.h - refuses requests whose framing two programs could read in two ways. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* Looks at version, target and header fields before anything is believed. A refusal closes the
   connection: what follows on it can no longer be told from the body of this request. */
__attribute__((warn_unused_result)) bool guard_check(struct exchange *x);
