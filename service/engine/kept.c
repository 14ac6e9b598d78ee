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
    SLOW_SHARE = 4,
    QUESTION_BYTES = 65536
};

/* What a report says beside its rows: position, members, note and related. */
enum { WORDS = 4 };

/* Newest first. */
struct answer {
    struct answer *next;
    PGresult *rows;
    char *words[WORDS]; /* the first is its position; NULL where it says nothing */
    uint64_t hash;      /* of its question */
    size_t bytes;
    size_t question_bytes;
    int64_t took_ms;
    int64_t newest_ms; /* when its position was the newest one last; 0: it is not known to be */
    int64_t renew_ms;  /* not before this is it made anew */
    char question[];   /* and then the words */
};

struct kept {
    struct hash_seed seed;
    struct answer *first;
    size_t count;
    size_t bytes;
    size_t room;
    int prompt_ms;
    size_t question_bytes;
    char question[QUESTION_BYTES]; /* the one that is looked for */
};

struct kept *kept_make(size_t room, int prompt_ms)
{
    struct kept *kept = heap_take(sizeof *kept);
    if (kept == NULL)
        return NULL;
    *kept = (struct kept){.seed = hash_seed_make(), .room = room, .prompt_ms = prompt_ms};
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

/* What rows depend on beside the position: the statement, the values, and what the caller may see.
 */
static bool put_question(struct kept *kept, const struct exchange *x)
{
    const struct principal *caller = &x->principal;
    kept->question_bytes = 0;
    bool fits = add_word(kept, x->statement->name) &&
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

static uint64_t hash_question(const struct kept *kept)
{
    return hash_bytes(&kept->seed, kept->question, kept->question_bytes);
}

static bool answers(const struct answer *answer, const struct kept *kept, uint64_t hash)
{
    return answer->hash == hash && answer->question_bytes == kept->question_bytes &&
           memcmp(answer->question, kept->question, kept->question_bytes) == 0;
}

/* The answer at one position. */
static struct answer **find(struct kept *kept, uint64_t hash, const char *position)
{
    struct answer **at = &kept->first;
    while (*at != NULL && (!answers(*at, kept, hash) || strcmp((*at)->words[0], position) != 0))
        at = &(*at)->next;
    return at;
}

static PGresult *copy_rows(const PGresult *rows)
{
    return PQcopyResult(rows, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES);
}

static struct answer *use(struct kept *kept, struct answer **at)
{
    struct answer *answer = *at;
    take_out(kept, at);
    put_first(kept, answer);
    return answer;
}

/* Whoever asked for no position has just been told the newest one. */
static void see_newest(struct answer *answer, const struct exchange *x, int64_t now_ms)
{
    if (x->as_of == NULL && now_ms > answer->newest_ms)
        answer->newest_ms = now_ms;
}

PGresult *kept_find(struct kept *kept, const struct exchange *x, int64_t now_ms)
{
    if (kept->room == 0 || x->response.tree_size == NULL || !put_question(kept, x))
        return NULL;
    struct answer **at = find(kept, hash_question(kept), x->response.tree_size);
    if (*at == NULL)
        return NULL;
    struct answer *answer = use(kept, at);
    see_newest(answer, x, now_ms);
    return copy_rows(answer->rows);
}

/* ---------------------------------------------------------------- slow answers */

/* The last one that was of the newest position. */
static struct answer **find_last(struct kept *kept, uint64_t hash)
{
    struct answer **last = NULL;
    for (struct answer **at = &kept->first; *at != NULL; at = &(*at)->next)
        if ((*at)->newest_ms > 0 && answers(*at, kept, hash) &&
            (last == NULL || (*at)->newest_ms > (*last)->newest_ms))
            last = at;
    return last;
}

static int64_t stands_ms(const struct answer *answer)
{
    return answer->took_ms < KEPT_STANDS_MS / KEPT_STANDS ? answer->took_ms * KEPT_STANDS
                                                          : KEPT_STANDS_MS;
}

static struct answer **find_standing(struct kept *kept, const struct exchange *x, int64_t now_ms)
{
    if (kept->room == 0 || kept->prompt_ms == 0 || x->as_of != NULL || x->no_cache ||
        x->method != METHOD_GET || !put_question(kept, x))
        return NULL;
    struct answer **at = find_last(kept, hash_question(kept));
    return at != NULL && (*at)->took_ms >= kept->prompt_ms &&
                   now_ms - (*at)->newest_ms <= 3 * stands_ms(*at)
               ? at
               : NULL;
}

bool kept_stands(struct kept *kept, const struct exchange *x, int64_t now_ms)
{
    return find_standing(kept, x, now_ms) != NULL;
}

static bool tell(const struct answer *answer, int64_t age_ms, struct exchange *x)
{
    const char **const to[WORDS] = {&x->response.tree_size, &x->preface.members, &x->preface.note,
                                    &x->response.related};
    for (size_t i = 0; i < WORDS; i++) {
        *to[i] = answer->words[i] != NULL ? arena_copy(x->arena, answer->words[i]) : NULL;
        if (answer->words[i] != NULL && *to[i] == NULL)
            return false;
    }
    x->response.age = arena_format(x->arena, "%lld", (long long)(age_ms / 1000));
    return x->response.age != NULL;
}

PGresult *kept_standing(struct kept *kept, struct exchange *x, int64_t now_ms, bool *renew)
{
    const bool can_renew = *renew;
    *renew = false;
    struct answer **at = find_standing(kept, x, now_ms);
    if (at == NULL)
        return NULL;
    struct answer *answer = use(kept, at);
    const int64_t age_ms = now_ms - answer->newest_ms;
    PGresult *rows = copy_rows(answer->rows);
    if (rows == NULL || !tell(answer, age_ms, x)) {
        PQclear(rows);
        x->response.tree_size = x->response.related = x->response.age = NULL;
        x->preface = (struct preface){.members = NULL};
        return NULL;
    }
    *renew = can_renew && age_ms > stands_ms(answer) && now_ms >= answer->renew_ms;
    if (*renew)
        answer->renew_ms = now_ms + stands_ms(answer);
    return rows;
}

/* ---------------------------------------------------------------- keeping */

static struct answer *make_answer(const struct kept *kept, const struct exchange *x,
                                  const PGresult *rows)
{
    const char *const words[WORDS] = {x->response.tree_size, x->preface.members, x->preface.note,
                                      x->response.related};
    size_t bytes = sizeof(struct answer) + kept->question_bytes;
    for (size_t i = 0; i < WORDS; i++)
        bytes += words[i] != NULL ? strlen(words[i]) + 1 : 0;
    struct answer *answer = heap_take(bytes);
    if (answer == NULL) {
        (void)heap_has_failed(); /* what is not kept is nobody's fault */
        return NULL;
    }
    *answer = (struct answer){.rows = copy_rows(rows), .question_bytes = kept->question_bytes};
    memcpy(answer->question, kept->question, kept->question_bytes);
    char *end = answer->question + kept->question_bytes;
    for (size_t i = 0; i < WORDS; i++) {
        if (words[i] == NULL)
            continue;
        answer->words[i] = end;
        const size_t size = strlen(words[i]) + 1;
        memcpy(end, words[i], size);
        end += size;
    }
    answer->bytes = bytes + PQresultMemorySize(answer->rows);
    return answer;
}

void kept_add(struct kept *kept, const struct exchange *x, const PGresult *rows, int64_t began_ms,
              int64_t ended_ms)
{
    const bool slow = kept->prompt_ms > 0 && ended_ms - began_ms >= kept->prompt_ms;
    const size_t most = kept->room / (slow ? SLOW_SHARE : SHARE);
    if (PQresultMemorySize(rows) > most || x->response.tree_size == NULL || !put_question(kept, x))
        return;
    const uint64_t hash = hash_question(kept);
    struct answer *there = *find(kept, hash, x->response.tree_size);
    if (there != NULL) {
        see_newest(there, x, began_ms);
        return;
    }
    struct answer *answer = make_answer(kept, x, rows);
    if (answer == NULL || answer->rows == NULL || answer->bytes > most) {
        let_go(answer);
        return;
    }
    answer->hash = hash;
    answer->took_ms = ended_ms - began_ms;
    see_newest(answer, x, began_ms);
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
