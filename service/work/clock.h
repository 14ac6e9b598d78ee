/* clock.h - `aidledger clock`: states in the ledger the deadlines that have passed. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "work/job.h"

/* Several may run: one of them works at a time. */
extern const struct job job_clock;
