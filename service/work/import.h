/* import.h - `aidledger import`: records what published IATI files say. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* Runs the subcommand on the files named in words; returns the exit status. */
int import_command(int count, char **words, const struct config *config);
