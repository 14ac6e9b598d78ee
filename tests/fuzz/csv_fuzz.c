/* csv_fuzz.c - CSV bodies: whatever comes, what is handed on is JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/csv.h"

#include "fuzz/fuzz.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    struct text out = text_open(x->arena, (size_t)4 << 20);
    const char *bytes = arena_copy_bytes(x->arena, data, size);
    MUST(bytes != NULL);
    if (csv_write_json(&out, bytes, size, &x->problem) && !out.full) {
        json_t *rows = json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES, NULL);
        MUST(json_is_array(rows));
        for (size_t i = 0; i < json_array_size(rows); i++)
            MUST(json_is_object(json_array_get(rows, i)));
        json_decref(rows);
    } else {
        MUST(out.full || problem_is_set(&x->problem));
    }
    for (const struct fault *fault = x->problem.first_fault; fault != NULL; fault = fault->next)
        MUST(fault->rule != NULL && fault->detail != NULL && fault->name != NULL);
    arena_free(x->arena);
    return 0;
}
