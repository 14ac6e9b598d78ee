/* guard.c - refuses requests whose framing two programs could read in two ways. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include "http/visit.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

enum {
    TARGET_MAX = 8192,
    FIELD_MAX = 8192, /* name and value of one header field */
    HEAD_MAX = 32768, /* all of them */
    FIELDS_MAX = 100,
    FIELD_OVERHEAD = 4 /* colon, space, line end */
};

static bool is_alphanumeric(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

static bool is_letter_of(char letter, const char *others)
{
    return is_alphanumeric(letter) || (letter != '\0' && strchr(others, letter) != NULL);
}

/* RFC 9110 §5.6.2 */
static bool is_token(const char *name, size_t size)
{
    size_t i = 0;
    while (i < size && is_letter_of(name[i], "!#$%&'*+-.^_`|~"))
        i++;
    return size > 0 && i == size;
}

static bool is_host(const char *host)
{
    while (is_letter_of(*host, "-._~:[]%"))
        host++;
    return *host == '\0';
}

/* What the one pass over the header fields finds. */
struct census {
    struct problem *problem;
    const char *at; /* where the next field must begin; NULL: not checked */
    size_t bytes;
    unsigned fields;
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    const char *host;
    const char *length;
    const char *encoding;
};

static bool refuse(struct problem *problem, const char *detail)
{
    return problem_set(problem, PROBLEM_BAD_REQUEST, "%s", detail);
}

static bool has_control(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)value[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return true;
    }
    return false;
}

/* The library takes bare line feeds, folded lines and zeros in values, and does not say so. But it
   works in the buffer that it received into, where it put two zeros over each CR LF: so a field
   that does not begin two bytes behind the one before was not sent the way it should have been. */
static bool follows(struct census *census, const char *name, const char *end)
{
    if (census->at == NULL)
        return true;
    const bool passed = name == census->at && end[0] == '\0' && end[1] == '\0';
    census->at = end + 2;
    return passed || refuse(census->problem, "Header lines end with CR LF, are not folded and hold "
                                             "no zeros.");
}

/* Behind the last field comes the empty line. */
static bool check_last_line(const struct census *census)
{
    return census->at == NULL || (census->at[0] == '\0' && census->at[1] == '\0') ||
           refuse(census->problem, "The head ends with CR LF CR LF.");
}

/* Later versions of the library refuse all that by themselves, and keep their buffer otherwise. */
static const char *first_field(const struct visit *visit)
{
    return MHD_VERSION < 0x00097600 && visit->version[0] != '\0'
               ? visit->version + strlen(visit->version) + 2
               : NULL;
}

static void count_framing(struct census *census, const char *name, const char *value)
{
    if (strcasecmp(name, "Host") == 0) {
        census->hosts++;
        census->host = value;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        census->lengths++;
        census->length = value;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        census->encodings++;
        census->encoding = value;
    }
}

static enum MHD_Result count_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    struct census *census = cls;
    (void)kind;
    if (value == NULL)
        value = "";
    const size_t bytes = name_size + value_size + FIELD_OVERHEAD;
    census->bytes += bytes;
    census->fields++;
    if (bytes > FIELD_MAX || census->bytes > HEAD_MAX || census->fields > FIELDS_MAX) {
        (void)problem_set(census->problem, PROBLEM_HEADERS_TOO_LARGE,
                          "One header field may have %d bytes, all together %d bytes and %d "
                          "fields.",
                          FIELD_MAX, HEAD_MAX, FIELDS_MAX);
        return MHD_NO;
    }
    if (!is_token(name, name_size) || has_control(value, value_size)) {
        (void)refuse(census->problem, "A header field has a malformed name or value.");
        return MHD_NO;
    }
    if (!follows(census, name, value + value_size))
        return MHD_NO;
    count_framing(census, name, value);
    return MHD_YES;
}

static bool check_version(const struct visit *visit, struct problem *problem)
{
    if (strcmp(visit->version, "HTTP/1.1") == 0 || strcmp(visit->version, "HTTP/1.0") == 0)
        return true;
    return refuse(problem, "This service speaks HTTP/1.1 and HTTP/1.0.");
}

static bool check_target(const struct visit *visit, struct problem *problem)
{
    const size_t length = strlen(visit->target);
    /* A zero in the target looks like its end. */
    if (visit->behind != visit->version)
        return refuse(problem, "The request line is a method, a target and a version.");
    if (length > TARGET_MAX)
        return problem_set(problem, PROBLEM_URI_TOO_LONG,
                           "A request target may have %d characters.", TARGET_MAX);
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)visit->target[i];
        if (byte <= 0x20 || byte >= 0x7F)
            return refuse(problem, "The request target has characters that must be "
                                   "percent-encoded.");
    }
    return true;
}

static bool check_host(const struct census *census, bool is_1_1)
{
    if (census->hosts > 1 || (is_1_1 && census->hosts == 0))
        return refuse(census->problem, "A request names exactly one Host.");
    if (census->hosts == 1 && !is_host(census->host))
        return refuse(census->problem, "The Host header is malformed.");
    return true;
}

/* RFC 9112 §6.3: both together, or anything but one plain number or "chunked", is how requests are
   smuggled past the program in front. */
static bool check_framing(const struct census *census, bool is_1_1)
{
    if (census->lengths > 1 || census->encodings > 1 ||
        (census->lengths == 1 && census->encodings == 1))
        return refuse(census->problem, "The length of the body is given more than once.");
    if (census->encodings == 1 && (!is_1_1 || strcasecmp(census->encoding, "chunked") != 0))
        return refuse(census->problem, "The only transfer coding is chunked, in HTTP/1.1.");
    if (census->lengths == 1 && (census->length[0] == '\0' || strlen(census->length) > 15 ||
                                 census->length[strspn(census->length, "0123456789")] != '\0'))
        return refuse(census->problem, "Content-Length is not a number of bytes.");
    return true;
}

bool guard_check(struct exchange *x)
{
    struct visit *visit = visit_of(x);
    struct census census = {.problem = &x->problem, .at = first_field(visit)};
    const bool is_1_1 = strcmp(visit->version, "HTTP/1.1") == 0;
    (void)MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, count_field, &census);
    const bool passed = !problem_is_set(&x->problem) && check_last_line(&census) &&
                        check_version(visit, &x->problem) && check_target(visit, &x->problem) &&
                        check_host(&census, is_1_1) && check_framing(&census, is_1_1);
    /* Where a chunked body ends two programs may disagree; nothing is read behind it. */
    x->close = !passed || census.encodings == 1;
    visit->has_body = census.encodings == 1 ||
                      (census.lengths == 1 && census.length[strspn(census.length, "0")] != '\0');
    return passed;
}
