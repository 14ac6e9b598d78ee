/* prometheus.h - what the loops have counted, as Prometheus reads it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* The text exposition format 0.0.4, all loops added up. */
bool prometheus_render(struct exchange *x);
