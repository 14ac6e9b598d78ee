/* qr.h - a square code that a telephone reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/ink.h"

#include <stdbool.h>

/* Draws the text as a QR code into the square at the place, its quiet zone included; false when it
   does not fit into one. */
__attribute__((warn_unused_result)) bool qr_draw(struct arena *arena, struct ink *ink,
                                                 const char *text, const struct box *square);
