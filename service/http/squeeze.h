/* squeeze.h - answers as gzip, for clients on thin lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

struct MHD_Response;

/* Whether Accept-Encoding, NULL when absent, asks for gzip rather than nothing (RFC 9110 §12.5.3).
 */
bool squeeze_is_accepted(const char *accept_encoding);
/* Whether the response is long enough to be worth it. */
bool squeeze_pays(const struct response *response);
/* The response's body, compressed piece by piece as the client takes it, so that a long one does
   not hold up the loop. Lives in the exchange's arena; NULL when memory is out. */
struct MHD_Response *squeeze_start(struct exchange *x);
