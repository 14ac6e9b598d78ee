/* leaf_fuzz.c - what is read as canonical without a parser is just what is written so with one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/canonical.h"
#include "ledger/leaf.h"

#include "fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    const char *bytes = (const char *)data;
    const char *reason = NULL;
    struct leaf leaf;
    struct text text = text_open(x->arena, 1 << 20);
    const bool is_canonical = leaf_is_canonical(bytes, size, &reason);
    MUST(is_canonical == (reason == NULL));
    MUST(!leaf_read(bytes, size, &leaf, &reason) || is_canonical);
    json_t *value = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
    const bool is_written = json_is_object(value) && canonical_add(&text, value, &reason) &&
                            text.length == size && memcmp(text.data, bytes, size) == 0;
    MUST(is_canonical == is_written);
    json_decref(value);
    arena_free(x->arena);
    return 0;
}
