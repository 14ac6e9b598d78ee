/* log.h - one line per event, key=value, on standard error. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum { LOG_LINE_BYTES = 2048 };

/* A line under construction; lives on the stack. */
struct log_line {
    enum log_level level;
    bool wanted;
    size_t length;
    char data[LOG_LINE_BYTES];
};

/* Parses "debug", "info", "warn" or "error". */
__attribute__((warn_unused_result)) bool log_level_parse(const char *name, enum log_level *level);
/* Sets what is written from now on; called once, before anything else runs. */
void log_set_level(enum log_level level);

/* Starts a line: ts, level, msg. */
void log_begin(struct log_line *line, enum log_level level, const char *msg);
/* Adds key=value; quotes and escapes whatever could forge a line. NULL adds nothing. */
void log_text(struct log_line *line, const char *key, const char *value);
/* Adds key=number. */
void log_number(struct log_line *line, const char *key, int64_t value);
/* Adds key=milliseconds with three decimals, from nanoseconds. */
void log_ms(struct log_line *line, const char *key, int64_t ns);
/* Writes the line with a single write, never a part of one. */
void log_end(struct log_line *line);
/* From now on this thread's lines below LOG_WARN may wait, in order, and are written together. */
void log_hold(void);
/* Writes what waits; from now on nothing does. */
void log_release(void);
/* A whole line that says only msg and, when not NULL, detail. */
void log_event(enum log_level level, const char *msg, const char *detail);
