/* sequencer.h - gives committed ledger entries their leaf indexes, for ever. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

#include <stdbool.h>

/* Runs until SIGTERM or SIGINT, which must be blocked by the caller; reconnects by itself. False
   when the settings do not allow it to run at all. */
__attribute__((warn_unused_result)) bool sequencer_run(const struct config *config);
