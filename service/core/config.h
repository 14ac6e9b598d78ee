/* config.h - the settings, read once from the environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One member per row of config.def; text is borrowed from the environment. */
struct config {
#define TEXT(member, name, preset, meaning)                     const char *member;
#define NUMBER(member, name, preset, minimum, maximum, meaning) int member;
#include "core/config.def"
#undef TEXT
#undef NUMBER
    struct address_ranges proxies; /* trusted_proxies, understood */
};

/* Reads a setting by name; getenv outside tests. NULL means unset. */
typedef const char *(*config_lookup_fn)(const char *name);

/* Fills config; false with a sentence that names the setting when a value is refused. */
__attribute__((warn_unused_result)) bool config_read(struct config *config, config_lookup_fn lookup,
                                                     char *reason, size_t reason_bytes);
/* Prints every setting with its default and meaning. */
void config_print_help(FILE *out);
