/* courtesy.h - a process whose work can wait lets those pass who cannot. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From now on this process takes a lower priority and, five thousand times a second, offers its
   core to whoever waits for it. Priority alone is not enough: it says how large a share is, not how
   soon others come to theirs, and a stretch of computing undisturbed is several point reads long.
   Takes SIGALRM and the interval timer of the process; calls that a signal interrupts go on. */
void courtesy_begin(void);
