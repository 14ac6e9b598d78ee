/* conninfo_test.c - the base connection string, made that of one lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/conninfo.h"

#include "service/suite.h"

#include <string.h>

static const char *value_of(const struct conninfo *info, const char *keyword)
{
    const char *value = NULL;
    for (size_t i = 0; info->keywords[i] != NULL; i++) {
        if (strcmp(info->keywords[i], keyword) == 0) {
            ck_assert_ptr_null(value); /* each once */
            value = info->values[i];
        }
    }
    return value;
}

static const struct conninfo_lane lane = {.name = "list",
                                          .role = "aidledger_public",
                                          .timeout_ms = 5000,
                                          .read_only = true,
                                          .plans = "force_custom_plan"};

START_TEST(the_lane_logs_in_as_its_role_with_its_settings)
{
    char reason[256];
    struct arena *arena = suite_arena();
    const struct conninfo *info =
        conninfo_make(arena, "host=/run dbname=aid user=root options='-c work_mem=8MB'", &lane,
                      reason, sizeof reason);
    ck_assert_str_eq(value_of(info, "host"), "/run");
    ck_assert_str_eq(value_of(info, "dbname"), "aid");
    ck_assert_str_eq(value_of(info, "user"), "aidledger_public");
    ck_assert_str_eq(value_of(info, "application_name"), "aidledger-list");
    const char *options = value_of(info, "options");
    ck_assert_ptr_nonnull(strstr(options, "-c work_mem=8MB "));
    ck_assert_ptr_nonnull(strstr(options, "search_path=aidledger,pg_temp"));
    ck_assert_ptr_nonnull(strstr(options, "statement_timeout=5000"));
    ck_assert_ptr_nonnull(strstr(options, "default_transaction_read_only=on"));
    ck_assert_ptr_nonnull(strstr(options, "plan_cache_mode=force_custom_plan"));
    ck_assert_ptr_nonnull(value_of(info, "tcp_user_timeout"));
    arena_free(arena);
}
END_TEST

START_TEST(addresses_work_too_and_keep_what_they_say)
{
    char reason[256];
    struct arena *arena = suite_arena();
    const struct conninfo_lane write = {.name = "write", .role = NULL, .timeout_ms = 1};
    const struct conninfo *info =
        conninfo_make(arena, "postgresql://me@a.example.org,b.example.org/aid?connect_timeout=9",
                      &write, reason, sizeof reason);
    ck_assert_str_eq(value_of(info, "host"), "a.example.org,b.example.org");
    ck_assert_str_eq(value_of(info, "user"), "me");
    ck_assert_str_eq(value_of(info, "connect_timeout"), "9");
    ck_assert_ptr_null(strstr(value_of(info, "options"), "read_only"));
    ck_assert_ptr_null(strstr(value_of(info, "options"), "custom_plan"));
    arena_free(arena);
}
END_TEST

START_TEST(what_is_no_connection_string_is_refused)
{
    char reason[256] = "";
    struct arena *arena = suite_arena();
    ck_assert_ptr_null(conninfo_make(arena, "host=a nonsense=b", &lane, reason, sizeof reason));
    ck_assert_ptr_nonnull(strstr(reason, "AIDLEDGER_DATABASE_URL"));
    ck_assert_ptr_nonnull(strstr(reason, "nonsense"));
    arena_free(arena);
}
END_TEST

SUITE("conninfo", the_lane_logs_in_as_its_role_with_its_settings,
      addresses_work_too_and_keep_what_they_say, what_is_no_connection_string_is_refused)
