/* config.c - the settings, read once from the environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config.h"

#include "core/log.h"
#include "core/number.h"
#include "core/site.h"

static bool read_number(const char *value, int minimum, int maximum, int *number)
{
    int64_t parsed = 0;
    if (!number_parse(value, minimum, maximum, &parsed))
        return false;
    *number = (int)parsed;
    return true;
}

static bool refuse(char *reason, size_t reason_bytes, const char *name, const char *value,
                   int minimum, int maximum)
{
    (void)snprintf(reason, reason_bytes, "%s is \"%s\"; it must be a whole number from %d to %d",
                   name, value, minimum, maximum);
    return false;
}

/* An empty variable counts as unset: shells and unit files make those easily. */
static const char *present(config_lookup_fn lookup, const char *name)
{
    const char *value = lookup(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Where settings are looked up, and where the first wrong one is told. */
struct reading {
    config_lookup_fn lookup;
    char *reason;
    size_t reason_bytes;
};

static bool take_number(const struct reading *reading, const char *name, int minimum, int maximum,
                        int *number)
{
    const char *value = present(reading->lookup, name);
    return value == NULL || read_number(value, minimum, maximum, number) ||
           refuse(reading->reason, reading->reason_bytes, name, value, minimum, maximum);
}

static void take_text(const struct reading *reading, const char *name, const char **text)
{
    const char *value = present(reading->lookup, name);
    if (value != NULL)
        *text = value;
}

bool config_read(struct config *config, config_lookup_fn lookup, char *reason, size_t reason_bytes)
{
    const struct reading reading = {lookup, reason, reason_bytes};
    bool good = true;
#define TEXT(member, name, preset, meaning)                                                        \
    config->member = (preset);                                                                     \
    take_text(&reading, name, &config->member);
#define NUMBER(member, name, preset, minimum, maximum, meaning)                                    \
    config->member = (preset);                                                                     \
    good = good & take_number(&reading, name, minimum, maximum, &config->member);
#include "core/config.def"
#undef TEXT
#undef NUMBER
    enum log_level level;
    if (good && !log_level_parse(config->log_level, &level)) {
        (void)snprintf(reason, reason_bytes,
                       "AIDLEDGER_LOG_LEVEL is \"%s\"; it must be debug, info, warn or error",
                       config->log_level);
        return false;
    }
    if (good && !address_ranges_parse(config->trusted_proxies, &config->proxies)) {
        (void)snprintf(reason, reason_bytes,
                       "AIDLEDGER_TRUSTED_PROXIES is \"%s\"; it must be a list of at most %d "
                       "addresses or ranges, such as \"10.0.0.0/8, ::1\"",
                       config->trusted_proxies, ADDRESS_RANGES_MAX);
        return false;
    }
    if (good && config->public_url[0] != '\0' && !site_is_good(config->public_url)) {
        (void)snprintf(reason, reason_bytes,
                       "AIDLEDGER_PUBLIC_URL is \"%s\"; it must be like "
                       "\"https://aid.example.org\", without a slash at its end",
                       config->public_url);
        return false;
    }
    return good;
}

static void print_text(FILE *out, const char *name, const char *meaning, const char *preset)
{
    (void)fprintf(out, "  %-28s %s%s%s%s\n", name, meaning, preset[0] == '\0' ? "" : " (", preset,
                  preset[0] == '\0' ? "" : ")");
}

void config_print_help(FILE *out)
{
#define TEXT(member, name, preset, meaning) print_text(out, name, meaning, preset);
#define NUMBER(member, name, preset, minimum, maximum, meaning)                                    \
    (void)fprintf(out, "  %-28s %s (%d)\n", name, meaning, preset);
#include "core/config.def"
#undef TEXT
#undef NUMBER
}
