/* courtesy.h - a process whose work can wait lets those pass who cannot. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From now on this process takes a lower priority and, while it computes, offers its core every 200
   microseconds to whoever waits for it, which costs it a tenth of its time. Priority alone is not
   enough: it says how large a share is, not how soon others come to theirs, and a stretch of
   computing undisturbed is several point reads long. Beside others who never wait it keeps the
   share of its priority. Takes SIGALRM; calls that the signal interrupts go on. */
void courtesy_begin(void);
