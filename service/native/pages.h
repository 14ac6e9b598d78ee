/* pages.h - documents that were compiled in. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"

#include <stdbool.h>

/* The contract. */
bool pages_openapi(struct exchange *x);
/* The stylesheet of every page. */
bool pages_style(struct exchange *x);
/* What a problem's type URI says. */
bool pages_problem(struct exchange *x);
/* The page that verifies reports in the reader's browser, and the files it is made of. */
bool pages_verify(struct exchange *x);
bool pages_verify_file(struct exchange *x);
/* Where everything begins. */
bool pages_index(struct exchange *x);
