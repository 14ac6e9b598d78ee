/* iati_fuzz.c - IATI files, in pieces of any size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/iati_read.h"

#include "fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

struct giver {
    const uint8_t *data;
    size_t left;
    size_t piece;
};

static ssize_t give(void *context, void *buffer, size_t room)
{
    struct giver *giver = context;
    size_t count = giver->left < giver->piece ? giver->left : giver->piece;
    count = count < room ? count : room;
    memcpy(buffer, giver->data, count);
    giver->data += count;
    giver->left -= count;
    return (ssize_t)count;
}

/* What is taken is JSON, always. */
static bool take(void *context, const struct iati_activity *activity, struct problem *problem)
{
    (void)context;
    (void)problem;
    MUST(activity->identifier != NULL && activity->line > 0);
    if (!activity->is_too_large) {
        json_t *json = json_loads(activity->json, 0, NULL);
        MUST(json != NULL);
        json_decref(json);
    }
    return true;
}

/* The first byte is the size of the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    if (size > 0) {
        struct giver giver = {data + 1, size - 1, (size_t)data[0] * 16 + 1};
        const struct iati_source source = {.give = give, .take = take, .context = &giver};
        struct iati_file file;
        MUST(iati_read(&source, &file, &x->problem) == !problem_is_set(&x->problem));
    }
    arena_free(x->arena);
    return 0;
}
