/* listener.h - the socket that clients connect to. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>

/* Binds and listens; -1 with a reason. reuse_port shares the port with other loops. */
__attribute__((warn_unused_result)) int listener_open(const struct config *config, bool reuse_port,
                                                      char *reason, size_t reason_bytes);
/* The port a listener got. */
int listener_port(int listener);
