/* cursor.c - where the next page of a list begins, sealed so that nobody builds on its inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cursor.h"

#include "core/text.h"

#include <stdint.h>
#include <string.h>

enum {
    CHECKSUM_BYTES = 4,
    CURSOR_MAX = 2048 /* characters a client may send back */
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint32_t add_to_checksum(uint32_t sum, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * 16777619U;
    return sum;
}

/* FNV-1a: it tells a cursor of another list or a mangled one, it keeps no secret; what a cursor
   says is checked by the statement like any other input. */
static void checksum(const char *statement, const char *payload, size_t payload_bytes,
                     unsigned char sum[CHECKSUM_BYTES])
{
    uint32_t value = add_to_checksum(2166136261U, statement, strlen(statement) + 1);
    value = add_to_checksum(value, payload, payload_bytes);
    for (int i = 0; i < CHECKSUM_BYTES; i++)
        sum[i] = (unsigned char)(value >> (24 - 8 * i));
}

const char *cursor_seal(struct arena *arena, const char *statement, const char *payload)
{
    const size_t payload_bytes = strlen(payload);
    const size_t total = CHECKSUM_BYTES + payload_bytes;
    unsigned char *plain = arena_alloc(arena, total + 2); /* zeroes to read past the end */
    char *sealed = arena_alloc(arena, (total + 2) / 3 * 4 + 1);
    if (plain == NULL || sealed == NULL)
        return NULL;
    checksum(statement, payload, payload_bytes, plain);
    memcpy(plain + CHECKSUM_BYTES, payload, payload_bytes + 1);
    size_t length = 0;
    for (size_t i = 0; i < total; i += 3) {
        const uint32_t group =
            (uint32_t)plain[i] << 16 | (uint32_t)plain[i + 1] << 8 | (uint32_t)plain[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            sealed[length++] = alphabet[group >> shift & 0x3F];
    }
    sealed[(total * 8 + 5) / 6] = '\0'; /* base64url goes without padding (RFC 4648 §5) */
    return sealed;
}

const char *cursor_open(struct arena *arena, const char *statement, const char *cursor)
{
    const size_t length = strlen(cursor);
    const size_t total = length * 6 / 8;
    /* One digit beyond a group of four says nothing: it would be a second spelling. */
    if (length > CURSOR_MAX || total < CHECKSUM_BYTES || length % 4 == 1)
        return NULL;
    unsigned char *plain = arena_alloc(arena, total + 1);
    if (plain == NULL)
        return NULL;
    uint32_t bits = 0;
    int held = 0;
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(alphabet, cursor[i]);
        if (digit == NULL)
            return NULL;
        bits = bits << 6 | (uint32_t)(digit - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            plain[at++] = (unsigned char)(bits >> held);
        }
    }
    const char *payload = (const char *)plain + CHECKSUM_BYTES;
    const size_t payload_bytes = total - CHECKSUM_BYTES;
    unsigned char sum[CHECKSUM_BYTES];
    checksum(statement, payload, payload_bytes, sum);
    /* One cursor has one spelling: leftover bits are zero, and no zero byte ends it early. */
    if ((bits & ((1U << held) - 1)) != 0 || memcmp(sum, plain, CHECKSUM_BYTES) != 0 ||
        strlen(payload) != payload_bytes || !text_is_utf8(payload, payload_bytes))
        return NULL;
    return payload;
}
