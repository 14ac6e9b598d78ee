/* number.h - whole numbers from text, all of it or nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads at most 18 decimal digits: no sign, no space, no leading zeros but "0" itself. */
__attribute__((warn_unused_result)) bool number_parse(const char *text, int64_t minimum,
                                                      int64_t maximum, int64_t *number);
