/* iati_read.h - reads IATI activity XML as a stream, one activity at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is read of an activity; iati_element.def. */
enum iati_element {
#define ELEMENT(id, parent, element, member, kind) IATI_##id,
#include "transfer/iati_element.def"
#undef ELEMENT
    IATI_ELEMENTS
};

enum {
    IATI_DEPTH_MAX = 64,
    IATI_TEXT_MAX = 1 << 20,     /* bytes of one text */
    IATI_ACTIVITY_MAX = 16 << 20 /* bytes of one activity as JSON; a larger one is left out */
};

/* One activity of a file. */
struct iati_activity {
    const char *json;       /* names as in IATI with "_" for "-", see migrations/0019_import.sql */
    const char *identifier; /* without white space around it; "" when there is none */
    long line;
    bool is_too_large; /* json is not complete */
};

/* Takes an activity; false ends the reading, with the cause in the problem. */
typedef bool (*iati_take_fn)(void *context, const struct iati_activity *activity,
                             struct problem *problem);
/* Gives the next bytes like read(2): 0 at the end, -1 on failure. */
typedef ssize_t (*iati_give_fn)(void *context, void *buffer, size_t room);

struct iati_source {
    iati_give_fn give;
    iati_take_fn take; /* NULL: only look whether the file can be read to its end */
    void *context;
};

/* What the file turned out to be. */
struct iati_file {
    char version[16];
    long activities;
    long unread[IATI_ELEMENTS]; /* how often an element of kind UNREAD was left out */
};

/* The name of an element in the standard. */
const char *iati_element_name(enum iati_element element);
/* Reads a file of version 2.01, 2.02 or 2.03 to its end. False with a sentence that names the line:
   it is another kind of file, it is broken, or it goes beyond a limit. Nothing outside the bytes
   given is ever opened. */
__attribute__((warn_unused_result)) bool iati_read(const struct iati_source *source,
                                                   struct iati_file *file, struct problem *problem);
