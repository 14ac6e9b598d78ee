/* canonical_fuzz.c - the canonical form is a fixed point, and means what it was made from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/canonical.h"

#include "fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    json_t *value =
        json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    struct text text = text_open(x->arena, 1 << 20);
    const char *reason = NULL;
    if (value != NULL && canonical_add(&text, value, &reason)) {
        json_t *again =
            json_loadb(text.data, text.length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        struct text twice = text_open(x->arena, 1 << 20);
        MUST(again != NULL && json_equal(value, again));
        MUST(canonical_add(&twice, again, &reason) && strcmp(text.data, twice.data) == 0);
        json_decref(again);
    } else {
        MUST(value == NULL || reason != NULL || text.full);
    }
    json_decref(value);
    arena_free(x->arena);
    return 0;
}
