/* request.c - what a request says, read strictly: method, path, query, header fields, body. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/request.h"

#include "core/config.h"
#include "core/number.h"
#include "core/text.h"
#include "http/squeeze.h"
#include "http/visit.h"

#include <microhttpd.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { LIST_HEADER_MAX = 8192, VALUE_BYTES = 32, WAIT_MAX_S = 30 };

static bool refuse(struct exchange *x, const char *detail)
{
    return problem_set(&x->problem, PROBLEM_BAD_REQUEST, "%s", detail);
}

/* ---------------------------------------------------------------- target */

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The letter at *i, which then stands on its last character; -1 when %XX is malformed. */
static int take_letter(const char *text, size_t size, size_t *i, bool plus_is_space)
{
    if (text[*i] == '+' && plus_is_space)
        return ' ';
    if (text[*i] != '%')
        return (unsigned char)text[*i];
    const int high = *i + 2 < size ? hex_digit(text[*i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[*i + 2]) : -1;
    *i += 2;
    return low < 0 ? -1 : high * 16 + low;
}

/* Decodes %XX (and + in a query) into the arena. NULL unless the outcome is UTF-8 without control
   characters: one place that refuses them all. */
static char *decode(struct arena *arena, const char *text, size_t size, bool plus_is_space)
{
    char *decoded = arena_alloc(arena, size + 1);
    size_t length = 0;
    for (size_t i = 0; decoded != NULL && i < size; i++) {
        const int letter = take_letter(text, size, &i, plus_is_space);
        if (letter < 0x20 || letter == 0x7F)
            return NULL;
        decoded[length++] = (char)letter;
    }
    return decoded != NULL && text_is_utf8(decoded, length) ? decoded : NULL;
}

/* One path, one spelling: a slash that came as %2F, an empty segment or a dot segment could be
   read differently by a proxy's rules than by ours. */
static bool read_path(struct exchange *x, const char *text, size_t size)
{
    const char *path = decode(x->arena, text, size, false);
    if (path == NULL)
        return refuse(x, "The path has malformed percent-encoding.");
    size_t slashes = 0;
    for (size_t i = 0; i < size; i++)
        slashes += text[i] == '/';
    for (const char *at = path; (at = strchr(at, '/')) != NULL; at++) {
        const size_t segment = strcspn(at + 1, "/");
        slashes--;
        if ((segment == 0 && path[1] != '\0') || (segment == 1 && at[1] == '.') ||
            (segment == 2 && at[1] == '.' && at[2] == '.'))
            return refuse(x, "The path has an empty segment or a dot segment.");
    }
    if (slashes != 0 || strchr(path, '\\') != NULL)
        return refuse(x, "The path has an encoded slash or a backslash.");
    x->path = path;
    return true;
}

static bool read_pair(struct exchange *x, const char *text, size_t size)
{
    const char *equals = memchr(text, '=', size);
    const size_t name_size = equals != NULL ? (size_t)(equals - text) : size;
    const char *value = equals != NULL ? equals + 1 : text + size;
    struct field *field = &x->query[x->query_count];
    field->name = decode(x->arena, text, name_size, true);
    field->value = decode(x->arena, value, (size_t)(text + size - value), true);
    if (field->name == NULL || field->value == NULL || name_size == 0)
        return refuse(x, "The query has malformed percent-encoding or a nameless parameter.");
    x->query_count++;
    return true;
}

static bool read_query(struct exchange *x, const char *query)
{
    x->query = arena_alloc(x->arena, QUERY_MAX * sizeof x->query[0]);
    if (x->query == NULL)
        return problem_set(&x->problem, PROBLEM_INTERNAL, "The query does not fit in memory.");
    while (*query != '\0') {
        const size_t size = strcspn(query, "&");
        if (x->query_count == QUERY_MAX)
            return refuse(x, "The query has too many parameters.");
        if (size > 0 && !read_pair(x, query, size))
            return false;
        query += size + (query[size] == '&');
    }
    return true;
}

/* RFC 9112 §3.2.2: a server takes the absolute form too. */
static const char *skip_origin(const char *target)
{
    size_t scheme = 0;
    if (strncasecmp(target, "http://", 7) == 0)
        scheme = 7;
    else if (strncasecmp(target, "https://", 8) == 0)
        scheme = 8;
    if (scheme == 0)
        return target;
    const char *path = target + scheme + strcspn(target + scheme, "/?");
    return *path == '/' ? path : NULL;
}

bool request_read_target(struct exchange *x, const char *target)
{
    if (x->method == METHOD_OPTIONS && strcmp(target, "*") == 0) {
        x->path = "*";
        return true;
    }
    const char *path = skip_origin(target);
    if (path == NULL || path[0] != '/')
        return refuse(x, "The request target is neither a path nor a URL of this service.");
    const size_t size = strcspn(path, "?");
    if (strchr(path, '#') != NULL)
        return refuse(x, "A request target has no fragment.");
    return read_path(x, path, size) && (path[size] == '\0' || read_query(x, path + size + 1));
}

/* ---------------------------------------------------------------- header fields */

/* The one value of a field; NULL when absent. A field given twice sets the problem. */
struct pick {
    const char *name;
    const char *value;
    unsigned count;
};

static enum MHD_Result pick_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct pick *pick = cls;
    (void)kind;
    if (strcasecmp(name, pick->name) == 0) {
        pick->count++;
        pick->value = value != NULL ? value : "";
    }
    return MHD_YES;
}

static bool read_single(struct exchange *x, const char *name, const char **value)
{
    struct pick pick = {.name = name};
    (void)MHD_get_connection_values(x->connection, MHD_HEADER_KIND, pick_field, &pick);
    *value = pick.value;
    return pick.count <= 1 ||
           problem_set(&x->problem, PROBLEM_BAD_REQUEST, "%s is given more than once.", name);
}

struct join {
    const char *name;
    struct text text;
    unsigned count;
};

static enum MHD_Result join_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct join *join = cls;
    (void)kind;
    if (strcasecmp(name, join->name) != 0)
        return MHD_YES;
    if (join->count++ > 0)
        text_add(&join->text, ", ");
    text_add(&join->text, value != NULL ? value : "");
    return MHD_YES;
}

/* RFC 9110 §5.3: a list may come in several fields. */
static char *read_list(struct exchange *x, const char *name)
{
    struct join join = {.name = name, .text = text_open(x->arena, LIST_HEADER_MAX)};
    (void)MHD_get_connection_values(x->connection, MHD_HEADER_KIND, join_field, &join);
    return join.count > 0 ? join.text.data : NULL;
}

/* Cuts the last element off a list and gives it without the white space around it; *rest says
   whether anything stands before it. */
static const char *cut_last(char *list, bool *rest)
{
    char *comma = strrchr(list, ',');
    char *part = comma != NULL ? comma + 1 : list;
    part += strspn(part, " \t");
    for (char *end = part + strlen(part); end > part && (end[-1] == ' ' || end[-1] == '\t');)
        *--end = '\0';
    if (comma != NULL)
        *comma = '\0';
    *rest = comma != NULL;
    return part;
}

/* Each proxy adds at the end whom it heard from; the last one that is no proxy of ours is the
   client, for what stands before it anybody can write. */
static void read_forwarded(struct exchange *x)
{
    const struct address_ranges *proxies = &x->config->proxies;
    if (proxies->count == 0 || !address_is_in(&x->address, proxies))
        return;
    char *list = read_list(x, "X-Forwarded-For");
    for (bool rest = list != NULL; rest;) {
        struct address heard_from;
        if (!address_parse(cut_last(list, &rest), &heard_from))
            return;
        x->address = heard_from;
        if (!address_is_in(&heard_from, proxies))
            return;
    }
}

/* Whether the preference is NAME=VALUE or NAME="VALUE"; the value is then without quotes. */
static bool is_preference(const char *text, size_t size, const char *name, char value[VALUE_BYTES])
{
    const size_t length = strlen(name);
    if (size <= length || strncasecmp(text, name, length) != 0 || text[length] != '=')
        return false;
    const char *from = text + length + 1;
    const char *end = text + size;
    if (end - from >= 2 && *from == '"' && end[-1] == '"') {
        from++;
        end--;
    }
    if (end - from >= VALUE_BYTES)
        return false;
    memcpy(value, from, (size_t)(end - from));
    value[end - from] = '\0';
    return true;
}

/* RFC 7240: return=minimal and wait=SECONDS mean something here. The first wait counts, and nobody
   is made to wait for longer than WAIT_MAX_S. */
static void read_preferences(struct exchange *x, const char *prefer)
{
    char value[VALUE_BYTES];
    int64_t seconds = 0;
    while (prefer != NULL && *prefer != '\0') {
        prefer += strspn(prefer, ", \t");
        const size_t size = strcspn(prefer, ",; \t");
        if (is_preference(prefer, size, "return", value))
            x->minimal = x->minimal || strcasecmp(value, "minimal") == 0;
        else if (x->wait_s == 0 && is_preference(prefer, size, "wait", value) &&
                 number_parse(value, 0, INT64_MAX, &seconds))
            x->wait_s = seconds < WAIT_MAX_S ? (int)seconds : WAIT_MAX_S;
        prefer += strcspn(prefer, ",");
    }
}

/* RFC 9111 §5.2.1.4. What else a cache may be told means nothing here. */
static bool says_no_cache(const char *control)
{
    while (control != NULL && *control != '\0') {
        control += strspn(control, ", \t");
        const size_t size = strcspn(control, ",= \t");
        if (size == strlen("no-cache") && strncasecmp(control, "no-cache", size) == 0)
            return true;
        control += strcspn(control, ",");
    }
    return false;
}

static bool read_fields(struct exchange *x)
{
    x->accept = read_list(x, "Accept");
    x->if_match = read_list(x, "If-Match");
    x->if_none_match = read_list(x, "If-None-Match");
    x->gzip = squeeze_is_accepted(read_list(x, "Accept-Encoding"));
    x->no_cache = says_no_cache(read_list(x, "Cache-Control"));
    read_preferences(x, read_list(x, "Prefer"));
    read_forwarded(x);
    return read_single(x, "Authorization", &x->authorization) &&
           read_single(x, "Idempotency-Key", &x->idempotency_key);
}

/* ---------------------------------------------------------------- method and body */

static bool read_method(struct exchange *x, const char *verb)
{
    for (unsigned i = 0; i < METHODS; i++) {
        if (strcmp(verb, method_name((enum method)i)) != 0)
            continue;
        x->head_only = i == METHOD_HEAD;
        x->method = x->head_only ? METHOD_GET : (enum method)i;
        return true;
    }
    x->close = true;
    return problem_set(&x->problem, PROBLEM_METHOD_NOT_ALLOWED,
                       "The methods of this service are GET, HEAD, POST, PUT, PATCH, DELETE and "
                       "OPTIONS, in capital letters.");
}

static bool is_type(const char *type, const char *name)
{
    const size_t length = strcspn(type, "; \t");
    if (length != strlen(name) || strncasecmp(type, name, length) != 0)
        return false;
    /* RFC 8259 has no charset; the one that is true anyway is tolerated. */
    const char *rest = type + length + strspn(type + length, "; \t");
    return rest[0] == '\0' || strcasecmp(rest, "charset=utf-8") == 0 ||
           strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

/* Which statements take CSV is not known before the route. */
static bool is_known_type(struct exchange *x, const char *type)
{
    x->csv = is_type(type, "text/csv");
    return x->csv || is_type(type, "application/json") ||
           /* RFC 7396 is what our PATCH does. */
           (x->method == METHOD_PATCH && is_type(type, "application/merge-patch+json"));
}

static bool read_body_fields(struct exchange *x)
{
    struct visit *visit = visit_of(x);
    const char *type = NULL;
    const char *coding = NULL;
    const char *length = NULL;
    if (!visit->has_body)
        return true;
    if (!read_single(x, "Content-Type", &type) || !read_single(x, "Content-Encoding", &coding) ||
        !read_single(x, "Content-Length", &length))
        return false;
    int64_t bytes = 0;
    if (length != NULL && !number_parse(length + strspn(length, "0"), 0, INT64_MAX, &bytes))
        bytes = INT64_MAX;
    if (bytes > x->config->body_max)
        return problem_set(&x->problem, PROBLEM_BODY_TOO_LARGE, "A body may have %d bytes.",
                           x->config->body_max);
    if (coding != NULL && strcasecmp(coding, "identity") != 0)
        return problem_set(&x->problem, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                           "Bodies are taken without a Content-Encoding.");
    if (type == NULL || !is_known_type(x, type))
        return problem_set(&x->problem, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                           "Send the body as JSON, with Content-Type: application/json.");
    return true;
}

bool request_read_head(struct exchange *x)
{
    const struct visit *visit = visit_of(x);
    return read_method(x, visit->verb) && request_read_target(x, visit->target) && read_fields(x) &&
           read_body_fields(x);
}

bool request_read_body(struct exchange *x)
{
    const struct visit *visit = visit_of(x);
    if (visit->received > (size_t)x->config->body_max || visit->body.full) {
        x->close = true;
        return problem_set(&x->problem, PROBLEM_BODY_TOO_LARGE, "A body may have %d bytes.",
                           x->config->body_max);
    }
    if (visit->received > 0) {
        x->body = visit->body.data;
        x->body_bytes = visit->body.length;
    }
    return true;
}
