/* native.c - the closed list of endpoints that are not one statement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/native.h"

#include "native/health.h"
#include "native/pages.h"
#include "native/prometheus.h"
#include "native/proof.h"
#include "native/report.h"

#include <string.h>

/* A path may hold one {slug}: a whole segment, which the handler gets as the first capture. */
struct native {
    const char *path;
    const char *name;
    exchange_fn handler;
};

static const struct native natives[] = {
    {"/", "index", pages_index},
    {"/healthz", "healthz", health_process},
    {"/readyz", "readyz", health_service},
    {"/metrics", "metrics", prometheus_render},
    {"/openapi.json", "openapi", pages_openapi},
    {"/style.css", "style", pages_style},
    {"/problems/{slug}", "problem_page", pages_problem},
    {"/verify", "verify_page", pages_verify},
    {"/verify/{slug}", "verify_file", pages_verify_file},
    {"/v1/reports", "report_list", report_list},
    {"/v1/reports/{slug}/definition", "report_definition", report_definition},
};

struct slug {
    const char *text;
    size_t length;
};

static bool fits(const char *path, const char *known, struct slug *slug)
{
    const char *brace = strchr(known, '{');
    *slug = (struct slug){.text = NULL};
    if (brace == NULL)
        return strcmp(path, known) == 0;
    const size_t before = (size_t)(brace - known);
    if (strncmp(path, known, before) != 0)
        return false;
    slug->text = path + before;
    slug->length = strcspn(slug->text, "/");
    return slug->length > 0 && strcmp(slug->text + slug->length, brace + strlen("{slug}")) == 0;
}

static const struct native *find(const char *path, struct slug *slug)
{
    for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++)
        if (fits(path, natives[i].path, slug))
            return &natives[i];
    return NULL;
}

bool native_route(struct exchange *x)
{
    struct slug slug;
    const struct native *native = x->method == METHOD_GET ? find(x->path, &slug) : NULL;
    if (native == NULL)
        return false;
    x->native = native->handler;
    x->route = native->name;
    if (slug.text != NULL)
        x->captures[x->capture_count++] = (struct field){
            .name = "slug", .value = arena_copy_bytes(x->arena, slug.text, slug.length)};
    return true;
}

exchange_render_fn native_renderer(enum renderer renderer)
{
    static const exchange_render_fn renderers[RENDERERS] = {
        [RENDER_REPORT] = report_render,
        [RENDER_PROOF] = proof_render,
        [RENDER_CONSISTENCY] = consistency_render,
        [RENDER_ROOT] = root_render,
    };
    return renderers[renderer];
}

unsigned native_methods(const char *path)
{
    struct slug slug;
    return find(path, &slug) != NULL ? 1U << METHOD_GET : 0;
}
