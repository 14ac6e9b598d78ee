/* guard_test.c - requests that two programs could read in two ways do not get in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include "http/visit.h"
#include "service/suite.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <string.h>

enum { FIELDS_SENT_MAX = 200, WIRE_BYTES = 1 << 20, CR_LF = 2 };

/* What a client sent, laid out as the library leaves it: a zero over each byte that ended a line or
   a name. The library's own function would want a connection. */
struct sent {
    struct field fields[FIELDS_SENT_MAX];
    size_t count;
    size_t bytes;
    char wire[WIRE_BYTES];
};

static struct sent sent;

int MHD_get_connection_values_n(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                                MHD_KeyValueIteratorN each, void *cls)
{
    (void)connection;
    ck_assert_int_eq(kind, MHD_HEADER_KIND);
    for (size_t i = 0; i < sent.count; i++)
        if (each(cls, kind, sent.fields[i].name, strlen(sent.fields[i].name), sent.fields[i].value,
                 sent.fields[i].value == NULL ? 0 : strlen(sent.fields[i].value)) != MHD_YES)
            return (int)i + 1;
    return (int)sent.count;
}

struct outcome {
    enum problem_kind kind;
    bool close;
    bool has_body;
};

/* Puts text on the wire with this many zeros behind it. */
static const char *put(const char *text, size_t zeros)
{
    char *at = sent.wire + sent.bytes;
    ck_assert_uint_lt(sent.bytes + strlen(text) + zeros + CR_LF, WIRE_BYTES);
    strcpy(at, text);
    memset(at + strlen(text), 0, zeros + CR_LF); /* the empty line, unless more is put */
    sent.bytes += strlen(text) + zeros;
    return at;
}

static void put_field(const char *name, const char *value, size_t line_end)
{
    struct field *field = &sent.fields[sent.count++];
    field->name = put(name, 1);
    field->value = put(value != NULL ? value : "", line_end);
}

static const char *begin(const char *version)
{
    sent.count = 0;
    sent.bytes = 0;
    return put(version, CR_LF);
}

static struct outcome finish(const char *version, const char *target)
{
    struct arena *arena = suite_arena();
    struct visit visit = {.x = {.arena = arena, .problem = problem_none(arena)},
                          .target = target,
                          .behind = version,
                          .version = version};
    const bool passed = guard_check(&visit.x);
    ck_assert(passed == !problem_is_set(&visit.x.problem));
    const struct outcome outcome = {visit.x.problem.kind, visit.x.close, visit.has_body};
    arena_free(arena);
    return outcome;
}

/* Sends the request line's parts and pairs of names and values, ended by NULL. */
static struct outcome ask(const char *version, const char *target, ...)
{
    va_list pairs;
    const char *version_sent = begin(version);
    va_start(pairs, target);
    for (const char *name = va_arg(pairs, const char *); name != NULL;
         name = va_arg(pairs, const char *)) {
        const char *value = va_arg(pairs, const char *);
        put_field(name, value, CR_LF);
    }
    va_end(pairs);
    return finish(version_sent, target);
}

#define SENDS(...) ask("HTTP/1.1", "/v1/x?y=1", "Host", "example.org", __VA_ARGS__, NULL)

static void expect_passed(struct outcome outcome, bool has_body)
{
    ck_assert_msg(outcome.kind == PROBLEM_NONE, "%s", problem_slug(outcome.kind));
    ck_assert(!outcome.close);
    ck_assert(outcome.has_body == has_body);
}

/* What follows on the connection can no longer be told from this request's body. */
static void expect_refused(struct outcome outcome, enum problem_kind kind)
{
    ck_assert_msg(outcome.kind == kind, "%s", problem_slug(outcome.kind));
    ck_assert(outcome.close);
}

START_TEST(an_ordinary_request_passes)
{
    expect_passed(SENDS("Accept", "*/*"), false);
    expect_passed(SENDS("Content-Length", "12"), true);
    expect_passed(SENDS("content-length", "0"), false);
    expect_passed(SENDS("Content-Length", "000"), false);
    expect_passed(SENDS("Content-Length", "010"), true);
    expect_passed(SENDS("X-Note", "caf\xC3\xA9\tau lait", "X-Empty", NULL), false);
    expect_passed(ask("HTTP/1.0", "/", NULL), false);
}
END_TEST

/* Where it ends two programs may disagree, so nothing is read behind it. */
START_TEST(a_chunked_body_is_the_last_of_its_connection)
{
    static const char *const spellings[] = {"chunked", "Chunked"};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const struct outcome outcome = SENDS("TRANSFER-ENCODING", spellings[i]);
        ck_assert_int_eq(outcome.kind, PROBLEM_NONE);
        ck_assert(outcome.close && outcome.has_body);
    }
}
END_TEST

START_TEST(lines_end_with_cr_lf_and_are_not_folded)
{
    const char *version = begin("HTTP/1.1");
    put_field("Host", "a", 1); /* bare LF */
    put_field("X-Note", "b", CR_LF);
    expect_refused(finish(version, "/"), PROBLEM_BAD_REQUEST);
    version = begin("HTTP/1.1");
    put_field("Host", "a", CR_LF + 3); /* what a fold or a zero leaves between two fields */
    put_field("X-Note", "b", CR_LF);
    expect_refused(finish(version, "/"), PROBLEM_BAD_REQUEST);
    version = begin("HTTP/1.1");
    put_field("Host", "a", CR_LF);
    (void)put("{", 0); /* a body where the empty line should be */
    expect_refused(finish(version, "/"), PROBLEM_BAD_REQUEST);
}
END_TEST

START_TEST(a_body_has_one_length)
{
    expect_refused(SENDS("Content-Length", "1", "Content-Length", "1"), PROBLEM_BAD_REQUEST);
    expect_refused(SENDS("Content-Length", "1", "content-length", "2"), PROBLEM_BAD_REQUEST);
    expect_refused(SENDS("Content-Length", "1", "Transfer-Encoding", "chunked"),
                   PROBLEM_BAD_REQUEST);
    expect_refused(SENDS("Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"),
                   PROBLEM_BAD_REQUEST);
}
END_TEST

START_TEST(a_length_is_a_plain_number)
{
    static const char *const lengths[] = {
        "",    "+1",  "-1",  " 1",  "1 ",  "1,1",   "0x10",
        "1e3", "1.0", "12a", "one", "\t1", "1;q=1", "9999999999999999",
        NULL};
    for (size_t i = 0; lengths[i] != NULL; i++)
        expect_refused(SENDS("Content-Length", lengths[i]), PROBLEM_BAD_REQUEST);
    expect_passed(SENDS("Content-Length", "999999999999999"), true);
}
END_TEST

START_TEST(the_only_coding_is_chunked_in_its_one_spelling)
{
    static const char *const codings[] = {"gzip",     "gzip, chunked", "chunked, gzip",  "chunked ",
                                          " chunked", "chunked;a=b",   "chunked,",       "identity",
                                          "",         "xchunked",      "chunked chunked"};
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
        expect_refused(SENDS("Transfer-Encoding", codings[i]), PROBLEM_BAD_REQUEST);
    expect_refused(ask("HTTP/1.0", "/", "Transfer-Encoding", "chunked", NULL), PROBLEM_BAD_REQUEST);
}
END_TEST

START_TEST(a_request_has_one_host)
{
    expect_refused(ask("HTTP/1.1", "/", "Accept", "*/*", NULL), PROBLEM_BAD_REQUEST);
    expect_refused(SENDS("Host", "example.org"), PROBLEM_BAD_REQUEST);
    expect_refused(ask("HTTP/1.0", "/", "Host", "a", "host", "b", NULL), PROBLEM_BAD_REQUEST);
    expect_passed(ask("HTTP/1.1", "/", "Host", "[::1]:8080", NULL), false);
    expect_passed(ask("HTTP/1.1", "/", "Host", "", NULL), false);
    static const char *const hosts[] = {"a b", "a/b",         "user@a", "a,b",
                                        "a?b", "caf\xC3\xA9", "a\\b"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        expect_refused(ask("HTTP/1.1", "/", "Host", hosts[i], NULL), PROBLEM_BAD_REQUEST);
}
END_TEST

START_TEST(field_names_are_tokens_and_values_hold_no_control_characters)
{
    static const char *const names[] = {"",        "Host ", "X Note",     "X:Note",
                                        "X\tNote", "X(1)",  "caf\xC3\xA9"};
    static const char *const values[] = {"a\rb", "a\nb", "a\x01", "\x7F", "a\x0B"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        expect_refused(SENDS(names[i], "x"), PROBLEM_BAD_REQUEST);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        expect_refused(SENDS("X-Note", values[i]), PROBLEM_BAD_REQUEST);
}
END_TEST

START_TEST(other_versions_are_refused)
{
    static const char *const versions[] = {"HTTP/0.9", "HTTP/1.2",  "HTTP/2.0",
                                           "http/1.1", "HTTP/1.1 ", ""};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        expect_refused(ask(versions[i], "/", "Host", "a", NULL), PROBLEM_BAD_REQUEST);
}
END_TEST

START_TEST(a_zero_does_not_end_a_target)
{
    struct arena *arena = suite_arena();
    struct visit visit = {.x = {.arena = arena, .problem = problem_none(arena)}, .target = "/a"};
    visit.version = begin("HTTP/1.1");
    put_field("Host", "a", CR_LF);
    visit.behind = visit.version - 2;
    ck_assert(!guard_check(&visit.x));
    arena_free(arena);
}
END_TEST

START_TEST(a_target_is_ascii_and_has_a_bound)
{
    static const char *const targets[] = {"/a b", "/caf\xC3\xA9", "/\x01", "/\x7F", "/a\tb"};
    static char longest[8194];
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        expect_refused(ask("HTTP/1.1", targets[i], "Host", "a", NULL), PROBLEM_BAD_REQUEST);
    memset(longest, 'a', sizeof longest - 1);
    longest[0] = '/';
    expect_refused(ask("HTTP/1.1", longest, "Host", "a", NULL), PROBLEM_URI_TOO_LONG);
    longest[8192] = '\0';
    expect_passed(ask("HTTP/1.1", longest, "Host", "a", NULL), false);
}
END_TEST

static struct outcome send_many(size_t count, const char *value)
{
    const char *version = begin("HTTP/1.1");
    put_field("Host", "a", CR_LF);
    for (size_t i = 1; i < count; i++)
        put_field("X-Note", value, CR_LF);
    return finish(version, "/");
}

START_TEST(the_head_has_bounds)
{
    static char value[8192];
    expect_passed(send_many(100, "x"), false);
    expect_refused(send_many(101, "x"), PROBLEM_HEADERS_TOO_LARGE);
    /* Name, value, colon, space and line end. */
    memset(value, 'x', sizeof value - 1);
    value[8192 - 4 - 6] = '\0';
    expect_passed(send_many(2, value), false);
    value[8192 - 4 - 6] = 'x';
    value[8192 - 4 - 5] = '\0';
    expect_refused(send_many(2, value), PROBLEM_HEADERS_TOO_LARGE);
    value[8000] = '\0';
    expect_passed(send_many(5, value), false);
    expect_refused(send_many(6, value), PROBLEM_HEADERS_TOO_LARGE);
}
END_TEST

SUITE("guard", an_ordinary_request_passes, a_chunked_body_is_the_last_of_its_connection,
      lines_end_with_cr_lf_and_are_not_folded, a_body_has_one_length, a_length_is_a_plain_number,
      the_only_coding_is_chunked_in_its_one_spelling, a_request_has_one_host,
      field_names_are_tokens_and_values_hold_no_control_characters, other_versions_are_refused,
      a_zero_does_not_end_a_target, a_target_is_ascii_and_has_a_bound, the_head_has_bounds)
