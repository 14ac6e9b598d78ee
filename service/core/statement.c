/* statement.c - names of methods. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/statement.h"

const char *method_name(enum method method)
{
    static const char *const names[METHODS] = {
        [METHOD_GET] = "GET",        [METHOD_HEAD] = "HEAD",   [METHOD_POST] = "POST",
        [METHOD_PUT] = "PUT",        [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
        [METHOD_OPTIONS] = "OPTIONS"};
    return (unsigned)method < METHODS ? names[method] : "?";
}
