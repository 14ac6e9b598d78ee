/* squeeze.c - answers as gzip, for clients on thin lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/squeeze.h"

#include "http/negotiate.h"

#include <microhttpd.h>
#include <string.h>
#include <zlib.h>

enum {
    WORTH_BYTES = 1024,   /* less fits into one packet anyway */
    BLOCK_BYTES = 32768,  /* compressed at once: about a millisecond */
    LEVEL = 1,            /* most of the gain, a quarter of the time */
    GZIP_WINDOW = 15 + 16 /* zlib's way to ask for the gzip format */
};

struct squeeze {
    z_stream stream;
    struct arena *arena;
};

bool squeeze_is_accepted(const char *accept_encoding)
{
    int gzip = -1;
    int any = -1;
    const char *at = accept_encoding != NULL ? accept_encoding : "";
    while (*at != '\0') {
        at += strspn(at, ", \t");
        const size_t size = strcspn(at, ",");
        const size_t name = strcspn(at, "; \t,");
        const int quality = negotiate_quality(at + name, size - name);
        if ((name == 4 && strncasecmp(at, "gzip", name) == 0) ||
            (name == 6 && strncasecmp(at, "x-gzip", name) == 0))
            gzip = quality;
        else if (name == 1 && *at == '*')
            any = quality;
        at += size;
    }
    return gzip > 0 || (gzip < 0 && any > 0);
}

bool squeeze_pays(const struct response *response)
{
    return response->body_bytes >= WORTH_BYTES;
}

static void *take_memory(void *arena, unsigned items, unsigned size)
{
    return arena_alloc(arena, (size_t)items * size);
}

static void leave_memory(void *arena, void *memory)
{
    (void)arena; /* it goes with the exchange */
    (void)memory;
}

static ssize_t give_block(void *cls, uint64_t position, char *block, size_t size)
{
    struct squeeze *squeeze = cls;
    (void)position;
    squeeze->stream.next_out = (Bytef *)block;
    squeeze->stream.avail_out = (uInt)size;
    const int outcome = deflate(&squeeze->stream, Z_FINISH);
    const size_t given = size - squeeze->stream.avail_out;
    if (given > 0)
        return (ssize_t)given;
    return outcome == Z_STREAM_END ? MHD_CONTENT_READER_END_OF_STREAM
                                   : MHD_CONTENT_READER_END_WITH_ERROR;
}

struct MHD_Response *squeeze_start(struct exchange *x)
{
    struct squeeze *squeeze = arena_alloc(x->arena, sizeof *squeeze);
    if (squeeze == NULL || x->response.body_bytes > UINT32_MAX)
        return NULL;
    squeeze->stream.zalloc = take_memory;
    squeeze->stream.zfree = leave_memory;
    squeeze->stream.opaque = x->arena;
    if (deflateInit2(&squeeze->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return NULL;
    /* zlib's type lacks a const that it keeps to. */
    union {
        const char *given;
        Bytef *taken;
    } body = {.given = x->response.body};
    squeeze->stream.next_in = body.taken;
    squeeze->stream.avail_in = (uInt)x->response.body_bytes;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give_block, squeeze,
                                             NULL);
}
