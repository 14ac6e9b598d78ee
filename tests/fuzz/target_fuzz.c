/* target_fuzz.c - request targets: paths, percent-encoding, queries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"
#include "http/request.h"

#include "fuzz/fuzz.h"

#include <string.h>

static void check_text(const char *text)
{
    MUST(text_is_utf8(text, strlen(text)));
    for (; *text != '\0'; text++)
        MUST((unsigned char)*text >= 0x20 && *text != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    const char *target = fuzz_string(x->arena, data, size);
    const bool read = request_read_target(x, target);
    MUST(read == !problem_is_set(&x->problem));
    if (read) {
        /* One spelling for one path, whatever was sent. */
        MUST(x->path[0] == '/' && strstr(x->path, "//") == NULL && strchr(x->path, '\\') == NULL);
        MUST(strstr(x->path, "/../") == NULL && strstr(x->path, "/./") == NULL);
        check_text(x->path);
        MUST(x->query_count <= QUERY_MAX);
        for (size_t i = 0; i < x->query_count; i++) {
            check_text(x->query[i].name);
            check_text(x->query[i].value);
        }
    }
    arena_free(x->arena);
    return 0;
}
