/* key.h - `aidledger key`: makes, lists and revokes API keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* Runs the subcommand in words; returns the exit status. */
int key_command(int count, char **words, const struct config *config);
