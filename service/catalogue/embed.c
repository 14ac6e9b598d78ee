/* embed.c - writes the files the service is made of into one C source; runs during the build. */
/* SPDX-License-Identifier: Apache-2.0 */

/* embed OUT FOLDER...
   Statements (service/sql/<resource>/<verb>.sql and reports/<slug>/query.sql) are parsed by the
   header they start with; whatever is wrong there stops the build with file, line and a sentence.
   reports/<slug>/current.sql is another form of the query beside it, with the same parameters.
   Everything else below the folders is taken as it is. */

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILES_MAX = 4096,
    STATEMENTS_MAX = 512,
    LINE_MAX_BYTES = 256,
    NAME_BYTES = 128,
    SUMMARY_BYTES = 1024,
    PARAMETERS_MAX = 48, /* as in core/statement.h */
    WORDS_MAX = 16
};

struct parameter {
    char name[NAME_BYTES];
    char source[NAME_BYTES];
    char type[NAME_BYTES];
    bool optional;
};

struct statement {
    char name[NAME_BYTES];
    char method[NAME_BYTES];
    char path[LINE_MAX_BYTES];
    char summary[SUMMARY_BYTES];
    char kind[NAME_BYTES];
    char lane[NAME_BYTES];
    char etag[NAME_BYTES];
    char body[NAME_BYTES];
    bool body_csv;
    bool own_media;
    char cache[NAME_BYTES];
    char renderer[NAME_BYTES];
    char types[WORDS_MAX][NAME_BYTES];
    size_t type_count;
    bool tail;
    char roles[WORDS_MAX][NAME_BYTES];
    size_t role_count;
    struct parameter parameters[PARAMETERS_MAX];
    size_t parameter_count;
    size_t file;
};

static char *files[FILES_MAX];
static size_t file_count;

/* Where the parser is, for its complaints. */
static const char *at_file;
static int at_line;

__attribute__((format(printf, 1, 2), noreturn)) static void refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "%s:%d: ", at_file, at_line);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

/* ---------------------------------------------------------------- files */

static int gather(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    if (type != FTW_F || path[place->base] == '.')
        return 0;
    if (file_count == FILES_MAX) {
        (void)fprintf(stderr, "embed: more than %d files\n", FILES_MAX);
        return -1;
    }
    files[file_count] = strdup(path);
    return files[file_count++] == NULL ? -1 : 0;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        refuse("cannot be read: %s", strerror(errno));
    const long end = ftell(file);
    if (end < 0 || fseek(file, 0, SEEK_SET) != 0)
        refuse("cannot be read: %s", strerror(errno));
    *size = (size_t)end;
    char *bytes = malloc(*size + 1);
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size)
        refuse("cannot be read whole");
    bytes[*size] = '\0';
    (void)fclose(file);
    return bytes;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text);
    const size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static const char query_end[] = "/query.sql";
static const char current_end[] = "/current.sql";

static bool is_statement(const char *path)
{
    return strncmp(path, "service/sql/", 12) == 0 ||
           (strncmp(path, "reports/", 8) == 0 && ends_with(path, query_end));
}

/* The file of the other form of a report's query; file_count when there is none. */
static size_t current_of(const char *path)
{
    const size_t folder = ends_with(path, query_end) ? strlen(path) - strlen(query_end) : 0;
    size_t file = 0;
    while (file < file_count && (folder == 0 || strncmp(files[file], path, folder) != 0 ||
                                 strcmp(files[file] + folder, current_end) != 0))
        file++;
    return file;
}

/* ---------------------------------------------------------------- words of a header */

struct choice {
    const char *word;
    const char *constant;
};

static const struct choice kinds[] = {{"one", "STATEMENT_ONE"},
                                      {"list", "STATEMENT_LIST"},
                                      {"write", "STATEMENT_WRITE"},
                                      {"report", "STATEMENT_REPORT"},
                                      {NULL, NULL}};
static const struct choice lanes[] = {{"read", "LANE_READ"},       {"list", "LANE_LIST"},
                                      {"write", "LANE_WRITE"},     {"report", "LANE_REPORT"},
                                      {"explain", "LANE_EXPLAIN"}, {NULL, NULL}};
static const struct choice methods[] = {{"GET", "METHOD_GET"},       {"POST", "METHOD_POST"},
                                        {"PUT", "METHOD_PUT"},       {"PATCH", "METHOD_PATCH"},
                                        {"DELETE", "METHOD_DELETE"}, {NULL, NULL}};
static const struct choice roles[] = {{"public", "ROLE_PUBLIC"},
                                      {"donor_editor", "ROLE_DONOR_EDITOR"},
                                      {"donor_approver", "ROLE_DONOR_APPROVER"},
                                      {"recipient_officer", "ROLE_RECIPIENT_OFFICER"},
                                      {"recipient_signatory", "ROLE_RECIPIENT_SIGNATORY"},
                                      {"statistician", "ROLE_STATISTICIAN"},
                                      {"stakeholder", "ROLE_STAKEHOLDER"},
                                      {"auditor", "ROLE_AUDITOR"},
                                      {"steward", "ROLE_STEWARD"},
                                      {NULL, NULL}};
static const struct choice etags[] = {
    {"", "ETAG_NONE"}, {"optional", "ETAG_OPTIONAL"}, {"required", "ETAG_REQUIRED"}, {NULL, NULL}};
static const struct choice sources[] = {{"path", "SOURCE_PATH"},
                                        {"query", "SOURCE_QUERY"},
                                        {"body", "SOURCE_BODY"},
                                        {"report", "SOURCE_REPORT"},
                                        {NULL, NULL}};
static const struct choice types[] = {{"uuid", "TYPE_UUID"},
                                      {"text", "TYPE_TEXT"},
                                      {"code", "TYPE_CODE"},
                                      {"country", "TYPE_COUNTRY"},
                                      {"currency", "TYPE_CURRENCY"},
                                      {"date", "TYPE_DATE"},
                                      {"year", "TYPE_YEAR"},
                                      {"integer", "TYPE_INTEGER"},
                                      {"position", "TYPE_POSITION"},
                                      {"index", "TYPE_INDEX"},
                                      {"limit", "TYPE_LIMIT"},
                                      {"cursor", "TYPE_CURSOR"},
                                      {"group", "TYPE_GROUP"},
                                      {"boolean", "TYPE_BOOLEAN"},
                                      {"tile", "TYPE_TILE"},
                                      {"jsonb", "TYPE_JSONB"},
                                      {NULL, NULL}};
static const struct choice media[] = {{"application/json", "FORMAT_JSON"},
                                      {"text/plain", "FORMAT_TEXT"},
                                      {"application/octet-stream", "FORMAT_BYTES"},
                                      {NULL, NULL}};
static const struct choice caches[] = {
    {"", "CACHE_CHECKED"}, {"moment", "CACHE_MOMENT"}, {"forever", "CACHE_FOREVER"}, {NULL, NULL}};
static const struct choice renderers[] = {
    {"", "RENDER_NONE"},       {"report", "RENDER_REPORT"},
    {"proof", "RENDER_PROOF"}, {"consistency", "RENDER_CONSISTENCY"},
    {"root", "RENDER_ROOT"},   {NULL, NULL}};

static const char *constant_of(const struct choice *choices, const char *what, const char *word)
{
    for (; choices->word != NULL; choices++) {
        if (strcmp(choices->word, word) == 0)
            return choices->constant;
    }
    refuse("\"%s\" is no %s", word, what);
}

static void keep(char *to, size_t bytes, const char *word, const char *what)
{
    if (word == NULL || word[0] == '\0')
        refuse("a %s is missing", what);
    if (strlen(word) >= bytes)
        refuse("the %s is too long", what);
    memcpy(to, word, strlen(word) + 1);
}

static void keep_once(char *to, size_t bytes, const char *word, const char *what)
{
    if (to[0] != '\0')
        refuse("a second %s", what);
    keep(to, bytes, word, what);
}

static size_t split(char *line, char *words[WORDS_MAX])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " ,", &rest); word != NULL;
         word = strtok_r(NULL, " ,", &rest)) {
        if (count == WORDS_MAX)
            refuse("more than %d words", WORDS_MAX);
        words[count++] = word;
    }
    return count;
}

/* ---------------------------------------------------------------- a header */

static void parse_parameter(struct statement *statement, char *words[WORDS_MAX], size_t count)
{
    char *end = NULL;
    const unsigned long number = strtoul(words[0] + 1, &end, 10);
    if (*end != '\0' || number != statement->parameter_count + 1)
        refuse("parameters count up from $1; this is \"%s\"", words[0]);
    if (number > PARAMETERS_MAX)
        refuse("more than %d parameters", PARAMETERS_MAX);
    if (count < 4 || count > 5 || (count == 5 && strcmp(words[4], "optional") != 0))
        refuse("a parameter says: $n name source type [optional]");
    struct parameter *parameter = &statement->parameters[statement->parameter_count++];
    keep(parameter->name, sizeof parameter->name, words[1], "name");
    keep(parameter->source, sizeof parameter->source, words[2], "source");
    keep(parameter->type, sizeof parameter->type, words[3], "type");
    parameter->optional = count == 5;
    (void)constant_of(sources, "source of a parameter", words[2]);
    (void)constant_of(types, "type of a parameter", words[3]);
}

static void parse_property(struct statement *statement, char *line)
{
    char *words[WORDS_MAX];
    const size_t count = split(line, words);
    if (words[0][0] == '$') {
        parse_parameter(statement, words, count);
        return;
    }
    if (strcmp(words[0], "role") == 0) {
        for (size_t i = 1; i < count; i++) {
            (void)constant_of(roles, "role", words[i]);
            keep(statement->roles[statement->role_count++], NAME_BYTES, words[i], "role");
        }
        return;
    }
    if (strcmp(words[0], "type") == 0) {
        for (size_t i = 1; i < count; i++) {
            (void)constant_of(media, "media type of an answer", words[i]);
            keep(statement->types[statement->type_count++], NAME_BYTES, words[i], "type");
        }
        return;
    }
    if (count == 3 && strcmp(words[0], "body") == 0 && strcmp(words[1], "csv") == 0) {
        keep_once(statement->body, NAME_BYTES, words[2], "body");
        statement->body_csv = true;
        return;
    }
    if (count != 2)
        refuse("\"%s\" takes one word", words[0]);
    if (strcmp(words[0], "kind") == 0)
        keep_once(statement->kind, NAME_BYTES, words[1], "kind");
    else if (strcmp(words[0], "lane") == 0)
        keep_once(statement->lane, NAME_BYTES, words[1], "lane");
    else if (strcmp(words[0], "etag") == 0)
        keep_once(statement->etag, NAME_BYTES, words[1], "etag");
    else if (strcmp(words[0], "body") == 0)
        keep_once(statement->body, NAME_BYTES, words[1], "body");
    else if (strcmp(words[0], "media") == 0 && strcmp(words[1], "own") == 0)
        statement->own_media = true;
    else if (strcmp(words[0], "cache") == 0)
        keep_once(statement->cache, NAME_BYTES, words[1], "cache rule");
    else if (strcmp(words[0], "render") == 0)
        keep_once(statement->renderer, NAME_BYTES, words[1], "renderer");
    else
        refuse("\"%s\" is no word of a header", words[0]);
}

static bool is_property(const char *line)
{
    static const char *const words[] = {"kind ",  "lane ", "role ",  "etag ",   "body ",
                                        "media ", "type ", "cache ", "render ", "$"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(line, words[i], strlen(words[i])) == 0)
            return true;
    }
    return false;
}

static void parse_route(struct statement *statement, char *line)
{
    char *words[WORDS_MAX];
    if (split(line, words) != 2)
        refuse("the first line is a method and a path");
    keep(statement->method, NAME_BYTES, words[0], "method");
    keep(statement->path, LINE_MAX_BYTES, words[1], "path");
    (void)constant_of(methods, "method", words[0]);
    if (words[1][0] != '/')
        refuse("a path begins with a slash");
}

static void add_summary(struct statement *statement, const char *line)
{
    const size_t length = strlen(statement->summary);
    const int added = snprintf(statement->summary + length, SUMMARY_BYTES - length, "%s%s",
                               length > 0 ? " " : "", line);
    if (added < 0 || (size_t)added >= SUMMARY_BYTES - length)
        refuse("the summary is too long");
}

static void parse_header(struct statement *statement, const char *bytes)
{
    bool properties = false;
    for (const char *next = bytes; strncmp(next, "-- ", 3) == 0; next++) {
        char line[LINE_MAX_BYTES];
        const size_t length = strcspn(next, "\n");
        at_line++;
        if (length - 3 >= sizeof line)
            refuse("the line is too long");
        memcpy(line, next + 3, length - 3);
        line[length - 3] = '\0';
        next += length;
        char *comment = strstr(line, " --");
        if (comment != NULL)
            *comment = '\0';
        if (at_line == 1) {
            parse_route(statement, line);
        } else if (is_property(line)) {
            properties = true;
            parse_property(statement, line);
        } else if (properties) {
            refuse("\"%s\" is no word of a header", line);
        } else {
            add_summary(statement, line);
        }
        if (*next == '\0')
            break;
    }
}

static bool has_parameter(const struct statement *statement, const char *source, const char *name,
                          size_t length)
{
    for (size_t i = 0; i < statement->parameter_count; i++) {
        const struct parameter *parameter = &statement->parameters[i];
        if (strcmp(parameter->source, source) == 0 && strlen(parameter->name) == length &&
            strncmp(parameter->name, name, length) == 0)
            return true;
    }
    return false;
}

static void check_path(const struct statement *statement)
{
    size_t captures = 0;
    for (const char *open = strchr(statement->path, '{'); open != NULL;
         open = strchr(open + 1, '{')) {
        const size_t length = strcspn(open + 1, "}");
        captures++;
        if (!has_parameter(statement, "path", open + 1, length))
            refuse("the path names {%.*s}, but no parameter does", (int)length, open + 1);
    }
    for (size_t i = 0; i < statement->parameter_count; i++)
        captures -= strcmp(statement->parameters[i].source, "path") == 0;
    if (captures != 0)
        refuse("a path parameter is not in the path");
}

/* What spans several segments can only be what is left of a path. */
static void check_tail(struct statement *statement)
{
    char end[NAME_BYTES + 4];
    for (size_t i = 0; i < statement->parameter_count; i++) {
        const struct parameter *parameter = &statement->parameters[i];
        if (strcmp(parameter->type, "tile") != 0)
            continue;
        (void)snprintf(end, sizeof end, "/{%s}", parameter->name);
        if (strcmp(parameter->source, "path") != 0 || !ends_with(statement->path, end))
            refuse("a tile is the last part of a path");
        statement->tail = true;
    }
}

static void check_answer(const struct statement *statement)
{
    (void)constant_of(caches, "cache rule", statement->cache);
    (void)constant_of(renderers, "renderer", statement->renderer);
    if (statement->type_count > 0 && strcmp(statement->kind, "one") != 0)
        refuse("only what reads one thing states a media type");
    if (statement->cache[0] != '\0' && strcmp(statement->method, "GET") != 0)
        refuse("only what reads can be cached");
    if (statement->renderer[0] != '\0' && statement->type_count == 0)
        refuse("what is rendered states its media types; a report is rendered anyway");
}

static void check_header(struct statement *statement)
{
    at_line = 1;
    if (statement->summary[0] == '\0')
        refuse("the header does not say in a sentence what it is");
    if (statement->role_count == 0)
        refuse("the header names no role: nobody could call it");
    const bool writes = strcmp(statement->kind, "write") == 0;
    const bool reports = strcmp(statement->kind, "report") == 0;
    (void)constant_of(kinds, "kind", statement->kind);
    (void)constant_of(lanes, "lane", statement->lane);
    (void)constant_of(etags, "etag rule", statement->etag);
    if (writes != (strcmp(statement->lane, "write") == 0))
        refuse("writes, and nothing else, run on the write lane");
    if (reports != (strcmp(statement->lane, "report") == 0))
        refuse("reports, and nothing else, run on the report lane");
    if (writes == (strcmp(statement->method, "GET") == 0))
        refuse("GET reads, the other methods write");
    if ((statement->body[0] != '\0') != has_parameter(statement, "body", "body", 4))
        refuse("a body has a schema and a parameter \"body\", or neither");
    check_path(statement);
    check_tail(statement);
    check_answer(statement);
}

/* "service/sql/receipt-confirmation/list.sql" is receipt_confirmation_list; the query of a report
   is report_<slug>. */
static void name_statement(struct statement *statement, const char *path)
{
    char name[LINE_MAX_BYTES];
    const bool report = strncmp(path, "reports/", 8) == 0;
    const char *from = path + (report ? 8 : 12);
    const char *end = report ? strchr(from, '/') : from + strlen(from) - 4;
    const int written =
        snprintf(name, sizeof name, "%s%.*s", report ? "report_" : "", (int)(end - from), from);
    if (written < 0 || (size_t)written >= sizeof name)
        refuse("the path is too long");
    for (char *c = name; *c != '\0'; c++) {
        if (*c == '-' || *c == '/')
            *c = '_';
        if (!isalnum((unsigned char)*c) && *c != '_')
            refuse("a name has letters, digits, hyphens and slashes");
    }
    keep(statement->name, sizeof statement->name, name, "name");
}

static void check_apart(const struct statement *statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        at_file = files[statements[i].file];
        for (size_t j = 0; j < i; j++) {
            if (strcmp(statements[i].name, statements[j].name) == 0)
                refuse("the name %s is taken by %s", statements[i].name, files[statements[j].file]);
            if (strcmp(statements[i].method, statements[j].method) == 0 &&
                strcmp(statements[i].path, statements[j].path) == 0)
                refuse("the route is taken by %s", files[statements[j].file]);
        }
    }
}

/* ---------------------------------------------------------------- writing */

static void write_text(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            (void)fputc('\\', out);
        (void)fputc(*c, out);
    }
    (void)fputc('"', out);
}

static void write_bytes(FILE *out, size_t file)
{
    size_t size = 0;
    at_file = files[file];
    char *bytes = read_file(files[file], &size);
    (void)fprintf(out, "static const unsigned char file_%zu[] = {", file);
    for (size_t i = 0; i < size; i++)
        (void)fprintf(out, "%s%u,", i % 24 == 0 ? "\n" : "", (unsigned char)bytes[i]);
    (void)fprintf(out, "0};\nenum { FILE_%zu_BYTES = %zu };\n", file, size);
    free(bytes);
}

static void write_parameters(FILE *out, const struct statement *statement)
{
    if (statement->parameter_count == 0)
        return;
    (void)fprintf(out, "static const struct parameter parameters_%zu[] = {\n", statement->file);
    for (size_t i = 0; i < statement->parameter_count; i++) {
        const struct parameter *parameter = &statement->parameters[i];
        (void)fprintf(out, "    {\"%s\", %s, %s, %s},\n", parameter->name,
                      constant_of(sources, "source", parameter->source),
                      constant_of(types, "type", parameter->type),
                      parameter->optional ? "true" : "false");
    }
    (void)fprintf(out, "};\n");
}

/* What a header leaves out: JSON that the database makes, and every form of a report. */
static void write_answer(FILE *out, const struct statement *statement)
{
    const bool reports = strcmp(statement->kind, "report") == 0;
    (void)fprintf(out, "     .offers = ");
    if (statement->type_count == 0)
        (void)fprintf(out, "%s",
                      statement->own_media ? "0"
                      : reports            ? "REPORT_OFFERS"
                                           : "JSON_OFFERS");
    for (size_t i = 0; i < statement->type_count; i++)
        (void)fprintf(out, "%s1U << %s", i > 0 ? " | " : "",
                      constant_of(media, "media type", statement->types[i]));
    (void)fprintf(out, ", .binary = %s, .tail = %s,\n",
                  statement->type_count > 0 ? "true" : "false", statement->tail ? "true" : "false");
    (void)fprintf(out, "     .cache = %s, .renderer = %s,\n",
                  constant_of(caches, "cache rule", statement->cache),
                  constant_of(renderers, "renderer", reports ? "report" : statement->renderer));
}

static void write_statement(FILE *out, const struct statement *statement)
{
    (void)fprintf(out, "    {.name = \"%s\", .file = \"%s\",\n     .summary = ", statement->name,
                  files[statement->file]);
    write_text(out, statement->summary);
    (void)fprintf(out, ",\n     .method = %s, .path = \"%s\",\n",
                  constant_of(methods, "method", statement->method), statement->path);
    (void)fprintf(out, "     .sql = (const char *)file_%zu, .kind = %s, .lane = %s,\n",
                  statement->file, constant_of(kinds, "kind", statement->kind),
                  constant_of(lanes, "lane", statement->lane));
    const size_t current = current_of(files[statement->file]);
    if (current < file_count)
        (void)fprintf(out, "     .current = (const char *)file_%zu,\n", current);
    (void)fprintf(out, "     .roles = 0");
    for (size_t i = 0; i < statement->role_count; i++)
        (void)fprintf(out, " | %s", constant_of(roles, "role", statement->roles[i]));
    (void)fprintf(out, ", .etag = %s,\n", constant_of(etags, "etag rule", statement->etag));
    write_answer(out, statement);
    if (statement->body[0] != '\0')
        (void)fprintf(out, "     .body_schema = \"%s\", .body_csv = %s,\n", statement->body,
                      statement->body_csv ? "true" : "false");
    if (statement->own_media)
        (void)fprintf(out, "     .own_media = true,\n");
    if (statement->parameter_count > 0)
        (void)fprintf(out, "     .parameters = parameters_%zu,\n", statement->file);
    (void)fprintf(out, "     .parameter_count = %zu},\n", statement->parameter_count);
}

static void write_pages(FILE *out, const char *table, bool migrations)
{
    size_t count = 0;
    (void)fprintf(out, "const struct page %s_table[] = {\n", table);
    for (size_t i = 0; i < file_count; i++) {
        const bool migration = strncmp(files[i], "migrations/", 11) == 0;
        if (migration != migrations || is_statement(files[i]) || ends_with(files[i], current_end))
            continue;
        (void)fprintf(out, "    {\"%s\", file_%zu, FILE_%zu_BYTES},\n",
                      files[i] + (migration ? 11 : 0), i, i);
        count++;
    }
    (void)fprintf(out,
                  "    {\"\", (const unsigned char *)\"\", 0}};\nconst size_t %s_count = %zu;\n",
                  table, count);
}

static int by_statement_name(const void *left, const void *right)
{
    return strcmp(((const struct statement *)left)->name, ((const struct statement *)right)->name);
}

static void write_all(FILE *out, struct statement *statements, size_t count)
{
    (void)fprintf(out, "/* Written by embed; see service/catalogue/embed.c. */\n"
                       "#include \"catalogue/tables.h\"\n#include \"core/principal.h\"\n");
    for (size_t i = 0; i < file_count; i++)
        write_bytes(out, i);
    for (size_t i = 0; i < count; i++)
        write_parameters(out, &statements[i]);
    (void)fprintf(out, "const struct statement catalogue_statement_table[] = {\n");
    for (size_t i = 0; i < count; i++)
        write_statement(out, &statements[i]);
    (void)fprintf(out, "    {.name = \"\"}};\nconst size_t catalogue_statement_count = %zu;\n",
                  count);
    write_pages(out, "catalogue_migration", true);
    write_pages(out, "catalogue_page", false);
}

int main(int argc, char **argv)
{
    static struct statement statements[STATEMENTS_MAX];
    size_t count = 0;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: embed OUT FOLDER...\n");
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++) {
        if (nftw(argv[i], gather, 16, FTW_PHYS) != 0) {
            (void)fprintf(stderr, "embed: %s cannot be walked\n", argv[i]);
            return EXIT_FAILURE;
        }
    }
    qsort(files, file_count, sizeof files[0], by_name);
    for (size_t i = 0; i < file_count; i++) {
        if (!is_statement(files[i]))
            continue;
        size_t size = 0;
        at_file = files[i];
        at_line = 0;
        if (count == STATEMENTS_MAX)
            refuse("more than %d statements", STATEMENTS_MAX);
        char *bytes = read_file(files[i], &size);
        statements[count].file = i;
        name_statement(&statements[count], files[i]);
        parse_header(&statements[count], bytes);
        check_header(&statements[count]);
        free(bytes);
        count++;
    }
    qsort(statements, count, sizeof statements[0], by_statement_name);
    check_apart(statements, count);
    FILE *out = fopen(argv[1], "w");
    if (out == NULL) {
        (void)fprintf(stderr, "embed: %s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    write_all(out, statements, count);
    if (fclose(out) != 0) {
        (void)fprintf(stderr, "embed: %s cannot be written whole\n", argv[1]);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
