/* statement.h - an endpoint as its .sql file declares it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHODS
};

/* How many rows mean what: see engine/result.h. */
enum statement_kind { STATEMENT_ONE, STATEMENT_LIST, STATEMENT_WRITE, STATEMENT_REPORT };

enum statement_lane { LANE_READ, LANE_LIST, LANE_WRITE, LANE_REPORT, LANE_EXPLAIN };

/* SOURCE_REPORT: of a report that runs before the statement; see native/report_run.h. */
enum parameter_source { SOURCE_PATH, SOURCE_QUERY, SOURCE_BODY, SOURCE_REPORT };

enum parameter_type {
    TYPE_UUID,
    TYPE_TEXT,
    TYPE_CODE,
    TYPE_COUNTRY,
    TYPE_CURRENCY,
    TYPE_DATE,
    TYPE_YEAR,
    TYPE_INTEGER,
    TYPE_POSITION, /* tree size or time */
    TYPE_INDEX,    /* of a leaf */
    TYPE_LIMIT,
    TYPE_CURSOR,
    TYPE_GROUP,
    TYPE_BOOLEAN,
    TYPE_TILE, /* the rest of a path, slashes included; the statement says what is one */
    TYPE_JSONB,
    PARAMETER_TYPES
};

enum etag_rule { ETAG_NONE, ETAG_OPTIONAL, ETAG_REQUIRED };

/* What an answer may come as; http/negotiate knows the media types. What several accept equally is
   given as the first of them. */
enum format {
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_NDJSON,
    FORMAT_HTML,
    FORMAT_XLSX,
    FORMAT_PDF,
    FORMAT_TEXT,
    FORMAT_BYTES,
    FORMATS
};

enum {
    JSON_OFFERS = 1 << FORMAT_JSON,
    REPORT_OFFERS = 1 << FORMAT_JSON | 1 << FORMAT_CSV | 1 << FORMAT_NDJSON | 1 << FORMAT_HTML |
                    1 << FORMAT_XLSX | 1 << FORMAT_PDF
};

/* Who may keep an answer, and for how long. */
enum cache_rule {
    CACHE_CHECKED, /* whoever asks again hears whether it has changed */
    CACHE_MOMENT,  /* anybody, for a second */
    CACHE_FOREVER  /* anybody, for it will never change */
};

/* Who makes the answer of the rows: the database itself, or one of native/. */
enum renderer {
    RENDER_NONE,
    RENDER_REPORT,
    RENDER_PROOF,
    RENDER_CONSISTENCY,
    RENDER_ROOT,
    RENDERERS
};

enum {
    PARAMETERS_MAX = 48, /* $1..$48 */
    LIMIT_DEFAULT = 50,  /* what every list takes an absent limit for */
    CAPTURES_MAX = 6     /* {names} in one path */
};

/* parameters[i] is $i+1. */
struct parameter {
    const char *name;
    enum parameter_source source;
    enum parameter_type type;
    bool optional;
};

/* One service/sql/<resource>/<verb>.sql. Everything is constant and lives for ever. */
struct statement {
    const char *name;    /* "commitment_read": also the prepared name and the operationId */
    const char *file;    /* "service/sql/commitment/read.sql", for messages at start-up */
    const char *summary; /* the header's sentence */
    enum method method;
    const char *path; /* "/v1/commitments/{id}" */
    const char *sql;
    const char *current; /* a report of the newest position as a look-up: see engine/plain.h */
    enum statement_kind kind;
    enum statement_lane lane;
    uint32_t roles; /* mask of enum role */
    enum etag_rule etag;
    const char *body_schema; /* name below components/schemas, NULL without a body */
    bool body_csv;           /* the body may be CSV: its schema is an array of rows */
    bool own_media;          /* the answer is what its column "type" says, whatever is accepted */
    unsigned offers;         /* mask of 1u << enum format */
    bool binary;             /* cells come as they are: columns are of type text or bytea */
    enum cache_rule cache;
    enum renderer renderer;
    bool tail; /* the path's last {name} takes all that is left, slashes included */
    const struct parameter *parameters;
    size_t parameter_count;
};

/* "GET" for METHOD_GET. */
const char *method_name(enum method method);
