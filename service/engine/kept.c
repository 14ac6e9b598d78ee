/* kept.c - answers of reports, kept for whoever asks for the same position again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kept.h"

#include "core/hash.h"
#include "core/heap.h"
#include "core/statement.h"
#include "core/text.h"

#include <string.h>

enum {
    ANSWERS_MAX = 1024,
    SHARE = 32, /* one answer takes at most such a part of the room: copying it takes a while */
    QUESTION_BYTES = 65536
};

/* Newest first. */
struct answer {
    struct answer *next;
    PGresult *rows;
    uint64_t hash; /* of its question */
    size_t bytes;
    size_t question_bytes;
    char question[];
};

struct kept {
    struct hash_seed seed;
    struct answer *first;
    size_t count;
    size_t bytes;
    size_t room;
    size_t question_bytes;
    char question[QUESTION_BYTES]; /* the one that is looked for */
};

struct kept *kept_make(size_t room)
{
    struct kept *kept = heap_take(sizeof *kept);
    if (kept == NULL)
        return NULL;
    *kept = (struct kept){.seed = hash_seed_make(), .room = room};
    return kept;
}

/* ---------------------------------------------------------------- questions */

/* With the terminator, which parts one word from the next: "a" and "b" are not "ab" and "". */
static bool add_word(struct kept *kept, const char *word)
{
    const size_t bytes = word != NULL ? strlen(word) + 1 : 0;
    if (kept->question_bytes + 1 + bytes > sizeof kept->question)
        return false;
    kept->question[kept->question_bytes++] = word != NULL ? '+' : '-';
    if (bytes > 0)
        memcpy(kept->question + kept->question_bytes, word, bytes);
    kept->question_bytes += bytes;
    return true;
}

/* What rows depend on: the statement, the position, the values, and what the caller may see. */
static bool put_question(struct kept *kept, const struct exchange *x)
{
    const struct principal *caller = &x->principal;
    kept->question_bytes = 0;
    if (x->response.tree_size == NULL)
        return false;
    bool fits = add_word(kept, x->statement->name) && add_word(kept, x->response.tree_size) &&
                add_word(kept, caller->known ? caller->organisation : NULL) &&
                add_word(kept, caller->country) && add_word(kept, caller->role_list);
    for (size_t i = 0; fits && i < x->statement->parameter_count; i++)
        fits = add_word(kept, x->values[i]);
    return fits;
}

/* ---------------------------------------------------------------- answers */

static void take_out(struct kept *kept, struct answer **at)
{
    struct answer *answer = *at;
    *at = answer->next;
    kept->count--;
    kept->bytes -= answer->bytes;
}

static void put_first(struct kept *kept, struct answer *answer)
{
    answer->next = kept->first;
    kept->first = answer;
    kept->count++;
    kept->bytes += answer->bytes;
}

static void let_go(struct answer *answer)
{
    if (answer != NULL)
        PQclear(answer->rows);
    heap_give(answer);
}

static void forget_last(struct kept *kept)
{
    struct answer **at = &kept->first;
    while ((*at)->next != NULL)
        at = &(*at)->next;
    struct answer *last = *at;
    take_out(kept, at);
    let_go(last);
}

static struct answer **find(struct kept *kept, uint64_t hash)
{
    struct answer **at = &kept->first;
    while (*at != NULL && ((*at)->hash != hash || (*at)->question_bytes != kept->question_bytes ||
                           memcmp((*at)->question, kept->question, kept->question_bytes) != 0))
        at = &(*at)->next;
    return at;
}

PGresult *kept_find(struct kept *kept, const struct exchange *x)
{
    if (kept->room == 0 || !put_question(kept, x))
        return NULL;
    struct answer **at = find(kept, hash_bytes(&kept->seed, kept->question, kept->question_bytes));
    struct answer *answer = *at;
    if (answer == NULL)
        return NULL;
    take_out(kept, at);
    put_first(kept, answer);
    return PQcopyResult(answer->rows, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES);
}

static struct answer *make_answer(const struct kept *kept, uint64_t hash, const PGresult *rows)
{
    struct answer *answer = heap_take(sizeof *answer + kept->question_bytes);
    if (answer == NULL) {
        (void)heap_has_failed(); /* what is not kept is nobody's fault */
        return NULL;
    }
    *answer = (struct answer){.rows = PQcopyResult(rows, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES),
                              .hash = hash,
                              .question_bytes = kept->question_bytes};
    memcpy(answer->question, kept->question, kept->question_bytes);
    answer->bytes = sizeof *answer + kept->question_bytes + PQresultMemorySize(answer->rows);
    return answer;
}

void kept_add(struct kept *kept, const struct exchange *x, const PGresult *rows)
{
    const size_t most = kept->room / SHARE;
    if (PQresultMemorySize(rows) > most || !put_question(kept, x))
        return;
    const uint64_t hash = hash_bytes(&kept->seed, kept->question, kept->question_bytes);
    if (*find(kept, hash) != NULL)
        return;
    struct answer *answer = make_answer(kept, hash, rows);
    if (answer == NULL || answer->rows == NULL || answer->bytes > most) {
        let_go(answer);
        return;
    }
    put_first(kept, answer);
    while (kept->bytes > kept->room || kept->count > ANSWERS_MAX)
        forget_last(kept);
}

void kept_free(struct kept *kept)
{
    if (kept == NULL)
        return;
    while (kept->count > 0)
        forget_last(kept);
    heap_give(kept);
}
