/* catalogue.h - finds a statement, report, migration or page by name; all were compiled in. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exchange.h"
#include "core/page.h"
#include "core/statement.h"

#include <stdbool.h>
#include <stddef.h>

/* Every statement, ordered by name, reports included. */
const struct statement *catalogue_statements(size_t *count);
/* The statement with this name, NULL when there is none. */
const struct statement *catalogue_statement(const char *name);
/* The migrations in the order in which they are applied. */
const struct page *catalogue_migrations(size_t *count);
/* Every other file that was compiled in, ordered by name ("reports/portfolio/manifest.json"). */
const struct page *catalogue_pages(size_t *count);
/* The page with this name, NULL when there is none. */
const struct page *catalogue_page(const char *name);

/* Finds the statement for x->method and x->path; fills statement, route and captures, or leaves
   the exchange as it is and returns false. A path's own text beats a {name} at the same place. */
__attribute__((warn_unused_result)) bool catalogue_route(struct exchange *x);
/* Mask of 1u << enum method that statements offer at the path. */
unsigned catalogue_methods(const char *path);
