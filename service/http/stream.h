/* stream.h - answers that are told piece by piece. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

struct MHD_Response;

/* Whether the response has anything to send. */
bool stream_has_body(const struct response *response);
/* Makes bytes ready in pieces->text from pieces->taken on, the next piece when the present one is
   gone; false when there are no more, or when one did not fit into its text (`full` says so). */
bool stream_advance(struct pieces *pieces);
/* The response's pieces as they are, told when the client takes them: a long answer does not hold
   the loop, and is never in memory as a whole. NULL when memory is out. */
struct MHD_Response *stream_start(struct exchange *x);
