/* log.c - one line per event, key=value, on standard error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include "core/text.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_END_BYTES = 8, /* kept free for "..\"" and the line feed */
    HELD_BYTES = 32768
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* With what each thread holds back, the only variables of the program that are not owned by main:
   handing them through every call of every room would tell the reader nothing. Written once, before
   there are threads. */
static _Atomic enum log_level threshold = LOG_INFO;

bool log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_set_level(enum log_level level)
{
    atomic_store(&threshold, level);
}

/* What this thread has not written yet. */
static _Thread_local struct {
    bool holding;
    size_t length;
    char data[HELD_BYTES];
} held;

static void write_held(void)
{
    /* A log that cannot be written must not stop the service. */
    const ssize_t written = write(STDERR_FILENO, held.data, held.length);
    (void)written;
    held.length = 0;
}

static void add(struct log_line *line, const char *bytes, size_t count)
{
    const size_t room = LOG_LINE_BYTES - LINE_END_BYTES - line->length;
    const size_t taken = count < room ? count : room;
    memcpy(line->data + line->length, bytes, taken);
    line->length += taken;
}

static void add_string(struct log_line *line, const char *string)
{
    add(line, string, strlen(string));
}

void log_begin(struct log_line *line, enum log_level level, const char *msg)
{
    line->level = level;
    line->wanted = level >= atomic_load_explicit(&threshold, memory_order_relaxed);
    line->length = 0;
    if (!line->wanted)
        return;
    struct timespec now;
    struct tm utc;
    char stamp[64];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    const size_t length = strftime(stamp, sizeof stamp, "ts=%Y-%m-%dT%H:%M:%S", &utc);
    add(line, stamp, length);
    (void)snprintf(stamp, sizeof stamp, ".%03ldZ level=%s", now.tv_nsec / 1000000,
                   level_names[level]);
    add_string(line, stamp);
    log_text(line, "msg", msg);
}

/* Everything that could end a value or a line. Bytes above ASCII are below zero. */
static bool needs_quotes(char letter)
{
    return letter <= ' ' || letter == 0x7F || strchr("\"'<=>\\^`", letter) != NULL;
}

static bool is_plain(const char *value)
{
    const char *at = value;
    while (!needs_quotes(*at))
        at++;
    return at > value && *at == '\0';
}

static void add_escaped(struct log_line *line, const char *value)
{
    /* One bad byte makes every byte above ASCII an escape: lines stay UTF-8. */
    const bool utf8 = text_is_utf8(value, strlen(value));
    for (const char *at = value; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        char escape[8] = {*at};
        if (byte == '"' || byte == '\\')
            (void)snprintf(escape, sizeof escape, "\\%c", *at);
        else if (byte == '\n')
            (void)snprintf(escape, sizeof escape, "\\n");
        else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8))
            (void)snprintf(escape, sizeof escape, "\\x%02x", byte);
        add_string(line, escape);
    }
}

void log_text(struct log_line *line, const char *key, const char *value)
{
    if (!line->wanted || value == NULL)
        return;
    add_string(line, " ");
    add_string(line, key);
    add_string(line, "=");
    if (is_plain(value)) {
        add_string(line, value);
        return;
    }
    add_string(line, "\"");
    add_escaped(line, value);
    add_string(line, "\"");
}

void log_number(struct log_line *line, const char *key, int64_t value)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)value);
    log_text(line, key, digits);
}

void log_ms(struct log_line *line, const char *key, int64_t ns)
{
    char digits[48];
    const int64_t us = ns / 1000;
    (void)snprintf(digits, sizeof digits, "%lld.%03lld", (long long)(us / 1000),
                   (long long)(us % 1000));
    log_text(line, key, digits);
}

void log_end(struct log_line *line)
{
    if (!line->wanted)
        return;
    if (line->length == LOG_LINE_BYTES - LINE_END_BYTES) {
        memcpy(line->data + line->length, "..\"", 3);
        line->length += 3;
    }
    line->data[line->length++] = '\n';
    if (held.length + line->length > HELD_BYTES)
        write_held();
    memcpy(held.data + held.length, line->data, line->length);
    held.length += line->length;
    if (!held.holding || line->level >= LOG_WARN)
        write_held();
}

void log_hold(void)
{
    held.holding = true;
}

void log_release(void)
{
    held.holding = false;
    if (held.length > 0)
        write_held();
}

void log_event(enum log_level level, const char *msg, const char *detail)
{
    struct log_line line;
    log_begin(&line, level, msg);
    log_text(&line, "detail", detail);
    log_end(&line);
}
