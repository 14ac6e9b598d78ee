/* visit.h - what only the http room knows of an exchange. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daemon;
struct client;

enum stage {
    STAGE_HEAD,    /* the request line has arrived */
    STAGE_BODY,    /* the head was accepted */
    STAGE_WAITING, /* suspended */
    STAGE_ANSWER   /* the response is ready or sent */
};

/* The exchange comes first: a pointer to it is a pointer to its visit. */
struct visit {
    struct exchange x;
    struct daemon *daemon;
    struct client *client;
    enum stage stage;
    const char *target;  /* as received, query included */
    const char *behind;  /* the target, in the library's buffer */
    const char *version; /* "HTTP/1.1" */
    const char *verb;    /* method as received */
    bool has_body;       /* Content-Length above 0 or a chunked body */
    struct text body;
    size_t received; /* body bytes, those that did not fit included */
};

/* The visit an exchange belongs to. */
static inline struct visit *visit_of(struct exchange *x)
{
    return (struct visit *)(void *)x;
}
