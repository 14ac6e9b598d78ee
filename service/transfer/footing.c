/* footing.c - what holds a report fast: where it stands in the log, and what was signed there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/footing.h"

#include "core/site.h"

#include <inttypes.h>
#include <string.h>

static const char *copy_word(struct arena *arena, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? arena_copy(arena, text) : NULL;
}

static const char *copy_size(struct arena *arena, const json_t *size)
{
    return json_is_integer(size)
               ? arena_format(arena, "%" PRId64, (int64_t)json_integer_value(size))
               : NULL;
}

/* Its date and its time are printed apart. */
static bool is_time(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

bool footing_read(struct arena *arena, const json_t *json, struct footing *footing)
{
    const json_t *checkpoint = json_object_get(json, "checkpoint");
    footing->size = copy_size(arena, json_object_get(json, "size"));
    footing->at = copy_word(arena, json, "at");
    footing->root = copy_word(arena, json, "root");
    footing->checkpoint_size = copy_size(arena, json_object_get(checkpoint, "size"));
    footing->checkpoint = copy_word(arena, checkpoint, "note");
    return footing->size != NULL && footing->root != NULL &&
           (footing->at == NULL || is_time(footing->at)) &&
           (footing->checkpoint_size == NULL) == (footing->checkpoint == NULL) &&
           (json_is_null(checkpoint) || footing->checkpoint != NULL);
}

/* ---------------------------------------------------------------- the line */

static void add_word(struct text *out, const char *name, const char *word)
{
    text_addf(out, "\"%s\":", name);
    if (word != NULL)
        text_add_json(out, word);
    else
        text_add(out, "null");
}

void footing_write_line(struct text *out, const struct footing *footing)
{
    text_add(out, "{\"footing\":");
    if (footing->root == NULL) {
        text_add(out, "null,");
    } else {
        text_addf(out, "{\"size\":%s,", footing->size);
        add_word(out, "at", footing->at);
        text_add_char(out, ',');
        add_word(out, "root", footing->root);
        if (footing->checkpoint != NULL) {
            text_addf(out, ",\"checkpoint\":{\"size\":%s,", footing->checkpoint_size);
            add_word(out, "note", footing->checkpoint);
            text_add(out, "}},");
        } else {
            text_add(out, ",\"checkpoint\":null},");
        }
    }
    add_word(out, "site", footing->site != NULL ? footing->site : "");
    text_add(out, "}\n");
}

bool footing_read_line(struct arena *arena, const json_t *line, struct footing *footing,
                       bool *broken)
{
    const json_t *told = json_object_get(line, "footing");
    *broken = false;
    if (told == NULL)
        return false;
    footing->site = copy_word(arena, line, "site");
    *broken = (!json_is_null(told) && !footing_read(arena, told, footing)) ||
              footing->site == NULL || (footing->site[0] != '\0' && !site_is_good(footing->site));
    return !*broken;
}
