/* squeeze.c - answers as gzip, for clients on thin lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/squeeze.h"

#include "http/negotiate.h"
#include "http/stream.h"

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
    struct pieces *pieces; /* where more comes from; NULL when all of it is there */
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
    return response->body_bytes >= WORTH_BYTES || response->pieces != NULL;
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

/* zlib's type lacks a const that it keeps to. */
static void take_bytes(z_stream *stream, const char *bytes, size_t count)
{
    union {
        const char *given;
        Bytef *taken;
    } body = {.given = bytes};
    stream->next_in = body.taken;
    stream->avail_in = (uInt)count;
}

/* Whether there is more for the compressor, which has taken all it had. */
static bool take_piece(struct squeeze *squeeze)
{
    struct pieces *pieces = squeeze->pieces;
    if (pieces == NULL || !stream_advance(pieces))
        return false;
    take_bytes(&squeeze->stream, pieces->text.data + pieces->taken,
               pieces->text.length - pieces->taken);
    pieces->taken = pieces->text.length;
    return true;
}

static ssize_t give_block(void *cls, uint64_t position, char *block, size_t size)
{
    struct squeeze *squeeze = cls;
    z_stream *stream = &squeeze->stream;
    int outcome = Z_OK;
    (void)position;
    stream->next_out = (Bytef *)block;
    stream->avail_out = (uInt)size;
    while (stream->avail_out == size && outcome == Z_OK) {
        const bool more = squeeze->pieces != NULL && (stream->avail_in > 0 || take_piece(squeeze));
        if (squeeze->pieces != NULL && squeeze->pieces->text.full)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        outcome = deflate(stream, more ? Z_NO_FLUSH : Z_FINISH);
    }
    if (stream->avail_out < size)
        return (ssize_t)(size - stream->avail_out);
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
    squeeze->pieces = x->response.pieces;
    if (squeeze->pieces == NULL)
        take_bytes(&squeeze->stream, x->response.body, x->response.body_bytes);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give_block, squeeze,
                                             NULL);
}
