/* pages.c - documents that were compiled in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "native/pages.h"

#include "catalogue/catalogue.h"
#include "core/page.h"
#include "core/text.h"
#include "core/version.h"

#include <string.h>

enum { INDEX_BYTES = 4096 };

static const char cache[] = "public, max-age=300";

static bool serve_page(struct exchange *x, const char *name, const char *type)
{
    const struct page *page = name != NULL ? catalogue_page(name) : NULL;
    if (page == NULL)
        return problem_set(&x->problem, PROBLEM_NOT_FOUND, "There is no such page.");
    x->response = (struct response){.status = 200,
                                    .type = type,
                                    .body = (const char *)page->bytes,
                                    .body_bytes = page->size,
                                    .cache = cache};
    return true;
}

bool pages_openapi(struct exchange *x)
{
    return serve_page(x, "api/openapi.json", "application/json");
}

bool pages_style(struct exchange *x)
{
    return serve_page(x, "service/web/style.css", "text/css; charset=utf-8");
}

bool pages_problem(struct exchange *x)
{
    const char *slug = x->capture_count > 0 ? x->captures[0].value : "";
    return serve_page(x, arena_format(x->arena, "api/problems/%s.md", slug),
                      "text/markdown; charset=utf-8");
}

/* Pages and what they are made of. What a page may do is little: run its own scripts, and ask the
   service it came from. */
static bool serve_web(struct exchange *x, const char *name)
{
    static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
                                 "connect-src 'self'; img-src data:; base-uri 'none'; "
                                 "form-action 'none'; frame-ancestors 'none'";
    static const struct {
        const char *ending;
        const char *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"}};
    const char *ending = name != NULL ? strrchr(name, '.') : NULL;
    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(ending, types[i].ending) != 0)
            continue;
        const bool served = serve_page(x, name, types[i].type);
        x->response.policy = served ? policy : NULL;
        return served;
    }
    return problem_set(&x->problem, PROBLEM_NOT_FOUND, "There is no such page.");
}

bool pages_verify(struct exchange *x)
{
    return serve_web(x, "service/web/verify.html");
}

bool pages_verify_file(struct exchange *x)
{
    return serve_web(x, arena_format(x->arena, "service/web/verify/%s", x->captures[0].value));
}

bool pages_index(struct exchange *x)
{
    struct text body = text_open(x->arena, INDEX_BYTES);
    text_add(&body, "{\"name\":\"aidledger\",\"version\":\"" AIDLEDGER_VERSION "\",\"links\":{"
                    "\"description\":\"/openapi.json\","
                    "\"commitments\":\"/v1/commitments\","
                    "\"ledger\":\"/v1/ledger\","
                    "\"entries\":\"/v1/ledger/entries\","
                    "\"checkpoint\":\"/v1/ledger/checkpoint\","
                    "\"log_keys\":\"/.well-known/aidledger-vkey\","
                    "\"reports\":\"/v1/reports\","
                    "\"verify\":\"/verify\","
                    "\"health\":\"/healthz\","
                    "\"readiness\":\"/readyz\","
                    "\"metrics\":\"/metrics\"}}");
    if (body.full)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The page does not fit in memory.");
    x->response = (struct response){
        .status = 200, .body = body.data, .body_bytes = body.length, .cache = cache};
    return true;
}
