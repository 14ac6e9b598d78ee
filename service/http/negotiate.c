/* negotiate.c - which representation the client wants. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/negotiate.h"

#include "core/text.h"

#include <string.h>
#include <strings.h>

enum { QUALITY_ONE = 1000, LIST_BYTES = 512 };

struct representation {
    const char *name; /* as in ?format= */
    const char *type;
    const char *family;
    const char *header;
};

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

static const struct representation representations[FORMATS] = {
    [FORMAT_JSON] = {"json", "application/json", "application/*", "application/json"},
    [FORMAT_CSV] = {"csv", "text/csv", "text/*", "text/csv; charset=utf-8; header=present"},
    [FORMAT_NDJSON] = {"ndjson", "application/x-ndjson", "application/*", "application/x-ndjson"},
    [FORMAT_HTML] = {"html", "text/html", "text/*", "text/html; charset=utf-8"},
    [FORMAT_XLSX] = {"xlsx", XLSX, "application/*", XLSX},
    [FORMAT_PDF] = {"pdf", "application/pdf", "application/*", "application/pdf"},
    [FORMAT_TEXT] = {"text", "text/plain", "text/*", "text/plain; charset=utf-8"},
    [FORMAT_BYTES] = {"bytes", "application/octet-stream", "application/*",
                      "application/octet-stream"},
};

const char *negotiate_type(enum format format)
{
    return representations[format].header;
}

static bool is_offered(const struct exchange *x, unsigned format)
{
    return (x->offers & 1U << format) != 0;
}

/* Anything malformed counts as 1, for refusing a header nobody needs helps nobody. */
int negotiate_quality(const char *parameters, size_t size)
{
    for (const char *at = parameters; at + 3 < parameters + size; at++) {
        if ((*at != ';' && *at != ' ') || (at[1] | 0x20) != 'q' || at[2] != '=')
            continue;
        int quality = at[3] == '0' ? 0 : QUALITY_ONE;
        int unit = QUALITY_ONE / 10;
        for (const char *digit = at + 5; quality < QUALITY_ONE && digit < parameters + size &&
                                         *digit >= '0' && *digit <= '9' && unit > 0;
             digit++, unit /= 10)
            quality += (*digit - '0') * unit;
        return quality;
    }
    return QUALITY_ONE;
}

static bool equals(const char *range, size_t size, const char *type)
{
    return strlen(type) == size && strncasecmp(range, type, size) == 0;
}

/* RFC 9110 §12.5.1: the most specific range that fits decides. */
static int quality_of(const char *accept, const struct representation *wanted)
{
    int quality = 0;
    int best = 0;
    while (*accept != '\0') {
        accept += strspn(accept, ", \t");
        const size_t size = strcspn(accept, ",");
        const size_t type = strcspn(accept, "; \t,");
        const int specific = equals(accept, type, wanted->type)     ? 3
                             : equals(accept, type, wanted->family) ? 2
                             : equals(accept, type, "*/*")          ? 1
                                                                    : 0;
        if (specific > best) {
            best = specific;
            quality = negotiate_quality(accept + type, size - type);
        }
        accept += size;
    }
    return quality;
}

/* "json, csv and ndjson", by name or by type. */
static const char *list_offers(const struct exchange *x, bool types)
{
    struct text list = text_open(x->arena, LIST_BYTES);
    unsigned left = x->offers;
    for (unsigned format = 0; format < FORMATS; format++) {
        if (!is_offered(x, format))
            continue;
        left &= ~(1U << format);
        if (list.length > 0)
            text_add(&list, left == 0 ? " and " : ", ");
        text_add(&list, types ? representations[format].type : representations[format].name);
    }
    return list.data;
}

static void drop_query(struct exchange *x, size_t index)
{
    x->query_count--;
    memmove(&x->query[index], &x->query[index + 1], (x->query_count - index) * sizeof x->query[0]);
}

/* Links and spreadsheets cannot set headers. The parameter is ours only where there is a choice. */
static bool take_query_format(struct exchange *x, bool *taken)
{
    for (size_t i = 0; i < x->query_count; i++) {
        if (strcmp(x->query[i].name, "format") != 0)
            continue;
        for (unsigned format = 0; format < FORMATS; format++) {
            if (is_offered(x, format) &&
                strcmp(x->query[i].value, representations[format].name) == 0) {
                x->format = (enum format)format;
                *taken = true;
                drop_query(x, i);
                return true;
            }
        }
        return problem_fault(&x->problem, FAULT_PARAMETER, "format", "format",
                             "This is offered as %s.", list_offers(x, false));
    }
    return true;
}

static enum format first_offer(const struct exchange *x)
{
    unsigned format = 0;
    while (format + 1 < FORMATS && !is_offered(x, format))
        format++;
    return (enum format)format;
}

bool negotiate_format(struct exchange *x)
{
    bool taken = false;
    if (x->offers == 0)
        return true;
    x->format = first_offer(x);
    if ((x->offers & (x->offers - 1)) != 0 && !take_query_format(x, &taken))
        return false;
    if (taken || x->accept == NULL)
        return true;
    int best = 0;
    for (unsigned format = 0; format < FORMATS; format++) {
        const int quality =
            is_offered(x, format) ? quality_of(x->accept, &representations[format]) : 0;
        if (quality > best) {
            best = quality;
            x->format = (enum format)format;
        }
    }
    return best > 0 || problem_set(&x->problem, PROBLEM_NOT_ACCEPTABLE, "This is offered as %s.",
                                   list_offers(x, true));
}
