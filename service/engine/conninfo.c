/* conninfo.c - the base connection string, made that of one lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/conninfo.h"

#include "core/text.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum { OPTIONS_BYTES = 2048 };

static void set(struct conninfo *info, const char *keyword, const char *value)
{
    size_t i = 0;
    while (info->keywords[i] != NULL && strcmp(info->keywords[i], keyword) != 0)
        i++;
    if (i < CONNINFO_WORDS_MAX && value != NULL) {
        info->keywords[i] = keyword;
        info->values[i] = value;
    }
}

static void set_default(struct conninfo *info, const char *keyword, const char *value)
{
    for (size_t i = 0; info->keywords[i] != NULL; i++)
        if (strcmp(info->keywords[i], keyword) == 0)
            return;
    set(info, keyword, value);
}

static const char *make_options(struct arena *arena, const struct conninfo_lane *lane,
                                const char *base)
{
    struct text options = text_open(arena, OPTIONS_BYTES);
    if (base != NULL)
        text_addf(&options, "%s ", base);
    /* pg_temp last, or a temporary table could stand in for one of ours. */
    text_add(&options, "-c search_path=aidledger,pg_temp -c TimeZone=UTC");
    text_addf(&options, " -c statement_timeout=%d", lane->timeout_ms);
    /* What is only read is read for somebody: the server ends it when they have gone. */
    if (lane->read_only)
        text_add(&options, " -c default_transaction_read_only=on"
                           " -c client_connection_check_interval=5000");
    if (lane->plans != NULL)
        text_addf(&options, " -c plan_cache_mode=%s", lane->plans);
    return options.full ? NULL : options.data;
}

static bool copy_base(struct arena *arena, struct conninfo *info, const PQconninfoOption *parsed)
{
    for (size_t i = 0; parsed[i].keyword != NULL; i++) {
        if (parsed[i].val == NULL)
            continue;
        const char *keyword = arena_copy(arena, parsed[i].keyword);
        const char *value = arena_copy(arena, parsed[i].val);
        if (keyword == NULL || value == NULL)
            return false;
        set(info, keyword, value);
    }
    return true;
}

static const char *value_of(const struct conninfo *info, const char *keyword)
{
    for (size_t i = 0; info->keywords[i] != NULL; i++)
        if (strcmp(info->keywords[i], keyword) == 0)
            return info->values[i];
    return NULL;
}

const struct conninfo *conninfo_make(struct arena *arena, const char *base,
                                     const struct conninfo_lane *lane, char *reason,
                                     size_t reason_bytes)
{
    char *error = NULL;
    PQconninfoOption *parsed = PQconninfoParse(base, &error);
    if (parsed == NULL) {
        (void)snprintf(reason, reason_bytes, "AIDLEDGER_DATABASE_URL: %s",
                       error != NULL ? error : "out of memory");
        PQfreemem(error);
        return NULL;
    }
    struct conninfo *info = arena_alloc(arena, sizeof *info);
    const bool copied = info != NULL && copy_base(arena, info, parsed);
    PQconninfoFree(parsed);
    const char *options = copied ? make_options(arena, lane, value_of(info, "options")) : NULL;
    const char *name = arena_format(arena, "aidledger-%s", lane->name);
    if (options == NULL || name == NULL) {
        (void)snprintf(reason, reason_bytes, "AIDLEDGER_DATABASE_URL is too long");
        return NULL;
    }
    set(info, "user", lane->role);
    set(info, "application_name", name);
    set(info, "options", options);
    set(info, "client_encoding", "UTF8");
    /* A peer that vanished without a word must not hold a request for the kernel's two hours. */
    set_default(info, "connect_timeout", "5");
    set_default(info, "keepalives_idle", "10");
    set_default(info, "keepalives_interval", "5");
    set_default(info, "keepalives_count", "2");
    set_default(info, "tcp_user_timeout", "10000");
    return info;
}
