/* seal.h - `aidledger seal`: gives the log its order, builds the tree and signs it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* Runs until SIGTERM or SIGINT, which must be blocked by the caller. Returns the exit status. */
int seal_command(int count, char **words, const struct config *config);
