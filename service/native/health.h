/* health.h - is the process alive, and may it be sent requests? */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* 200 as long as the loop turns. */
bool health_process(struct exchange *x);
/* 200 when requests would be answered: database, keys and ledger are as they must be. */
bool health_service(struct exchange *x);
