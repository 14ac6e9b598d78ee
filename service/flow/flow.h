/* flow.h - the walk of an exchange through the rooms: read this first. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "http/daemon.h"

/* What the daemon calls when a head, a whole request, or the end of an exchange has come. */
extern const struct daemon_hooks flow_hooks;
/* What the lanes call when a statement has come back. */
void flow_landed(struct exchange *x);
/* Goes on with an exchange that has come back: to x->then when there is one, else to its answer.
   Who was given an exchange with ROUND_LATER hands it over here, once. */
void flow_resume(struct exchange *x);
