/* respond.h - sends what an exchange has come to. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* Turns x->problem, when it is set, into x->response: the only place that writes
   application/problem+json. */
void respond_render_problem(struct exchange *x);
/* Turns a 200 the client has already into 304, and completes what depends on the request. */
void respond_finish(struct exchange *x);
/* Queues x->response. False: nothing can be sent, the connection is of no use any more. */
__attribute__((warn_unused_result)) bool respond_send(struct exchange *x);
