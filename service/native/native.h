/* native.h - the closed list of endpoints that are not one statement. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* Finds the handler for x->method and x->path; fills native, route and captures. */
__attribute__((warn_unused_result)) bool native_route(struct exchange *x);
/* Who makes an answer of a statement's rows; NULL for RENDER_NONE. */
exchange_render_fn native_renderer(enum renderer renderer);
/* Mask of 1u << enum method that are offered at the path. */
unsigned native_methods(const char *path);
