/* base64.c - base64 with padding (RFC 4648 section 4), one spelling for the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/base64.h"

#include <sodium.h>

static bool is_of_alphabet(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '/' ||
           character == '=';
}

/* libsodium refuses wrong padding and stray bits, but 1.0.18 takes some bytes above 0x7F for
   letters. */
bool base64_parse(const char *text, size_t length, void *bytes, size_t cap, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < length; i++)
        if (!is_of_alphabet(text[i]))
            return false;
    return sodium_base642bin(bytes, cap, text, length, NULL, count, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0;
}

size_t base64_room(size_t count)
{
    return sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL);
}

void base64_print(const void *bytes, size_t count, char *text, size_t room)
{
    (void)sodium_bin2base64(text, room, bytes, count, sodium_base64_VARIANT_ORIGINAL);
}
