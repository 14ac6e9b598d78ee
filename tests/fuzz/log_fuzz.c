/* log_fuzz.c - whatever a client sends, it stays within its value of its line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"
#include "core/text.h"

#include "fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *x = fuzz_exchange();
    struct log_line line;
    log_begin(&line, LOG_ERROR, "fuzz");
    log_text(&line, "path", fuzz_string(x->arena, data, size));
    MUST(line.length < LOG_LINE_BYTES);
    for (size_t i = 0; i < line.length; i++)
        MUST((unsigned char)line.data[i] >= 0x20 && line.data[i] != 0x7F);
    struct text json = text_open(x->arena, 1 << 20);
    text_add_json(&json, fuzz_string(x->arena, data, size));
    MUST(json.full || text_is_utf8(json.data, json.length));
    arena_free(x->arena);
    return 0;
}
