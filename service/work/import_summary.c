/* import_summary.c - what became of an imported file, as its publisher wants to know it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "work/import_summary.h"

#include "engine/ask.h"

#include <stdio.h>
#include <string.h>

enum { SENTENCE_BYTES = 1024 };

static const char counts_sql[] =
    "SELECT c.accepted, c.made, c.changed, c.unchanged, c.marked, c.rejected, c.left_out,"
    "       c.statements, c.recorded, c.reversed"
    "  FROM aidledger.import_counts($1::uuid) AS c";
static const char totals_sql[] = "SELECT t.currency, t.commitments, t.disbursements"
                                 "  FROM aidledger.import_totals($1::uuid) AS t";
static const char reasons_sql[] = "SELECT r.verdict, r.rule, r.meaning, r.times, r.activities,"
                                  "       r.examples"
                                  "  FROM aidledger.import_reasons($1::uuid) AS r";

static PGresult *ask_about(PGconn *db, const char *sql, const struct import_summary *summary)
{
    char reason[SENTENCE_BYTES];
    const char *const values[] = {summary->request};
    PGresult *result = ask(db, sql, 1, values);
    if (ask_is_good(result, reason, sizeof reason))
        return result;
    (void)fprintf(stderr, "aidledger: %s\n", reason);
    PQclear(result);
    return NULL;
}

/* What comes from a file must not steer the terminal it is shown on. */
static void print_tame(const char *text, const char *indent)
{
    (void)fputs(indent, stdout);
    unsigned char before = 0;
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        /* U+0080 to U+009F are controls too, and have no other form in UTF-8. */
        const bool is_control =
            byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte >= 0x80 && byte < 0xA0);
        if (byte == '\n')
            (void)printf("\n%s", indent);
        else
            (void)putchar(is_control ? '?' : byte);
        before = byte;
    }
    (void)putchar('\n');
}

static bool print_counts(PGconn *db, const struct import_summary *summary, bool *any_rejected)
{
    PGresult *counts = ask_about(db, counts_sql, summary);
    if (counts == NULL)
        return false;
    (void)printf(
        "  accepted    %s activities: %s new, %s changed, %s unchanged; %s of them marked\n"
        "  rejected    %s activities, and %s parts of accepted ones\n"
        "  statements  %s; transactions recorded %s, taken back %s\n",
        PQgetvalue(counts, 0, 0), PQgetvalue(counts, 0, 1), PQgetvalue(counts, 0, 2),
        PQgetvalue(counts, 0, 3), PQgetvalue(counts, 0, 4), PQgetvalue(counts, 0, 5),
        PQgetvalue(counts, 0, 6), PQgetvalue(counts, 0, 7), PQgetvalue(counts, 0, 8),
        PQgetvalue(counts, 0, 9));
    *any_rejected =
        strcmp(PQgetvalue(counts, 0, 5), "0") != 0 || strcmp(PQgetvalue(counts, 0, 6), "0") != 0;
    PQclear(counts);
    return true;
}

static bool print_totals(PGconn *db, const struct import_summary *summary)
{
    PGresult *totals = ask_about(db, totals_sql, summary);
    if (totals == NULL)
        return false;
    for (int i = 0; i < PQntuples(totals); i++)
        (void)printf("  %s  %s %s committed, %s disbursed\n", i == 0 ? "money     " : "          ",
                     PQgetvalue(totals, i, 0), PQgetvalue(totals, i, 1), PQgetvalue(totals, i, 2));
    PQclear(totals);
    return true;
}

static bool print_reasons(PGconn *db, const struct import_summary *summary)
{
    PGresult *reasons = ask_about(db, reasons_sql, summary);
    if (reasons == NULL)
        return false;
    for (int i = 0; i < PQntuples(reasons); i++) {
        const char *activities = PQgetvalue(reasons, i, 4);
        (void)printf("  %-10s  %s %s in %s %s. %s\n", PQgetvalue(reasons, i, 0),
                     PQgetvalue(reasons, i, 3), PQgetvalue(reasons, i, 1), activities,
                     strcmp(activities, "1") == 0 ? "activity" : "activities",
                     PQgetvalue(reasons, i, 2));
        print_tame(PQgetvalue(reasons, i, 5), "                ");
    }
    PQclear(reasons);
    return true;
}

/* Elements of the standard that this program leaves out for now, so that nobody misses them
   unawares. */
static void print_unread(const struct iati_file *file)
{
    bool any = false;
    for (int i = 0; i < IATI_ELEMENTS; i++) {
        if (file->unread[i] == 0)
            continue;
        (void)printf("%s%s %ld", any ? ", " : "  not read    ",
                     iati_element_name((enum iati_element)i), file->unread[i]);
        any = true;
    }
    if (any)
        (void)putchar('\n');
}

bool import_summary_print(PGconn *db, const struct import_summary *summary, bool *any_rejected)
{
    (void)printf("%s: IATI %s, %ld activities, SHA-256 %s\n", summary->path, summary->file->version,
                 summary->file->activities, summary->sha256);
    const bool done = print_counts(db, summary, any_rejected) && print_totals(db, summary) &&
                      print_reasons(db, summary);
    if (done)
        print_unread(summary->file);
    (void)fflush(stdout);
    return done;
}
