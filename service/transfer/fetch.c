/* fetch.c - asks other servers over HTTP, several at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/fetch.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/version.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { POLL_MS = 1000, REDIRECTS_MAX = 4 };

struct fetcher {
    struct arena *arena;
    CURLM *multi;
    CURL *handles[FETCHES_MAX];
    struct curl_slist *headers; /* of a post */
    bool is_global;
};

struct fetcher *fetcher_open(void)
{
    struct arena *arena = arena_make(sizeof(struct fetcher) + 64);
    struct fetcher *fetcher = arena == NULL ? NULL : arena_alloc(arena, sizeof *fetcher);
    if (fetcher == NULL) {
        arena_free(arena);
        return NULL;
    }
    fetcher->arena = arena;
    fetcher->is_global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (fetcher->is_global) {
        fetcher->multi = curl_multi_init();
        /* Without this a post of more than a kilobyte first asks whether it may, and waits. */
        fetcher->headers = curl_slist_append(NULL, "Expect:");
    }
    if (fetcher->multi == NULL || fetcher->headers == NULL) {
        fetcher_close(fetcher);
        return NULL;
    }
    return fetcher;
}

void fetcher_close(struct fetcher *fetcher)
{
    if (fetcher == NULL)
        return;
    for (size_t i = 0; i < FETCHES_MAX; i++)
        curl_easy_cleanup(fetcher->handles[i]);
    curl_slist_free_all(fetcher->headers);
    if (fetcher->multi != NULL)
        (void)curl_multi_cleanup(fetcher->multi);
    if (fetcher->is_global)
        curl_global_cleanup();
    arena_free(fetcher->arena);
}

static size_t take_body(const char *bytes, size_t size, size_t count, void *owner)
{
    struct fetch *fetch = owner;
    text_add_bytes(fetch->answer, bytes, size * count);
    return fetch->answer->full ? 0 : size * count;
}

/* False when an option is not taken: then the library is another one than this was made for. */
static bool set_options(CURL *handle, struct fetch *fetch, struct curl_slist *headers,
                        int64_t wait_ms)
{
    const bool is_secure = strncasecmp(fetch->url, "https:", 6) == 0;
    bool good =
        curl_easy_setopt(handle, CURLOPT_URL, fetch->url) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https") ==
            CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)wait_ms) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_USERAGENT, "aidledger/" AIDLEDGER_VERSION) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, fetch->error) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, fetch) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_PRIVATE, fetch) == CURLE_OK;
    if (fetch->body == NULL)
        return good && curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK;
    good = good && curl_easy_setopt(handle, CURLOPT_POSTFIELDS, fetch->body) == CURLE_OK;
    return good &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body_bytes) ==
               CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
}

static bool start(struct fetcher *fetcher, size_t at, struct fetch *fetch, int64_t wait_ms)
{
    static_assert(FETCH_ERROR_BYTES >= CURL_ERROR_SIZE, "the library writes as much");
    fetch->status = 0;
    fetch->type[0] = '\0';
    fetch->error[0] = '\0';
    if (fetcher->handles[at] == NULL)
        fetcher->handles[at] = curl_easy_init();
    CURL *handle = fetcher->handles[at];
    if (handle == NULL)
        return false;
    curl_easy_reset(handle);
    return set_options(handle, fetch, fetcher->headers, wait_ms) &&
           curl_multi_add_handle(fetcher->multi, handle) == CURLM_OK;
}

static void note_answer(CURL *handle, CURLcode result)
{
    struct fetch *fetch = NULL;
    const char *type = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_PRIVATE, (char **)&fetch) != CURLE_OK || fetch == NULL)
        return;
    if (result != CURLE_OK) {
        if (fetch->answer->full)
            (void)snprintf(fetch->error, sizeof fetch->error, "the answer is too long");
        else if (fetch->error[0] == '\0')
            (void)snprintf(fetch->error, sizeof fetch->error, "%s", curl_easy_strerror(result));
        return;
    }
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &fetch->status);
    if (curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type != NULL)
        (void)snprintf(fetch->type, sizeof fetch->type, "%s", type);
}

/* Takes notice of those that have ended. */
static void collect(struct fetcher *fetcher)
{
    const CURLMsg *message = NULL;
    int left = 0;
    while ((message = curl_multi_info_read(fetcher->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            note_answer(message->easy_handle, message->data.result);
}

/* Until all have ended or the time is over. */
static void run(struct fetcher *fetcher, int64_t until_ms)
{
    int running = 0;
    do {
        if (curl_multi_perform(fetcher->multi, &running) != CURLM_OK)
            return;
        collect(fetcher);
        if (running > 0 && curl_multi_poll(fetcher->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            return;
    } while (running > 0 && clock_ms() < until_ms);
}

void fetcher_ask(struct fetcher *fetcher, struct fetch *fetches, size_t count, int64_t wait_ms)
{
    bool is_started[FETCHES_MAX] = {false};
    assert(count <= FETCHES_MAX);
    for (size_t i = 0; i < count; i++)
        is_started[i] = start(fetcher, i, &fetches[i], wait_ms);
    run(fetcher, clock_ms() + wait_ms);
    for (size_t i = 0; i < count; i++) {
        if (is_started[i])
            (void)curl_multi_remove_handle(fetcher->multi, fetcher->handles[i]);
        if (fetches[i].status == 0 && fetches[i].error[0] == '\0')
            (void)snprintf(fetches[i].error, sizeof fetches[i].error, "%s",
                           is_started[i] ? "there was no answer in time" : "it cannot be asked");
    }
}
