/* form.c - aidledger form: a report as a workbook, a page or a paper, from its lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/form.h"

#include "catalogue/catalogue.h"
#include "core/page.h"
#include "core/sanitized.h"
#include "transfer/form.h"
#include "work/courtesy.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, PATH_BYTES = 256, CPU_SECONDS = 600 };

static json_t *define(const char *slug)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "reports/%s/manifest.json", slug);
    const struct page *page = catalogue_page(path);
    return page != NULL ? json_loadb((const char *)page->bytes, page->size, 0, NULL) : NULL;
}

/* What a report holds decides how much time and memory its form takes. Files that are mapped, such
   as fonts, do not count. */
static void set_limits(const struct config *config)
{
    const rlim_t bytes = (rlim_t)config->form_memory_max;
    const struct rlimit cpu = {.rlim_cur = CPU_SECONDS, .rlim_max = CPU_SECONDS};
    const struct rlimit memory = {.rlim_cur = bytes, .rlim_max = bytes};
    (void)setrlimit(RLIMIT_CPU, &cpu);
    if (!IS_SANITIZED)
        (void)setrlimit(RLIMIT_DATA, &memory);
}

int form_command(int count, char **words, const struct config *config)
{
    char reason[FORM_REASON_BYTES];
    if (count != 1 || !form_is_known(words[0])) {
        (void)fprintf(stderr, "usage: aidledger form xlsx|html|pdf <LINES >FILE\n"
                              "  LINES is a report as NDJSON (?format=ndjson), FILE no pipe\n");
        return EXIT_USAGE;
    }
    set_limits(config);
    courtesy_begin(); /* whoever waits for a point read goes before whoever waits for a file */
    const struct form_order order = {.name = words[0],
                                     .lines = STDIN_FILENO,
                                     .file = "/proc/self/fd/1",
                                     .folder = config->scratch,
                                     .define = define};
    const enum form_end end = form_make(&order, reason);
    if (end != FORM_MADE)
        (void)fprintf(stderr, "aidledger: form %s: %s\n", words[0], reason);
    return (int)end;
}
