/* stream.c - answers that are told piece by piece. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/stream.h"

#include <microhttpd.h>
#include <string.h>

enum { BLOCK_BYTES = 65536 /* given to the library at once */ };

bool stream_has_body(const struct response *response)
{
    return response->body_bytes > 0 || response->pieces != NULL;
}

bool stream_advance(struct pieces *pieces)
{
    struct text *text = &pieces->text;
    while (pieces->taken == text->length && !pieces->last) {
        text->length = pieces->taken = 0;
        pieces->last = !pieces->next(pieces);
        pieces->total += text->length;
    }
    return pieces->taken < text->length && !text->full;
}

static ssize_t give_block(void *cls, uint64_t position, char *block, size_t size)
{
    struct pieces *pieces = cls;
    (void)position;
    if (!stream_advance(pieces))
        return pieces->text.full ? MHD_CONTENT_READER_END_WITH_ERROR
                                 : MHD_CONTENT_READER_END_OF_STREAM;
    const size_t left = pieces->text.length - pieces->taken;
    const size_t given = left < size ? left : size;
    memcpy(block, pieces->text.data + pieces->taken, given);
    pieces->taken += given;
    return (ssize_t)given;
}

struct MHD_Response *stream_start(struct exchange *x)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give_block,
                                             x->response.pieces, NULL);
}
