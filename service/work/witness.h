/* witness.h - `aidledger witness`: cosigns checkpoints that agree with all it saw before. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* `witness init` makes a key; without it, answers POST /add-checkpoint until SIGTERM. Needs no
   database. Returns the exit status. */
int witness_command(int count, char **words, const struct config *config);
