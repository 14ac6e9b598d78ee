/* body_fuzz.c - JSON bodies against every schema of the contract. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalogue/catalogue.h"
#include "core/config.h"
#include "engine/bind.h"
#include "engine/schema.h"

#include "fuzz/fuzz.h"

#include <string.h>

static const struct schemas *compiled(const struct statement **statements, size_t *count)
{
    static const struct schemas *schemas;
    static const struct statement *known;
    static size_t known_count;
    static struct arena *arena; /* kept, or the leak check would miss it */
    if (schemas == NULL) {
        char reason[256];
        arena = arena_make((size_t)64 << 20);
        known = catalogue_statements(&known_count);
        schemas = schemas_compile(arena, catalogue_page("api/openapi.json"), known, known_count,
                                  reason, sizeof reason);
        MUST(schemas != NULL);
    }
    *statements = known;
    *count = known_count;
    return schemas;
}

/* The first byte chooses the statement, the others are its body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct statement *statements = NULL;
    size_t count = 0;
    const struct schemas *schemas = compiled(&statements, &count);
    struct exchange *x = fuzz_exchange();
    size_t skip = size > 0 ? data[0] : 0;
    for (size_t i = 0; size > 0; i = (i + 1) % count) {
        if (statements[i].body_schema == NULL)
            continue;
        if (skip-- > 0)
            continue;
        x->statement = &statements[i];
        break;
    }
    if (x->statement != NULL) {
        x->schemas = schemas;
        x->body = fuzz_string(x->arena, data + 1, size - 1);
        x->body_bytes = size - 1;
        for (size_t i = 0; i < x->statement->parameter_count; i++)
            if (x->statement->parameters[i].source == SOURCE_PATH)
                x->captures[x->capture_count++] = (struct field){
                    x->statement->parameters[i].name, "0192f0c1-2b3c-4d5e-8f90-123456789abc"};
        MUST(bind_exchange(x) == !problem_is_set(&x->problem));
        /* A refusal says what is wrong and where. */
        for (const struct fault *fault = x->problem.first_fault; fault != NULL; fault = fault->next)
            MUST(fault->rule != NULL && fault->detail != NULL && fault->name != NULL);
    }
    arena_free(x->arena);
    return 0;
}
