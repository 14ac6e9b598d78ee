/* uuid.h - random identifiers (RFC 9562 version 4). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/principal.h"

/* Writes a fresh identifier in its canonical text form. */
void uuid_make(char uuid[UUID_BYTES]);
