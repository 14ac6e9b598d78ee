/* import_summary.h - what became of an imported file, as its publisher wants to know it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "transfer/iati_read.h"

#include <libpq-fe.h>
#include <stdbool.h>

struct import_summary {
    const char *path;
    const char *sha256;
    const char *request; /* of the run that imported the file */
    const struct iati_file *file;
};

/* Prints the summary; false when the database does not answer. any_rejected tells whether an
   activity, or money in one, was left out. */
__attribute__((warn_unused_result)) bool
import_summary_print(PGconn *db, const struct import_summary *summary, bool *any_rejected);
