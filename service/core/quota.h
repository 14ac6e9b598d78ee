/* quota.h - what a caller may still ask for. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* As in the RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10). */
struct quota {
    int limit;     /* requests in a minute; 0: there is no limit */
    int remaining; /* now */
    int reset_s;   /* seconds until all of it is there again */
    int retry_s;   /* seconds until there is one again, 0 when there is one */
};
