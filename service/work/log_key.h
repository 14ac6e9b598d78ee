/* log_key.h - `aidledger key init` and `key rotate`: the key that signs the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* Both return the exit status; a wrong command line is 2 and was explained. */

/* Makes the file AIDLEDGER_LOG_KEY with a first key of the log's name, or of the name given by
   --origin, which a log that holds nothing then takes for good. */
int log_key_init_command(int count, char **words, const struct config *config);
/* States a further key in the log, signed by the newest one, and adds it to the file; those before
   it sign for as many days more as --days says. */
int log_key_rotate_command(int count, char **words, const struct config *config);
