/* site.h - where a service is reached from anywhere: the address that goes onto paper. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* Whether the text may stand as one: http or https, a host, perhaps a port and a path, no slash at
   the end; nothing else that a URL may have, for it is printed, scanned and continued. */
bool site_is_good(const char *text);
