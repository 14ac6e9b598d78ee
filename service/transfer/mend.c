/* mend.c - adds to a PDF what the library that wrote it does not know to say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/mend.h"

#include "core/number.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

enum {
    ENTRY_BYTES = 20, /* of the table of objects */
    OFFSET_DIGITS = 10,
    NUMBER_BYTES = 20,
    ID_BYTES = 16
};

/* The document as it was written, and what is appended to it. */
struct pdf {
    struct arena *arena;
    struct text *out;
    size_t table;      /* where its table of objects is */
    const char *first; /* entry of it */
    size_t objects;
    size_t *moved; /* where each object is from now on; 0: where it was */
};

bool mend_add(struct arena *arena, struct mend *mend, const char *words, bool of_row)
{
    struct mend_mark *mark = arena_alloc(arena, sizeof *mark);
    struct mend_mark ***last = words != NULL ? &mend->last_figure : &mend->last_header;
    if (mark == NULL)
        return false;
    *mark = (struct mend_mark){.words = words, .of_row = of_row};
    **last = mark;
    *last = &mark->next;
    return true;
}

/* ---------------------------------------------------------------- reading */

/* The number at the text, which may begin with zeros; false when there is none. */
static bool read_number(const char *at, size_t *number)
{
    char digits[NUMBER_BYTES] = "";
    int64_t read = 0;
    while (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    for (size_t count = 0; count + 1 < sizeof digits && at[count] >= '0' && at[count] <= '9';
         count++)
        digits[count] = at[count];
    if (!number_parse(digits, 0, INT64_MAX, &read))
        return false;
    *number = (size_t)read;
    return true;
}

/* The last place of the word; NULL when there is none. Zeros are among the bytes. */
static const char *find_last(const struct text *text, const char *word)
{
    const size_t length = strlen(word);
    for (size_t at = text->length; at >= length; at--)
        if (memcmp(text->data + at - length, word, length) == 0)
            return text->data + at - length;
    return NULL;
}

/* The number behind "/Root " and the like in the trailer. */
static bool read_reference(const struct pdf *pdf, const char *name, size_t *object)
{
    const char *trailer = find_last(pdf->out, "trailer");
    const char *at = trailer != NULL ? strstr(trailer, name) : NULL;
    return at != NULL && read_number(at + strlen(name), object) && *object < pdf->objects;
}

static bool read_table(struct pdf *pdf)
{
    static const char head[] = "xref\n0 ";
    const char *start = find_last(pdf->out, "startxref\n");
    if (start == NULL || !read_number(start + strlen("startxref\n"), &pdf->table) ||
        pdf->table >= pdf->out->length ||
        strncmp(pdf->out->data + pdf->table, head, sizeof head - 1) != 0)
        return false;
    const char *count = pdf->out->data + pdf->table + sizeof head - 1;
    pdf->first = strchr(count, '\n');
    if (pdf->first == NULL || !read_number(count, &pdf->objects))
        return false;
    pdf->first++;
    const size_t before = (size_t)(pdf->first - pdf->out->data);
    return pdf->objects > 0 && pdf->objects <= (pdf->out->length - before) / ENTRY_BYTES;
}

/* The place of the word in what is left of the document; NULL when there is none. */
static const char *find_next(const struct pdf *pdf, const char *from, const char *word)
{
    const char *end = pdf->out->data + pdf->table;
    return from < end ? memmem(from, (size_t)(end - from), word, strlen(word)) : NULL;
}

/* The text of an object from "<<" on; NULL when it is not in use. */
static const char *object_at(const struct pdf *pdf, size_t object)
{
    const char *entry = pdf->first + object * ENTRY_BYTES;
    size_t offset = 0;
    if (entry[ENTRY_BYTES - 3] != 'n' || !read_number(entry, &offset) || offset >= pdf->table)
        return NULL;
    return find_next(pdf, pdf->out->data + offset, "<<");
}

/* ---------------------------------------------------------------- writing */

/* UTF-16 in hexadecimal digits, as text of any script is written in PDF. */
static void add_utf16(struct text *out, const char *text)
{
    text_add(out, "<FEFF");
    while (*text != '\0') {
        const unsigned char first = (unsigned char)*text++;
        uint32_t letter = first < 0x80   ? first
                          : first < 0xe0 ? first & 0x1fU
                          : first < 0xf0 ? first & 0x0fU
                                         : first & 0x07U;
        for (; ((unsigned char)*text & 0xc0) == 0x80; text++)
            letter = letter << 6 | ((unsigned char)*text & 0x3fU);
        if (letter < 0x10000)
            text_addf(out, "%04" PRIX32, letter);
        else
            text_addf(out, "%04" PRIX32 "%04" PRIX32, 0xd800 + ((letter - 0x10000) >> 10),
                      0xdc00 + ((letter - 0x10000) & 0x3ff));
    }
    text_add(out, ">");
}

/* Writes an object anew, up to the end of its dictionary, and says where it is. */
static bool begin_object(struct pdf *pdf, struct text *more, size_t object)
{
    const char *begin = object_at(pdf, object);
    const char *end = begin != NULL ? find_next(pdf, begin, "\n>>\nendobj") : NULL;
    if (end == NULL)
        return false;
    pdf->moved[object] = pdf->out->length + more->length;
    text_addf(more, "%zu 0 obj\n", object);
    text_add_bytes(more, begin, (size_t)(end - begin));
    return true;
}

static void end_object(struct text *more)
{
    text_add(more, "\n>>\nendobj\n");
}

static bool add_catalogue(struct pdf *pdf, struct text *more)
{
    size_t root = 0;
    if (!read_reference(pdf, "/Root ", &root) || !begin_object(pdf, more, root))
        return false;
    text_add(more, "\n   /Lang (en)\n   /ViewerPreferences << /DisplayDocTitle true >>");
    end_object(more);
    return true;
}

static bool is_element(const char *object, const char *kind)
{
    static const char head[] = "<< /Type /StructElem\n   /S /";
    const size_t length = strlen(kind);
    return object != NULL && strncmp(object, head, sizeof head - 1) == 0 &&
           strncmp(object + sizeof head - 1, kind, length) == 0 &&
           object[sizeof head - 1 + length] == '\n';
}

static void add_mark(struct text *more, const struct mend_mark *mark)
{
    if (mark->words != NULL) {
        text_add(more, "\n   /Alt ");
        add_utf16(more, mark->words);
    } else {
        text_addf(more, "\n   /A << /O /Table /Scope /%s >>", mark->of_row ? "Row" : "Column");
    }
}

/* Elements of a kind are numbered in the order in which they were begun. False when there are
   not as many of them as marks. */
static bool add_elements(struct pdf *pdf, struct text *more, const char *kind,
                         const struct mend_mark *mark)
{
    for (size_t i = 1; i < pdf->objects; i++) {
        if (!is_element(object_at(pdf, i), kind))
            continue;
        if (mark == NULL || !begin_object(pdf, more, i))
            return false;
        add_mark(more, mark);
        end_object(more);
        mark = mark->next;
    }
    return mark == NULL;
}

static void add_table(const struct pdf *pdf, struct text *more)
{
    text_add(more, "xref\n");
    for (size_t i = 1; i < pdf->objects; i++) {
        size_t run = 0;
        while (i + run < pdf->objects && pdf->moved[i + run] > 0)
            run++;
        if (run == 0)
            continue;
        text_addf(more, "%zu %zu\n", i, run);
        for (size_t end = i + run; i < end; i++)
            text_addf(more, "%0*zu 00000 n \n", OFFSET_DIGITS, pdf->moved[i]);
    }
}

static bool add_trailer(const struct pdf *pdf, struct text *more, size_t table)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char id[2 * ID_BYTES + 1];
    size_t root = 0;
    size_t info = 0;
    if (!read_reference(pdf, "/Root ", &root) || !read_reference(pdf, "/Info ", &info))
        return false;
    (void)crypto_hash_sha256(hash, (const unsigned char *)pdf->out->data, pdf->out->length);
    (void)sodium_bin2hex(id, sizeof id, hash, ID_BYTES);
    text_addf(more,
              "trailer\n<< /Size %zu\n   /Root %zu 0 R\n   /Info %zu 0 R\n   /Prev %zu\n"
              "   /ID [ <%s> <%s> ]\n>>\nstartxref\n%zu\n%%%%EOF\n",
              pdf->objects, root, info, pdf->table, id, id, table);
    return true;
}

bool mend_pdf(struct arena *arena, struct text *out, const struct mend *mend)
{
    struct pdf pdf = {.arena = arena, .out = out};
    struct text more = text_open(arena, out->cap);
    if (out->full || !read_table(&pdf))
        return false;
    pdf.moved = arena_alloc(arena, pdf.objects * sizeof *pdf.moved);
    if (pdf.moved == NULL || !add_catalogue(&pdf, &more) ||
        !add_elements(&pdf, &more, "Figure", mend->first_figure) ||
        !add_elements(&pdf, &more, "TH", mend->first_header))
        return false;
    const size_t table = out->length + more.length;
    add_table(&pdf, &more);
    if (!add_trailer(&pdf, &more, table))
        return false;
    text_add_bytes(out, more.data, more.length);
    return !out->full && !more.full;
}
