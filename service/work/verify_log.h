/* verify_log.h - reads a whole log and computes everything it claims anew. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger/digest.h"
#include "work/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A leaf that is looked for on the way: the report with this hash, or none. */
struct sought_report {
    char sha256[DIGEST_HEX_BYTES];
    bool is_found;
    uint64_t index;
};

/* Fetches the newest checkpoint, every entry and every tile, and compares: leaf hashes, tiles,
   root, the form and the chains of the leaves, the kept checkpoint of --old; then the signatures,
   with the keys that the log itself has announced on the way. The checkpoint is what was verified.
 */
enum verdict verify_whole_log(struct verify *verify, struct sought_report *sought,
                              struct signed_checkpoint **checkpoint);
