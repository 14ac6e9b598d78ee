/* tile.h - how tiles are named in paths (C2SP tlog-tiles). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TILE_PATH_MAX = 64 };

/* "x001/x234/067" is tile 1234067, whole; "x001/x234/067.p/12" its first 12 hashes or entries. */
struct tile_name {
    uint64_t index;
    unsigned width; /* 1 to 256 */
};

/* Reads the part of the path after the level; one spelling each, so that one tile has one URL. */
__attribute__((warn_unused_result)) bool tile_name_parse(const char *path, struct tile_name *name);
/* Writes it. */
void tile_name_print(const struct tile_name *name, char path[TILE_PATH_MAX]);
