/* negotiate.h - which representation the client wants. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>
#include <stddef.h>

/* Chooses x->format among x->offers by ?format= or Accept; offers of 0 leave the choice to the
   native handler. Runs before the statement, so that nothing is written in vain. */
__attribute__((warn_unused_result)) bool negotiate_format(struct exchange *x);
/* The media type of a format. */
const char *negotiate_type(enum format format);
/* The weight among the parameters of a range in Accept or Accept-Encoding, in thousandths; 1000
   when there is none. */
int negotiate_quality(const char *parameters, size_t size);
