/* iati_read.c - reads IATI activity XML as a stream, one activity at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/iati_read.h"

#include "core/arena.h"
#include "core/text.h"
#include "transfer/xml_guard.h"

#include <libxml/SAX2.h>
#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <string.h>

/* Events of the push parser rather than xmlTextReader: no node is ever built, a text is counted
   while it comes, and a line is known beyond 65,535, where the reader's nodes stop counting. */

enum kind { ONE, MANY, ONE_TEXT, MANY_TEXT, UNREAD };

struct element {
    const char *name;
    const char *member;
    enum iati_element parent;
    enum kind kind;
};

static const struct element elements[] = {
#define ELEMENT(id, parent, element, member, kind) {element, member, IATI_##parent, kind},
#include "transfer/iati_element.def"
#undef ELEMENT
};

/* Attributes that are read: the name in the file, the member in the document. */
static const char *const attributes[][2] = {
    {"ref", "ref"},
    {"type", "type"},
    {"role", "role"},
    {"code", "code"},
    {"vocabulary", "vocabulary"},
    {"percentage", "percentage"},
    {"iso-date", "iso_date"},
    {"currency", "currency"},
    {"value-date", "value_date"},
    {"hierarchy", "hierarchy"},
    {"humanitarian", "humanitarian"},
    {"default-currency", "default_currency"},
    {"last-updated-datetime", "last_updated_datetime"},
    {"secondary-reporter", "secondary_reporter"},
    {"activity-id", "activity_id"},
    {"provider-activity-id", "provider_activity_id"},
    {"receiver-activity-id", "receiver_activity_id"},
    {"crs-channel-code", "crs_channel_code"},
};

static const char *const versions[] = {"2.01", "2.02", "2.03"};

enum {
    CHUNK_BYTES = 1 << 16,
    NOTHING = -1,
    /* Of each document there is at most one copy on its way up, and texts double when they grow. */
    ARENA_BYTES = IATI_ACTIVITY_MAX * 5
};

struct reader {
    const struct iati_source *source;
    struct iati_file *file;
    struct problem *problem;
    struct arena *arena; /* of the activity being read */
    xmlParserCtxt *parser;
    int depth;
    int skipped;      /* depth of the outermost element that is left out, 0: none is */
    int open;         /* innermost open element that is read, or NOTHING */
    long first_line;  /* of the activity */
    struct text text; /* of the innermost element, if it has a text of its own */
    struct text value;
    struct text repeated;
    const char *identifier;
    struct text list[IATI_ELEMENTS]; /* of each element, those of the innermost open parent */
};

const char *iati_element_name(enum iati_element element)
{
    return elements[element].name;
}

/* The first cause wins, and the parser takes nothing further. */
static void stop(struct reader *reader)
{
    xmlStopParser(reader->parser);
}

static long line_of(const struct reader *reader)
{
    return xmlSAX2GetLineNumber(reader->parser);
}

static bool same(const xmlChar *name, const char *other)
{
    return strcmp((const char *)name, other) == 0;
}

/* ---------------------------------------------------------------- the document of an activity */

static void open_activity(struct reader *reader)
{
    arena_reset(reader->arena);
    for (size_t i = 0; i < IATI_ELEMENTS; i++)
        reader->list[i] = text_open(reader->arena, IATI_ACTIVITY_MAX);
    reader->text = text_open(reader->arena, IATI_TEXT_MAX);
    reader->value = text_open(reader->arena, IATI_TEXT_MAX);
    reader->repeated = text_open(reader->arena, IATI_ACTIVITY_MAX);
    reader->identifier = "";
    reader->first_line = line_of(reader);
    reader->file->activities++;
}

static void clear(struct text *text)
{
    text->length = 0;
    if (text->room > 0)
        text->data[0] = '\0';
}

/* Starts a member; an object is open exactly when its last character is not "{". */
static void add_name(struct text *out, const char *name)
{
    if (out->length > 0 && out->data[out->length - 1] != '{')
        text_add_char(out, ',');
    text_addf(out, "\"%s\":", name);
}

static void add_attribute(struct reader *reader, struct text *out, const xmlChar **attribute)
{
    const char *member = NULL;
    for (size_t i = 0; attribute[2] == NULL && i < sizeof attributes / sizeof *attributes; i++)
        if (same(attribute[0], attributes[i][0]))
            member = attributes[i][1];
    if (attribute[1] != NULL && same(attribute[1], "xml") && same(attribute[0], "lang"))
        member = "lang";
    if (member == NULL)
        return;
    clear(&reader->value);
    text_add_bytes(&reader->value, attribute[3], (size_t)(attribute[4] - attribute[3]));
    add_name(out, member);
    text_add_json(out, reader->value.data);
}

static void open_object(struct reader *reader, int element, int count, const xmlChar **given)
{
    struct text *out = &reader->list[element];
    if (out->length > 0)
        text_add_char(out, ',');
    text_add_char(out, '{');
    if (element == IATI_ACTIVITY) {
        add_name(out, "version");
        text_add_json(out, reader->file->version);
    }
    if (element == IATI_ACTIVITY || element == IATI_TRANSACTION || element == IATI_PLANNED) {
        add_name(out, "line");
        text_addf(out, "%ld", line_of(reader));
    }
    for (int i = 0; i < count; i++)
        add_attribute(reader, out, given + (ptrdiff_t)5 * i);
    clear(&reader->text);
}

static bool has_text(int element)
{
    return elements[element].kind == ONE_TEXT || elements[element].kind == MANY_TEXT;
}

static bool stands_once(int element)
{
    return elements[element].kind == ONE || elements[element].kind == ONE_TEXT;
}

static void close_object(struct reader *reader, int element)
{
    struct text *out = &reader->list[element];
    if (has_text(element)) {
        add_name(out, "text");
        text_add_json(out, reader->text.data);
    }
    for (int child = element + 1; child < IATI_ELEMENTS; child++) {
        struct text *list = &reader->list[child];
        if ((int)elements[child].parent != element || list->length == 0)
            continue;
        add_name(out, elements[child].member);
        const bool one = stands_once(child);
        text_add(out, one ? "" : "[");
        text_add_bytes(out, list->data, list->length);
        text_add(out, one ? "" : "]");
        clear(list);
        /* What the parent lacks for want of room, it lacks for good. */
        out->full = out->full || list->full;
    }
    text_add_char(out, '}');
}

static char *trimmed(struct arena *arena, const struct text *text)
{
    static const char space[] = " \t\r\n";
    const char *start = text->data + strspn(text->data, space);
    size_t length = strlen(start);
    while (length > 0 && strchr(space, start[length - 1]) != NULL)
        length--;
    return arena_copy_bytes(arena, start, length);
}

static void close_activity(struct reader *reader)
{
    struct text *out = &reader->list[IATI_ACTIVITY];
    if (reader->repeated.length > 0) {
        out->length--; /* the brace: one more member follows */
        add_name(out, "repeated");
        text_addf(out, "[%s]}", reader->repeated.data);
    }
    const struct iati_activity activity = {
        .json = out->data,
        .identifier = reader->identifier,
        .line = reader->first_line,
        .is_too_large =
            out->full || reader->text.full || reader->repeated.full || reader->value.full,
    };
    if (reader->source->take != NULL &&
        !reader->source->take(reader->source->context, &activity, reader->problem))
        stop(reader);
}

/* ---------------------------------------------------------------- what the parser says */

static bool check_root(struct reader *reader, const xmlChar *name, const xmlChar *uri, int count,
                       const xmlChar **given)
{
    struct problem *problem = reader->problem;
    if (uri != NULL)
        return problem_set(
            problem, PROBLEM_INVALID_VALUE,
            "this is not IATI: the root element <%.60s> is in the namespace \"%.100s\"", name, uri);
    if (same(name, "iati-organisations"))
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "this is an IATI organisation file; only activity files are read");
    if (!same(name, "iati-activities"))
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "this is not IATI: the root element is <%.60s>, not <iati-activities>",
                           name);
    for (int i = 0; i < count; i++, given += 5) {
        if (!same(given[0], "version") || given[2] != NULL)
            continue;
        const int length = (int)(given[4] - given[3]);
        for (size_t v = 0; v < sizeof versions / sizeof *versions; v++)
            if (length == 4 && memcmp(given[3], versions[v], 4) == 0)
                return memcpy(reader->file->version, versions[v], 5) != NULL;
        return problem_set(problem, PROBLEM_INVALID_VALUE,
                           "this is IATI version \"%.*s\"; accepted are 2.01, 2.02 and 2.03",
                           length > 20 ? 20 : length, given[3]);
    }
    return problem_set(problem, PROBLEM_INVALID_VALUE,
                       "the file names no IATI version; accepted are 2.01, 2.02 and 2.03");
}

static int find_element(int parent, const xmlChar *name, const xmlChar *uri)
{
    if (uri != NULL)
        return NOTHING;
    if (parent == NOTHING)
        return same(name, elements[IATI_ACTIVITY].name) ? IATI_ACTIVITY : NOTHING;
    for (int i = parent + 1; i < IATI_ELEMENTS; i++)
        if ((int)elements[i].parent == parent && same(name, elements[i].name))
            return i;
    return NOTHING;
}

/* Whether the element is one to read; otherwise it is left out with all it holds. */
static bool is_read(struct reader *reader, int element)
{
    if (element == NOTHING)
        return false;
    if (elements[element].kind == UNREAD) {
        reader->file->unread[element]++;
        return false;
    }
    if (element == IATI_ACTIVITY || !stands_once(element) || reader->list[element].length == 0)
        return true;
    text_addf(&reader->repeated, "%s{\"name\":\"%s\",\"line\":%ld}",
              reader->repeated.length > 0 ? "," : "", elements[element].name, line_of(reader));
    return false;
}

/* NOLINTNEXTLINE(readability-function-size): the parser says how it calls. */
static void start_element(void *context, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri, int namespaces, const xmlChar **declared, int count,
                          int defaulted, const xmlChar **given)
{
    struct reader *reader = context;
    (void)prefix;
    (void)namespaces;
    (void)declared;
    (void)defaulted;
    if (++reader->depth > IATI_DEPTH_MAX) {
        (void)problem_set(reader->problem, PROBLEM_INVALID_VALUE,
                          "line %ld: elements are nested deeper than %d", line_of(reader),
                          IATI_DEPTH_MAX);
        stop(reader);
    } else if (reader->depth == 1) {
        if (!check_root(reader, name, uri, count, given))
            stop(reader);
    } else if (reader->skipped == 0) {
        const int element = find_element(reader->open, name, uri);
        if (!is_read(reader, element)) {
            reader->skipped = reader->depth;
            return;
        }
        if (element == IATI_ACTIVITY)
            open_activity(reader);
        reader->open = element;
        open_object(reader, element, count, given);
    }
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix,
                        const xmlChar *uri)
{
    struct reader *reader = context;
    (void)name;
    (void)prefix;
    (void)uri;
    const int depth = reader->depth--;
    if (reader->skipped != 0) {
        if (reader->skipped == depth)
            reader->skipped = 0;
        return;
    }
    if (depth == 1)
        return;
    const int element = reader->open;
    if (element == IATI_IDENTIFIER) {
        const char *identifier = trimmed(reader->arena, &reader->text);
        reader->identifier = identifier != NULL ? identifier : "";
    }
    close_object(reader, element);
    reader->open = element == IATI_ACTIVITY ? NOTHING : (int)elements[element].parent;
    if (element == IATI_ACTIVITY)
        close_activity(reader);
}

/* A text beyond its cap leaves its activity out; one that is not read may have any length. */
static void take_text(void *context, const xmlChar *text, int length)
{
    struct reader *reader = context;
    if (reader->skipped == 0 && reader->open != NOTHING && has_text(reader->open))
        text_add_bytes(&reader->text, text, (size_t)length);
}

/* The guard has refused such a file already; this holds should it ever be mistaken. */
static void refuse_declaration(void *context, const xmlChar *name, const xmlChar *external,
                               const xmlChar *system)
{
    struct reader *reader = context;
    (void)name;
    (void)external;
    (void)system;
    (void)problem_set(reader->problem, PROBLEM_INVALID_VALUE,
                      "the file has a document type declaration (<!DOCTYPE ...>); such files are "
                      "not read");
    stop(reader);
}

static void note_error(void *context, xmlError *error)
{
    const struct reader *reader = context;
    if (error == NULL || error->level != XML_ERR_FATAL || problem_is_set(reader->problem))
        return;
    const char *message = error->message != NULL ? error->message : "";
    /* The parser's own words for a file without its end speak of what comes after the end. */
    if (error->code == XML_ERR_DOCUMENT_END && reader->depth > 0)
        message = "the file is cut off";
    (void)problem_set(reader->problem, PROBLEM_INVALID_VALUE,
                      "line %d: this is not well-formed XML: %.*s", error->line,
                      (int)strcspn(message, "\n"), message);
}

/* ---------------------------------------------------------------- the stream */

static bool parse(struct reader *reader, const char *bytes, size_t count)
{
    const int failed = xmlParseChunk(reader->parser, bytes, (int)count, count == 0);
    if (failed != 0 || !reader->parser->wellFormed)
        (void)problem_set(reader->problem, PROBLEM_INVALID_VALUE,
                          "line %ld: this is not well-formed XML", line_of(reader));
    return !problem_is_set(reader->problem);
}

/* The next bytes. The guard tells by the first four what they are: a short read is read on. */
static ssize_t fill(struct reader *reader, unsigned char *chunk)
{
    size_t have = 0;
    ssize_t count = 0;
    do {
        count = reader->source->give(reader->source->context, chunk + have, CHUNK_BYTES - have);
        have += count > 0 ? (size_t)count : 0;
    } while (count > 0 && have < 4);
    return count < 0 ? count : (ssize_t)have;
}

static bool read_all(struct reader *reader)
{
    struct xml_guard guard = {0};
    unsigned char chunk[CHUNK_BYTES];
    ssize_t count = 0;
    while ((count = fill(reader, chunk)) > 0) {
        if (!xml_guard_pass(&guard, chunk, (size_t)count, reader->problem) ||
            !parse(reader, (const char *)chunk, (size_t)count))
            return false;
    }
    if (count < 0)
        return problem_set(reader->problem, PROBLEM_INTERNAL, "the file cannot be read");
    /* Nothing at all is for the guard to refuse. */
    return (guard.unit_bytes != 0 || xml_guard_pass(&guard, chunk, 0, reader->problem)) &&
           parse(reader, "", 0);
}

/* Only the events we take: whatever would load, resolve or build something is left out. */
static const xmlSAXHandler events = {
    .internalSubset = refuse_declaration,
    .characters = take_text,
    .ignorableWhitespace = take_text,
    .cdataBlock = take_text,
    .startElementNs = start_element,
    .endElementNs = end_element,
    .serror = note_error,
    .initialized = XML_SAX2_MAGIC,
};

bool iati_read(const struct iati_source *source, struct iati_file *file, struct problem *problem)
{
    struct reader reader = {
        .source = source, .file = file, .problem = problem, .open = NOTHING, .identifier = ""};
    xmlSAXHandler handler = events;
    *file = (struct iati_file){.activities = 0};
    xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
    reader.arena = arena_make(ARENA_BYTES);
    reader.parser = xmlCreatePushParserCtxt(&handler, &reader, NULL, 0, NULL);
    bool done = false;
    if (reader.arena != NULL && reader.parser != NULL &&
        xmlCtxtUseOptions(reader.parser, XML_PARSE_NONET) == 0)
        done = read_all(&reader);
    else
        (void)problem_set(problem, PROBLEM_INTERNAL, "out of memory");
    if (reader.parser != NULL)
        xmlFreeParserCtxt(reader.parser);
    arena_free(reader.arena);
    return done;
}
