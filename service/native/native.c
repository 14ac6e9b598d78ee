/* native.c - the closed list of endpoints that are not one statement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/native.h"

#include "native/health.h"
#include "native/pages.h"
#include "native/prometheus.h"

#include <string.h>

/* A path that ends in a slash takes one more segment, which the handler gets as "slug". */
struct native {
    const char *path;
    const char *name;
    exchange_fn handler;
};

static const struct native natives[] = {
    {"/healthz", "healthz", health_process},       {"/readyz", "readyz", health_service},
    {"/metrics", "metrics", prometheus_render},    {"/openapi.json", "openapi", pages_openapi},
    {"/problems/", "problem_page", pages_problem}, {"/", "index", pages_index},
};

static const struct native *find(const char *path, const char **slug)
{
    for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++) {
        const char *known = natives[i].path;
        const size_t length = strlen(known);
        *slug = NULL;
        if (strcmp(path, known) == 0)
            return &natives[i];
        if (length > 1 && known[length - 1] == '/' && strncmp(path, known, length) == 0 &&
            strchr(path + length, '/') == NULL) {
            *slug = path + length;
            return &natives[i];
        }
    }
    return NULL;
}

bool native_route(struct exchange *x)
{
    const char *slug = NULL;
    const struct native *native = x->method == METHOD_GET ? find(x->path, &slug) : NULL;
    if (native == NULL)
        return false;
    x->native = native->handler;
    x->route = native->name;
    if (slug != NULL)
        x->captures[x->capture_count++] = (struct field){.name = "slug", .value = slug};
    return true;
}

unsigned native_methods(const char *path)
{
    const char *slug = NULL;
    return find(path, &slug) != NULL ? 1U << METHOD_GET : 0;
}
