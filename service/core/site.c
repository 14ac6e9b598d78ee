/* site.c - where a service is reached from anywhere: the address that goes onto paper. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/site.h"

#include <string.h>

enum { SITE_BYTES = 200 };

static bool is_good_rest(const char *rest)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char others[] = "-._~:/[]";
    const size_t length = strlen(rest);
    if (length == 0 || rest[0] == '/' || rest[0] == ':' || rest[length - 1] == '/')
        return false;
    for (; *rest != '\0'; rest++)
        if (strchr(letters, *rest) == NULL && strchr(others, *rest) == NULL)
            return false;
    return true;
}

bool site_is_good(const char *text)
{
    static const char secure[] = "https://";
    static const char plain[] = "http://";
    if (strlen(text) > SITE_BYTES)
        return false;
    if (strncmp(text, secure, sizeof secure - 1) == 0)
        return is_good_rest(text + sizeof secure - 1);
    return strncmp(text, plain, sizeof plain - 1) == 0 && is_good_rest(text + sizeof plain - 1);
}
