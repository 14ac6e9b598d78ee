/* clock.h - monotonic time: for deadlines and durations, never for what is recorded. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Nanoseconds since some fixed moment. */
int64_t clock_ns(void);
/* Milliseconds since the same moment. */
int64_t clock_ms(void);
