/* guard_fuzz.c - heads of requests, as the library would leave them in its buffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include "fuzz/fuzz.h"
#include "http/visit.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

enum { FIELDS_MAX = 128 };

static struct field fields[FIELDS_MAX];
static size_t field_count;

int MHD_get_connection_values_n(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                                MHD_KeyValueIteratorN each, void *cls)
{
    (void)connection;
    for (size_t i = 0; i < field_count; i++)
        if (each(cls, kind, fields[i].name, strlen(fields[i].name), fields[i].value,
                 strlen(fields[i].value)) != MHD_YES)
            return (int)i + 1;
    return (int)field_count;
}

/* The text up to the next line feed; a CR before it and the LF become zeros. */
static char *take_line(char **rest)
{
    char *line = *rest;
    char *end = strchr(line, '\n');
    if (end == NULL) {
        *rest = NULL;
        return line;
    }
    if (end > line && end[-1] == '\r')
        end[-1] = '\0';
    *end = '\0';
    *rest = end + 1;
    return line;
}

static void take_fields(char *rest)
{
    field_count = 0;
    while (rest != NULL && *rest != '\0' && field_count < FIELDS_MAX) {
        char *line = take_line(&rest);
        char *colon = strchr(line, ':');
        if (colon == NULL)
            return;
        *colon++ = '\0';
        colon += strspn(colon, " \t");
        fields[field_count++] = (struct field){line, colon};
    }
}

static unsigned count(const char *name)
{
    unsigned found = 0;
    for (size_t i = 0; i < field_count; i++)
        found += strcasecmp(fields[i].name, name) == 0;
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange *outer = fuzz_exchange();
    struct visit *visit = arena_alloc(outer->arena, sizeof *visit);
    char *rest = arena_alloc(outer->arena, size + 8); /* the zeros behind it are the empty line's */
    MUST(visit != NULL && rest != NULL);
    memcpy(rest, data, size);
    visit->x.arena = outer->arena;
    visit->x.problem = problem_none(outer->arena);
    char *line = take_line(&rest);
    char *space = strrchr(line, ' ');
    if (space != NULL) {
        *space = '\0';
        visit->target = line;
        visit->behind = line + strlen(line) + 1;
        visit->version = space + 1;
        take_fields(rest);
        if (guard_check(&visit->x)) {
            MUST(count("Host") <= 1 && count("Content-Length") + count("Transfer-Encoding") <= 1);
            MUST(visit->has_body || count("Transfer-Encoding") == 0);
        } else {
            MUST(problem_is_set(&visit->x.problem) && visit->x.close);
        }
    }
    arena_free(outer->arena);
    return 0;
}
