/* authorise.c - who is asking, and whether the route is for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/authorise.h"

#include "access/allowance.h"
#include "access/directory.h"
#include "access/key.h"
#include "core/clock.h"
#include "core/config.h"

#include <string.h>
#include <strings.h>
#include <time.h>

enum { RETRY_AFTER_S = 1 };

/* A token in an address ends up in histories and logs (RFC 9700 §2.4). */
static bool refuse_token_in_query(struct exchange *x)
{
    for (size_t i = 0; i < x->query_count; i++) {
        if (strcmp(x->query[i].name, "access_token") == 0 ||
            strcmp(x->query[i].name, "api_key") == 0)
            return problem_set(&x->problem, PROBLEM_BAD_REQUEST,
                               "A key is sent in the Authorization header, never in an address. "
                               "This one has been seen where it should not be: revoke it.");
    }
    return true;
}

static bool refuse_more(struct exchange *x, const char *detail)
{
    x->problem.retry_after_s = x->quota.retry_s;
    return problem_set(&x->problem, PROBLEM_TOO_MANY_REQUESTS, "%s", detail);
}

/* Good keys from the same address are not held up: theirs are found before anybody guesses. */
static bool refuse_guesses(struct exchange *x)
{
    const struct address network = address_network(&x->address);
    const struct claim claim = {"bad keys", network.bytes, sizeof network.bytes};
    struct quota quota = {0};
    if (allowance_take(x->allowances, &claim, x->config->bad_keys_per_minute, x->began_ns, &quota))
        return true;
    x->quota = quota;
    return refuse_more(x, "Too many keys that are not good came from this address.");
}

static bool identify(struct exchange *x)
{
    struct key key;
    const char *token = x->authorization;
    if (strncasecmp(token, "Bearer ", 7) != 0)
        return problem_set(&x->problem, PROBLEM_UNAUTHORIZED,
                           "Send the key as \"Authorization: Bearer <key>\".");
    token += 7 + strspn(token + 7, " ");
    if (directory_age_ms(x->directory, clock_ms()) > DIRECTORY_AGE_MAX_MS) {
        x->problem.retry_after_s = RETRY_AFTER_S;
        return problem_set(&x->problem, PROBLEM_UNAVAILABLE,
                           "Keys cannot be checked at present; try again shortly.");
    }
    /* One answer for a malformed, unknown, expired or revoked key: which it is helps only those
       who guess. */
    if (key_parse(token, &key) &&
        directory_find(x->directory, &key, (int64_t)time(NULL), &x->principal))
        return true;
    return refuse_guesses(x) && problem_set(&x->problem, PROBLEM_UNAUTHORIZED,
                                            "The key is not known, has expired or was revoked.");
}

/* A key has an allowance of its own; those without share their address's. */
static bool take_allowance(struct exchange *x)
{
    const struct address network = address_network(&x->address);
    const struct claim claim =
        x->principal.known ? (struct claim){"key", x->principal.key, strlen(x->principal.key)}
                           : (struct claim){"address", network.bytes, sizeof network.bytes};
    return allowance_take(x->allowances, &claim, x->config->requests_per_minute, x->began_ns,
                          &x->quota) ||
           refuse_more(x, "This is more than the requests of one minute; RateLimit says when there "
                          "are more.");
}

bool access_authorise(struct exchange *x)
{
    const uint32_t admitted = x->statement->roles;
    if (!refuse_token_in_query(x))
        return false;
    if (x->authorization != NULL && !identify(x))
        return false;
    if (!take_allowance(x))
        return false;
    if ((admitted & (ROLE_PUBLIC | x->principal.roles)) != 0)
        return true;
    if (!x->principal.known)
        return problem_set(&x->problem, PROBLEM_UNAUTHORIZED,
                           "This needs a key; send it as \"Authorization: Bearer <key>\".");
    return problem_set(&x->problem, PROBLEM_FORBIDDEN,
                       "The roles of this key do not include one that may do this.");
}
