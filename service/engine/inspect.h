/* inspect.h - is the database one this program may serve from? */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/arena.h"
#include "core/config.h"
#include "core/page.h"
#include "core/statement.h"
#include "engine/rules.h"

#include <stdbool.h>
#include <stddef.h>

/* What is to be served, and what is learnt on the way. */
struct inspection {
    const struct config *config;
    const struct page *migrations;
    size_t migration_count;
    const struct statement *statements;
    size_t statement_count;
    struct arena *arena; /* holds rules; lives as long as the program serves */
    struct rules rules;
};

/* Waits until the database answers, up to wait_ms. False with a reason. */
__attribute__((warn_unused_result)) bool inspect_wait(const struct config *config, int wait_ms,
                                                      char *reason, size_t reason_bytes);
/* Checks durability, migrations and every statement against its header as the role that will run
   it, and reads the rules' sentences. False with a reason that names the file or setting. */
__attribute__((warn_unused_result)) bool inspect_database(struct inspection *inspection,
                                                          char *reason, size_t reason_bytes);
