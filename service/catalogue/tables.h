/* tables.h - what the generator wrote, for catalogue.c alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/page.h"
#include "core/statement.h"

#include <stddef.h>

extern const struct statement catalogue_statement_table[];
extern const size_t catalogue_statement_count;
extern const struct page catalogue_migration_table[];
extern const size_t catalogue_migration_count;
extern const struct page catalogue_page_table[];
extern const size_t catalogue_page_count;
