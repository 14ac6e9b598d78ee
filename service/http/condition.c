/* condition.c - under which conditions a write is asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/condition.h"

#include "core/text.h"

#include <string.h>

enum { KEY_MAX = 255, TAGS_BYTES = 1024 };

/* ---------------------------------------------------------------- Idempotency-Key */

/* An sf-string (RFC 8941 §3.3.3) or a bare token: both name the same key. */
static bool unquote_key(const char *text, char key[KEY_MAX + 1])
{
    const bool quoted = text[0] == '"';
    size_t length = 0;
    const char *at = text + quoted;
    for (; *at != '\0' && !(quoted && *at == '"'); at++) {
        if (quoted && *at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
        else if (*at == '"' || *at == '\\')
            return false;
        if (*at <= 0x20 || *at >= 0x7F || length == KEY_MAX)
            return false;
        key[length++] = *at;
    }
    key[length] = '\0';
    return length > 0 && (quoted ? at[0] == '"' && at[1] == '\0' : at[0] == '\0');
}

static bool read_key(struct exchange *x)
{
    char key[KEY_MAX + 1];
    if (x->idempotency_key == NULL)
        return x->method != METHOD_POST ||
               problem_set(&x->problem, PROBLEM_IDEMPOTENCY_KEY_MISSING,
                           "Send an Idempotency-Key that is new for each new request, and the same "
                           "again for a retry.");
    if (!unquote_key(x->idempotency_key, key))
        return problem_set(&x->problem, PROBLEM_BAD_REQUEST,
                           "An Idempotency-Key has 1 to %d visible ASCII characters, with or "
                           "without quotes.",
                           KEY_MAX);
    x->idempotency_key = arena_copy(x->arena, key);
    return x->idempotency_key != NULL ||
           problem_set(&x->problem, PROBLEM_INTERNAL, "The request does not fit in memory.");
}

/* ---------------------------------------------------------------- entity tags */

struct tag {
    const char *text; /* without quotes */
    size_t size;
    bool weak;
};

/* The tag at *list, which then stands behind it. False at the end or when it is malformed. Read
   compressed or not, a version is the same version: the suffix that tells them apart is left out.
 */
static bool next_tag(const char **list, struct tag *tag, bool *malformed)
{
    const size_t suffix = strlen(CONDITION_GZIP);
    const char *at = *list + strspn(*list, ", \t");
    *malformed = false;
    if (*at == '\0')
        return false;
    tag->weak = strncmp(at, "W/", 2) == 0;
    at += tag->weak ? 2 : 0;
    tag->text = at + 1;
    tag->size = *at == '"' ? strcspn(at + 1, "\"") : 0;
    if (*at != '"' || tag->text[tag->size] != '"') {
        *malformed = true;
        return false;
    }
    at = tag->text + tag->size + 1;
    *list = at + strspn(at, " \t");
    *malformed = **list != ',' && **list != '\0';
    if (tag->size > suffix && memcmp(tag->text + tag->size - suffix, CONDITION_GZIP, suffix) == 0)
        tag->size -= suffix;
    return !*malformed;
}

static bool refuse_condition(struct exchange *x)
{
    return problem_set(&x->problem, PROBLEM_PRECONDITION_REQUIRED,
                       "Send If-Match with the ETag you read, so that nobody's change is lost.");
}

static bool read_tags(struct exchange *x)
{
    struct text tags = text_open(x->arena, TAGS_BYTES);
    const char *list = x->if_match;
    struct tag tag;
    bool malformed = false;
    while (next_tag(&list, &tag, &malformed)) {
        /* Ours hold no comma; a weak one never matches strongly (RFC 9110 §13.1.1). */
        if (tag.weak || tag.size == 0 || memchr(tag.text, ',', tag.size) != NULL)
            continue;
        if (tags.length > 0)
            text_add_char(&tags, ',');
        text_add_bytes(&tags, tag.text, tag.size);
    }
    if (malformed || tags.full)
        return problem_set(&x->problem, PROBLEM_BAD_REQUEST,
                           "If-Match is a list of entity tags in double quotes.");
    x->if_match = tags.length > 0 ? tags.data : "-";
    return true;
}

static bool read_if_match(struct exchange *x)
{
    const enum etag_rule rule = x->statement->etag;
    if (rule == ETAG_NONE)
        x->if_match = NULL;
    if (x->if_match == NULL)
        return rule != ETAG_REQUIRED || refuse_condition(x);
    /* "*" would let a client write over what it has never seen. */
    if (x->if_match[strspn(x->if_match, " \t")] == '*')
        return refuse_condition(x);
    return read_tags(x);
}

bool condition_is_unchanged(const char *if_none_match, const char *etag)
{
    if (if_none_match == NULL || etag == NULL)
        return false;
    if (if_none_match[strspn(if_none_match, " \t")] == '*')
        return true;
    struct tag tag;
    bool malformed = false;
    const size_t size = strlen(etag);
    while (next_tag(&if_none_match, &tag, &malformed))
        if (tag.size == size && memcmp(tag.text, etag, size) == 0)
            return true;
    return false;
}

bool condition_read(struct exchange *x)
{
    if (x->body != NULL && x->statement->body_schema == NULL)
        return problem_set(&x->problem, PROBLEM_BAD_REQUEST, "This request takes no body.");
    if (x->statement->kind != STATEMENT_WRITE) {
        x->idempotency_key = NULL;
        x->if_match = NULL;
        return true;
    }
    return read_key(x) && read_if_match(x);
}
