/* canonical_command.h - `aidledger canonical`. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* Reads JSON values, one a line, and prints the canonical form of each, or with --hash its leaf
   hash. A value outside the profile leaves an empty line and a sentence on standard error. Returns
   the exit status. */
int canonical_command(int count, char **words, const struct config *config);
