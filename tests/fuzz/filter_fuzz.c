/* filter_fuzz.c - queries of lists: from the target to the statement's parameters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalogue/catalogue.h"
#include "engine/bind.h"
#include "http/request.h"

#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

/* The first byte chooses the list, the others are its query. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = 0;
    const struct statement *statements = catalogue_statements(&count);
    struct exchange *x = fuzz_exchange();
    size_t at = size > 0 ? data[0] % count : 0;
    while (statements[at].kind != STATEMENT_LIST && statements[at].kind != STATEMENT_REPORT)
        at = (at + 1) % count;
    const char *query = size > 0 ? fuzz_string(x->arena, data + 1, size - 1) : "";
    const char *target = arena_format(x->arena, "/v1/x?%s", query);
    if (target != NULL && request_read_target(x, target)) {
        x->statement = &statements[at];
        for (size_t i = 0; i < x->statement->parameter_count; i++)
            if (x->statement->parameters[i].source == SOURCE_PATH)
                x->captures[x->capture_count++] =
                    (struct field){x->statement->parameters[i].name, "C11"};
        MUST(bind_exchange(x) == !problem_is_set(&x->problem));
    }
    arena_free(x->arena);
    return 0;
}
