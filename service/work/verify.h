/* verify.h - `aidledger verify`: checks a log and what is proved by it, without its database. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* verify checkpoint, log, proof, consistency or report. Returns the exit status: 0 verified, 1 not
   verified, 2 wrong command line, 3 something could not be fetched or read. */
int verify_command(int count, char **words, const struct config *config);
