/* migrate.h - brings the database's schema to what this program was built with. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/page.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/* Applies what is missing, each file in a transaction of its own, one program at a time. Refuses
   when an applied file has changed or the database is newer. */
__attribute__((warn_unused_result)) bool migrate_run(const char *database_url,
                                                     const struct page *migrations, size_t count,
                                                     char *reason, size_t reason_bytes);
/* Whether exactly these migrations are applied; false with a reason otherwise. */
__attribute__((warn_unused_result)) bool migrate_is_current(PGconn *db,
                                                            const struct page *migrations,
                                                            size_t count, char *reason,
                                                            size_t reason_bytes);
