/* qr.c - a square code that a telephone reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/qr.h"

#include <qrencode.h>
#include <string.h>

enum {
    QUIET = 4,       /* empty modules on each side (ISO/IEC 18004) */
    TEXT_MAX = 1200, /* more makes modules too small to scan from paper */
    RUNS_MAX = 8192
};

/* The dark runs of each row. */
static size_t gather(const QRcode *code, const struct box *square, struct box *runs)
{
    const int side = square->width / (code->width + 2 * QUIET);
    const int left = square->x + (square->width - side * code->width) / 2;
    const int top = square->y + (square->height - side * code->width) / 2;
    size_t count = 0;
    for (int y = 0; y < code->width; y++)
        for (int x = 0, run = 0; x < code->width; x += run + 1) {
            const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
            for (run = 0; x + run < code->width && (row[x + run] & 1) != 0; run++)
                continue;
            if (run > 0 && count < RUNS_MAX)
                runs[count++] = (struct box){left + x * side, top + y * side, run * side, side};
        }
    return count;
}

bool qr_draw(struct arena *arena, struct ink *ink, const char *text, const struct box *square)
{
    struct box *runs = arena_alloc(arena, RUNS_MAX * sizeof *runs);
    QRcode *code = strlen(text) <= TEXT_MAX ? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) : NULL;
    if (code == NULL || runs == NULL) {
        QRcode_free(code);
        return false;
    }
    ink_boxes(ink, runs, gather(code, square, runs), INK_BLACK);
    QRcode_free(code);
    return true;
}
