/* exchange.h - one request on its walk to becoming a response. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/address.h"
#include "core/arena.h"
#include "core/principal.h"
#include "core/problem.h"
#include "core/quota.h"
#include "core/rows.h"
#include "core/statement.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange;
struct allowances; /* access/allowance.h: what callers may still ask for */
struct backlog;    /* core/backlog.h: what reports hold until they have been read */
struct config;     /* core/config.h */
struct directory;  /* access/directory.h: the live API keys of this loop */
struct metrics;    /* core/metrics.h */
struct press;      /* native/press.h: makes large forms of reports */
struct schemas;    /* engine/schema.h: what bodies must look like */

/* A step of the walk: false means x->problem is set, and the walk goes to representation. */
typedef bool (*exchange_fn)(struct exchange *x);
/* Turns the rows of a statement into x->response, where the database does not. */
typedef bool (*exchange_render_fn)(struct exchange *x, const struct rows *rows);

/* Where an exchange goes when its statement has come back. */
enum round {
    ROUND_END,   /* to the representation: what it has come to is the answer */
    ROUND_AGAIN, /* to the lanes once more, with the statement and the values it has by now */
    ROUND_LATER  /* nowhere yet: somebody keeps it, and will hand it to flow_resume */
};
/* Follows a statement that has come back, called once: x->response says what came of it, or
   x->problem why nothing did. See "Another round" in service/README.md. */
typedef enum round (*exchange_then_fn)(struct exchange *x);

struct field {
    const char *name;
    const char *value;
};

enum { QUERY_MAX = 64 /* parameters in one query */ };

/* A body that is told piece by piece, as its client takes it. */
struct pieces {
    struct text text; /* the present piece */
    size_t taken;     /* bytes of it that are gone */
    size_t total;     /* bytes of all pieces so far */
    bool last;        /* none follows */
    /* Writes the next piece into the text, which is empty; false when it is the last one. */
    bool (*next)(struct pieces *pieces);
    void *source;
};

/* What goes out. Strings live in the arena, in constants, or in a result deferred to the arena. */
struct response {
    int status;       /* 0: nobody has answered yet */
    const char *type; /* NULL: application/json */
    const char *body;
    size_t body_bytes;
    const char *etag; /* bare, without quotes */
    const char *location;
    const char *next;        /* sealed cursor of the next page */
    const char *tree_size;   /* decimal */
    const char *age;         /* of a report that may not be of the newest position, in seconds */
    const char *disposition; /* Content-Disposition, for downloads */
    const char *cache;       /* Cache-Control, NULL: respond.c decides */
    bool from_file;          /* the body is a file: */
    int file;                /* its descriptor, which is the arena's */
    struct pieces *pieces;   /* or it comes in these; NULL when it does not */
    const char *policy;      /* Content-Security-Policy, of pages */
    const char *related;     /* URL of what a report leaves to another resource */
};

/* What a report says beside its rows, from the same position of the ledger. */
struct preface {
    const char *members; /* of its JSON document, without the braces around them */
    const char *note;    /* lines before its CSV, without the last end */
};

/* Who writes what, in the order of the walk (flow/flow.c):
     http/request        method .. body
     catalogue_route     statement, captures    (or native is set; see flow/flow.c)
     http/negotiate      format
     access_authorise    principal, quota       reads authorization, statement->roles, directory
     http/condition      idempotency_key, if_match
     csv_read_body       body                   when it came as CSV
     bind_exchange       values                 reads captures, query, body, statement
     engine/lane         preface, response.tree_size, .related and .age of a report
     engine/alike        result, held
     engine/result       response
     flow_landed         statement, values, render, then     of another round, when there is one
   Everything but the strings of constants lives in arena. */
struct exchange {
    struct arena *arena;
    struct problem problem;

    /* The request. Strings are decoded UTF-8 without control characters, but for the body. */
    char id[UUID_BYTES]; /* of this request: Request-Id, logs, ledger */
    enum method method;
    bool head_only;      /* a HEAD, walked as the GET it mirrors */
    const char *path;    /* "/v1/commitments/0192..": decoded, no empty or dot segments */
    struct field *query; /* in the order sent, names may repeat: bind refuses those */
    size_t query_count;
    const char *authorization; /* the one Authorization header, NULL when absent */
    const char *accept;        /* Accept, NULL when absent */
    const char *body;          /* raw bytes, terminated; NULL without a body */
    size_t body_bytes;
    bool csv;               /* the body came as CSV; transfer/csv makes JSON of it */
    bool gzip;              /* is accepted; once there is a response: is how it is sent */
    bool minimal;           /* Prefer: return=minimal */
    bool no_cache;          /* Cache-Control: no-cache: no answer older than the question */
    int wait_s;             /* Prefer: wait=SECONDS, 0 when absent */
    int waited_s;           /* the same, once the answer has what was waited for */
    struct address address; /* of the client, as far as the proxies on the way are trusted */

    /* Where it goes: exactly one of the two is set. */
    const struct statement *statement;
    exchange_fn native;
    exchange_render_fn render; /* of the statement; NULL: its row is the answer */
    exchange_then_fn then;     /* NULL: what the statement comes back with is the answer */
    void *carried;             /* what `then` keeps from one round to the next */
    const char *route;         /* statement name or the native handler's, for log and metrics */
    const char *allow;         /* methods of this path, for 405 and OPTIONS */
    struct field captures[CAPTURES_MAX];
    size_t capture_count;
    unsigned offers; /* mask of 1u << enum format */
    enum format format;

    /* Who asks, how often, under which conditions. */
    struct directory *directory;
    struct allowances *allowances;
    struct principal principal;
    struct quota quota;
    const char *idempotency_key; /* without quotes, NULL when absent */
    const char *if_match;        /* comma list of strong tags without quotes, "-" when only weak
                                    ones were sent, NULL when absent */
    const char *if_none_match;   /* as sent */

    /* What the statement gets: values[i] is $i+1, NULL is null. */
    const struct schemas *schemas;
    const char *values[PARAMETERS_MAX];
    /* Every report has these beside its own parameters. */
    const char *as_of; /* tree size or time, NULL for the newest */
    bool bare;         /* notes=none: CSV without its notes */
    bool bom;          /* bom=1: CSV that begins with a byte order mark */
    struct preface preface;

    struct response response;

    /* For the rooms that move the exchange about; other rooms leave these alone. */
    const struct config *config;
    struct metrics *metrics;
    struct backlog *backlog;
    size_t held; /* bytes of its answer that count there */
    struct press *press;
    void *owner; /* the loop */
    bool behind; /* nobody waits for it: what it comes to is for those who ask next */
    void *connection;
    struct exchange *next;   /* in a lane's queue */
    struct exchange *joined; /* who asks for the very same and is answered with it, by next */
    void *result;            /* what the statement came back with; engine/result reads it */
    int64_t began_ns;        /* monotonic */
    int64_t queued_ms;       /* when it began to wait for a lane */
    int64_t due_ms;          /* a retry waits until then */
    unsigned tries; /* how often it was retried after a conflict with another transaction */
    bool alone;     /* its neighbour's error took it along once: no shared Sync any more */
    bool lost;      /* its connection broke once */
    bool whole;     /* its plain form was of another position: see engine/plain.h */
    bool close;     /* the client's connection must not be used again */
};
