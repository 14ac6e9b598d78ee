/* iati_read_test.c - IATI files of every kind, good and bad, read from memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/iati_read.h"

#include "core/arena.h"
#include "core/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FILE_OF(inside)  "<iati-activities version=\"2.03\">" inside "</iati-activities>"
#define ACTIVITY(inside) "<iati-activity>" inside "</iati-activity>"

/* A file in memory and what was read of it. */
struct sample {
    const char *bytes;
    size_t size;
    size_t given;
    size_t chunk;
    struct arena *arena;
    struct text documents; /* one line for each activity */
    struct text identifiers;
    int too_large;
    int stop_at; /* the activity that is not taken */
    struct iati_file file;
    struct problem problem;
};

static ssize_t give(void *context, void *buffer, size_t room)
{
    struct sample *sample = context;
    size_t count = sample->size - sample->given;
    if (count > sample->chunk)
        count = sample->chunk;
    if (count > room)
        count = room;
    memcpy(buffer, sample->bytes + sample->given, count);
    sample->given += count;
    return (ssize_t)count;
}

static bool take(void *context, const struct iati_activity *activity, struct problem *problem)
{
    struct sample *sample = context;
    if (sample->stop_at > 0 && --sample->stop_at == 0)
        return problem_set(problem, PROBLEM_UNAVAILABLE, "no more");
    text_addf(&sample->identifiers, "%s\n", activity->identifier);
    if (activity->is_too_large)
        sample->too_large++;
    else
        text_addf(&sample->documents, "%s\n", activity->json);
    return true;
}

static struct sample open_sample(const char *bytes, size_t size)
{
    struct sample sample = {.bytes = bytes, .size = size, .chunk = 4096};
    sample.arena = arena_make(64 << 20);
    ck_assert_ptr_nonnull(sample.arena);
    sample.documents = text_open(sample.arena, 8 << 20);
    sample.identifiers = text_open(sample.arena, 1 << 20);
    sample.problem = problem_none(NULL);
    return sample;
}

static bool read_sample(struct sample *sample)
{
    const struct iati_source source = {.give = give, .take = take, .context = sample};
    return iati_read(&source, &sample->file, &sample->problem);
}

static void expect_document(const char *xml, const char *document)
{
    struct sample sample = open_sample(xml, strlen(xml));
    ck_assert_msg(read_sample(&sample), "%s", sample.problem.detail);
    ck_assert_str_eq(sample.documents.data, document);
    arena_free(sample.arena);
}

static void expect_refusal(const char *bytes, size_t size, const char *sentence)
{
    /* Whatever the pieces in which the bytes come. */
    const size_t chunks[] = {1, 7, 4096};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct sample sample = open_sample(bytes, size);
        sample.chunk = chunks[i];
        ck_assert_msg(!read_sample(&sample), "it was read: %.200s", bytes);
        ck_assert_msg(strstr(sample.problem.detail, sentence) != NULL, "\"%s\" and not \"%s\"",
                      sample.problem.detail, sentence);
        arena_free(sample.arena);
    }
}

static void expect_refused(const char *xml, const char *sentence)
{
    expect_refusal(xml, strlen(xml), sentence);
}

/* ---------------------------------------------------------------- what is read */

START_TEST(an_activity_becomes_a_document_that_repeats_it)
{
    expect_document(
        FILE_OF("\n<iati-activity default-currency=\"EUR\" xml:lang=\"en\">"
                "<iati-identifier> XI-1 </iati-identifier>"
                "<reporting-org ref=\"XI\" type=\"10\"><narrative>Ours</narrative></reporting-org>"
                "<title><narrative>Cable</narrative><narrative xml:lang=\"fr\">Câble</narrative>"
                "</title><recipient-country code=\"FJ\" percentage=\"60\"/>"
                "<recipient-country code=\"TO\" percentage=\"40\"/>\n"
                "<transaction><value currency=\"USD\" value-date=\"2026-01-02\">10.50</value>"
                "</transaction></iati-activity>"),
        "{\"version\":\"2.03\",\"line\":2,\"default_currency\":\"EUR\",\"lang\":\"en\","
        "\"iati_identifier\":{\"text\":\" XI-1 \"},"
        "\"reporting_org\":{\"ref\":\"XI\",\"type\":\"10\",\"narrative\":[{\"text\":\"Ours\"}]},"
        "\"title\":{\"narrative\":[{\"text\":\"Cable\"},{\"lang\":\"fr\",\"text\":\"Câble\"}]},"
        "\"recipient_country\":[{\"code\":\"FJ\",\"percentage\":\"60\"},"
        "{\"code\":\"TO\",\"percentage\":\"40\"}],"
        "\"transaction\":[{\"line\":3,\"value\":{\"currency\":\"USD\","
        "\"value_date\":\"2026-01-02\",\"text\":\"10.50\"}}]}\n");
}
END_TEST

START_TEST(the_document_does_not_depend_on_how_the_bytes_come)
{
    static const char xml[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" FILE_OF(
        ACTIVITY("<iati-identifier>XI-1</iati-identifier>"
                 "<title><narrative>Câble &amp; &#x1F4E1;</narrative></title>")
            ACTIVITY("<iati-identifier>XI-2</iati-identifier>"));
    char first[1024] = "";
    for (size_t chunk = 1; chunk < 80; chunk++) {
        struct sample sample = open_sample(xml, strlen(xml));
        sample.chunk = chunk;
        ck_assert_msg(read_sample(&sample), "%s", sample.problem.detail);
        if (chunk == 1)
            memcpy(first, sample.documents.data, sample.documents.length + 1);
        ck_assert_str_eq(sample.documents.data, first);
        ck_assert_int_eq(sample.file.activities, 2);
        arena_free(sample.arena);
    }
}
END_TEST

START_TEST(markup_of_every_kind_is_the_same_text)
{
    expect_document(FILE_OF(ACTIVITY("<iati-identifier>XI<!-- no -->-<![CDATA[1 & <2>]]>"
                                     "&lt;&#65;</iati-identifier>")),
                    "{\"version\":\"2.03\",\"line\":1,"
                    "\"iati_identifier\":{\"text\":\"XI-1 & <2><A\"}}\n");
}
END_TEST

START_TEST(a_byte_order_mark_and_other_encodings_are_read)
{
    static const char marked[] = "\xEF\xBB\xBF<iati-activities version=\"2.01\">"
                                 "<iati-activity><iati-identifier>XI</iati-identifier>"
                                 "</iati-activity></iati-activities>";
    static const char latin[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
                                "<iati-activities version=\"2.01\"><iati-activity>"
                                "<iati-identifier>\xE9</iati-identifier>"
                                "</iati-activity></iati-activities>";
    expect_document(marked, "{\"version\":\"2.01\",\"line\":1,"
                            "\"iati_identifier\":{\"text\":\"XI\"}}\n");
    expect_document(latin, "{\"version\":\"2.01\",\"line\":1,"
                           "\"iati_identifier\":{\"text\":\"é\"}}\n");
}
END_TEST

/* Widens ASCII to UTF-16 with a byte order mark. */
static size_t widen(const char *ascii, bool is_little_endian, char *wide)
{
    size_t size = 0;
    wide[size++] = is_little_endian ? '\xFF' : '\xFE';
    wide[size++] = is_little_endian ? '\xFE' : '\xFF';
    for (; *ascii != '\0'; ascii++) {
        wide[size++] = is_little_endian ? *ascii : '\0';
        wide[size++] = is_little_endian ? '\0' : *ascii;
    }
    return size;
}

START_TEST(utf_16_is_read_in_both_byte_orders)
{
    static const char xml[] = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" FILE_OF(
        ACTIVITY("<iati-identifier>XI-16</iati-identifier>"));
    char wide[2 * sizeof xml + 2];
    for (int little = 0; little < 2; little++) {
        struct sample sample = open_sample(wide, widen(xml, little == 1, wide));
        ck_assert_msg(read_sample(&sample), "%s", sample.problem.detail);
        ck_assert_str_eq(sample.identifiers.data, "XI-16\n");
        arena_free(sample.arena);
    }
}
END_TEST

START_TEST(personal_data_is_never_read_and_what_is_left_out_is_counted)
{
    static const char xml[] =
        FILE_OF(ACTIVITY("<iati-identifier>XI-1</iati-identifier><contact-info><person-name>"
                         "<narrative>Somebody</narrative></person-name></contact-info>"
                         "<budget/><budget/>"));
    struct sample sample = open_sample(xml, strlen(xml));
    ck_assert(read_sample(&sample));
    ck_assert_ptr_null(strstr(sample.documents.data, "Somebody"));
    ck_assert_int_eq(sample.file.unread[IATI_CONTACT_INFO], 1);
    ck_assert_int_eq(sample.file.unread[IATI_BUDGET], 2);
    arena_free(sample.arena);
}
END_TEST

START_TEST(an_element_that_may_stand_once_counts_once_and_its_repetition_is_told)
{
    expect_document(FILE_OF(ACTIVITY("<activity-status code=\"2\"/>\n"
                                     "<activity-status code=\"4\"/>")),
                    "{\"version\":\"2.03\",\"line\":1,\"activity_status\":{\"code\":\"2\"},"
                    "\"repeated\":[{\"name\":\"activity-status\",\"line\":2}]}\n");
}
END_TEST

START_TEST(what_belongs_to_other_namespaces_is_left_out)
{
    expect_document("<iati-activities version=\"2.03\" xmlns:x=\"urn:x\"><x:iati-activity/>"
                    "<iati-activity x:default-currency=\"EUR\"><x:sector code=\"1\"/>"
                    "<sector code=\"22020\" x:percentage=\"3\"><x:title>no</x:title></sector>"
                    "</iati-activity></iati-activities>",
                    "{\"version\":\"2.03\",\"line\":1,\"sector\":[{\"code\":\"22020\"}]}\n");
}
END_TEST

START_TEST(a_text_beyond_the_limit_leaves_out_its_activity_and_no_other)
{
    struct sample sample = open_sample("", 0);
    struct text xml = text_open(sample.arena, 8 << 20);
    text_add(&xml, "<iati-activities version=\"2.03\"><iati-activity><iati-identifier>XI-1"
                   "</iati-identifier><title><narrative>");
    for (int i = 0; i <= IATI_TEXT_MAX / 16; i++)
        text_add(&xml, "sixteen letters.");
    text_add(&xml, "</narrative></title></iati-activity>" ACTIVITY(
                       "<iati-identifier>XI-2</iati-identifier>") "</iati-activities>");
    sample.bytes = xml.data;
    sample.size = xml.length;
    ck_assert_msg(read_sample(&sample), "%s", sample.problem.detail);
    ck_assert_str_eq(sample.identifiers.data, "XI-1\nXI-2\n");
    ck_assert_int_eq(sample.too_large, 1);
    arena_free(sample.arena);
}
END_TEST

START_TEST(whoever_takes_the_activities_can_end_the_reading)
{
    static const char xml[] = FILE_OF(ACTIVITY("") ACTIVITY("") ACTIVITY(""));
    struct sample sample = open_sample(xml, strlen(xml));
    sample.stop_at = 2;
    ck_assert(!read_sample(&sample));
    ck_assert_int_eq(sample.problem.kind, PROBLEM_UNAVAILABLE);
    ck_assert_int_eq(sample.file.activities, 2);
    arena_free(sample.arena);
}
END_TEST

/* ---------------------------------------------------------------- what is refused */

START_TEST(another_version_is_refused_by_its_name)
{
    expect_refused("<iati-activities version=\"1.04\"/>", "version \"1.04\"");
    expect_refused("<iati-activities version=\"2.0\"/>", "accepted are 2.01, 2.02 and 2.03");
    expect_refused("<iati-activities version=\"3.01\"/>", "version \"3.01\"");
    expect_refused("<iati-activities/>", "names no IATI version");
}
END_TEST

START_TEST(another_root_is_refused_by_its_name)
{
    expect_refused("<html version=\"2.03\"></html>", "the root element is <html>");
    expect_refused("<iati-organisations version=\"2.03\"/>", "organisation file");
    expect_refused("<iati-activities xmlns=\"urn:x\" version=\"2.03\"/>", "namespace \"urn:x\"");
}
END_TEST

START_TEST(what_is_no_xml_is_refused)
{
    expect_refused("", "empty");
    expect_refused("PK\x03\x04 and so on", "archive or a spreadsheet");
    expect_refused("{\"activities\": []}", "not XML");
    expect_refused("\n \n", "not well-formed");
}
END_TEST

START_TEST(a_document_type_declaration_is_refused_whatever_it_declares)
{
    expect_refused("<?xml version=\"1.0\"?>\n<!DOCTYPE iati-activities [<!ENTITY a \"aaaa\">"
                   "<!ENTITY b \"&a;&a;&a;&a;\">]>" FILE_OF(""),
                   "line 2: a document type declaration");
    expect_refused("<!DOCTYPE iati-activities SYSTEM \"file:///etc/passwd\">" FILE_OF(""),
                   "document type declaration");
    expect_refused("<!-- > --><?pi <!DOCTYPE?><!DOCTYPE x>" FILE_OF(""),
                   "document type declaration");
    char wide[512];
    const size_t size = widen("<!DOCTYPE x [<!ENTITY a \"b\">]><x/>", true, wide);
    expect_refusal(wide, size, "document type declaration");
}
END_TEST

START_TEST(an_encoding_that_could_hide_something_is_refused)
{
    expect_refused("<?xml version=\"1.0\" encoding=\"UTF-7\"?>" FILE_OF(""), "\"UTF-7\"");
    expect_refused("<?xml version=\"1.0\" encoding=\"UTF-16\"?>" FILE_OF(""), "\"UTF-16\"");
}
END_TEST

START_TEST(a_broken_file_is_refused_with_its_line)
{
    expect_refused("<iati-activities version=\"2.03\">\n<iati-activity>\n", "cut off");
    expect_refused("<iati-activities version=\"2.03\">\n<iati-activity><ti", "line 2");
    expect_refused("<iati-activities version=\"2.03\"><!-- no end", "not well-formed");
    expect_refused("<iati-activities version=\"2.03\">\n<iati-activity>\n</iati-activities>",
                   "line 3");
    expect_refused(FILE_OF("\n&undeclared;"), "line 2");
    expect_refused(FILE_OF("") "<more/>", "not well-formed");
    expect_refused(FILE_OF(ACTIVITY("<title><narrative>\xC3\x28</narrative></title>")),
                   "not well-formed");
    expect_refused(FILE_OF(ACTIVITY("<title><narrative>&#0;</narrative></title>")),
                   "not well-formed");
}
END_TEST

static void expect_refused_when_repeated(const char *before, const char *unit, int times,
                                         const char *after, const char *sentence)
{
    struct arena *arena = arena_make(16 << 20);
    struct text xml = text_open(arena, 4 << 20);
    text_add(&xml, before);
    for (int i = 0; i < times; i++)
        text_add(&xml, unit);
    text_add(&xml, after);
    struct sample sample = open_sample(xml.data, xml.length);
    ck_assert(!read_sample(&sample));
    ck_assert_msg(strstr(sample.problem.detail, sentence) != NULL, "%s", sample.problem.detail);
    arena_free(sample.arena);
    arena_free(arena);
}

START_TEST(what_would_cost_the_parser_dear_is_refused)
{
    expect_refused_when_repeated("<iati-activities version=\"2.03\"", " a=\"\"", 1000, "/>",
                                 "more than 256 attributes");
    expect_refused_when_repeated("<iati-activities version=\"2.03", "0123456789", 10000, "\"/>",
                                 "a tag has more than");
    expect_refused_when_repeated("<iati-activities version=\"2.03\">", "<x>", 100, "",
                                 "nested deeper than 64");
    expect_refused_when_repeated("<!--", "0123456789", 200000, "-->", "comment");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("iati_read");
    TCase *reads = tcase_create("reads");
    tcase_add_test(reads, an_activity_becomes_a_document_that_repeats_it);
    tcase_add_test(reads, the_document_does_not_depend_on_how_the_bytes_come);
    tcase_add_test(reads, markup_of_every_kind_is_the_same_text);
    tcase_add_test(reads, a_byte_order_mark_and_other_encodings_are_read);
    tcase_add_test(reads, utf_16_is_read_in_both_byte_orders);
    tcase_add_test(reads, personal_data_is_never_read_and_what_is_left_out_is_counted);
    tcase_add_test(reads, an_element_that_may_stand_once_counts_once_and_its_repetition_is_told);
    tcase_add_test(reads, what_belongs_to_other_namespaces_is_left_out);
    tcase_add_test(reads, a_text_beyond_the_limit_leaves_out_its_activity_and_no_other);
    tcase_add_test(reads, whoever_takes_the_activities_can_end_the_reading);
    suite_add_tcase(suite, reads);
    TCase *refuses = tcase_create("refuses");
    tcase_add_test(refuses, another_version_is_refused_by_its_name);
    tcase_add_test(refuses, another_root_is_refused_by_its_name);
    tcase_add_test(refuses, what_is_no_xml_is_refused);
    tcase_add_test(refuses, a_document_type_declaration_is_refused_whatever_it_declares);
    tcase_add_test(refuses, an_encoding_that_could_hide_something_is_refused);
    tcase_add_test(refuses, a_broken_file_is_refused_with_its_line);
    tcase_add_test(refuses, what_would_cost_the_parser_dear_is_refused);
    suite_add_tcase(suite, refuses);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
