/* condition_fuzz.c - Idempotency-Key, If-Match, If-None-Match, Accept, Accept-Encoding. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/condition.h"
#include "http/negotiate.h"
#include "http/squeeze.h"

#include "fuzz/fuzz.h"

#include <string.h>

static const struct statement post = {
    .method = METHOD_POST, .kind = STATEMENT_WRITE, .etag = ETAG_OPTIONAL};

static void read_key(const char *text)
{
    struct exchange *x = fuzz_exchange();
    x->statement = &post;
    x->method = METHOD_POST;
    x->idempotency_key = text;
    if (condition_read(x)) {
        const size_t length = strlen(x->idempotency_key);
        MUST(length >= 1 && length <= 255);
        for (const char *at = x->idempotency_key; *at != '\0'; at++)
            MUST(*at > 0x20 && *at < 0x7F);
    }
    arena_free(x->arena);
}

static void read_tags(const char *text)
{
    struct exchange *x = fuzz_exchange();
    x->statement = &post;
    x->method = METHOD_POST;
    x->idempotency_key = "k";
    x->if_match = text;
    /* Never a way round: what is read is a list of tags, or "-" which nothing matches. */
    if (condition_read(x))
        MUST(x->if_match != NULL && x->if_match[0] != '\0' && strchr(x->if_match, '"') == NULL);
    arena_free(x->arena);
    (void)condition_is_unchanged(text, "1");
}

static void read_accept(const char *text)
{
    struct exchange *x = fuzz_exchange();
    x->offers = 1U << FORMAT_JSON | 1U << FORMAT_CSV;
    x->accept = text;
    if (negotiate_format(x))
        MUST(x->format == FORMAT_JSON || x->format == FORMAT_CSV);
    arena_free(x->arena);
    const int quality = negotiate_quality(text, strlen(text));
    MUST(quality >= 0 && quality <= 1000);
    (void)squeeze_is_accepted(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    const char *text = fuzz_string(x->arena, data, size);
    read_key(text);
    read_tags(text);
    read_accept(text);
    arena_free(x->arena);
    return 0;
}
