/* torture.c - makes the n-th call that may fail fail, once. Linked over the real ones with --wrap.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

/* The file that AIDLEDGER_TORTURE names, shared with whoever tortures. */
struct control {
    _Atomic uint64_t calls;   /* so far */
    _Atomic uint64_t fail_at; /* the call that fails; 0: none */
    _Atomic uint64_t failed;  /* how many have */
};

static struct control *control;

static bool fails(void)
{
    if (control == NULL)
        return false;
    const uint64_t call = atomic_fetch_add(&control->calls, 1) + 1;
    if (call != atomic_load(&control->fail_at))
        return false;
    (void)atomic_fetch_add(&control->failed, 1);
    return true;
}

/* NAME(arguments) of this type, which answers `failure` when it is its turn. */
#define TORTURE(type, name, parameters, arguments, failure)                                        \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails() ? (failure) : __real_##name arguments;                                      \
    }

/* Memory. */
TORTURE(void *, malloc, (size_t size), (size), NULL)
TORTURE(void *, calloc, (size_t count, size_t size), (count, size), NULL)
TORTURE(int, deflateInit2_,
        (z_streamp stream, int level, int method, int bits, int memory, int strategy,
         const char *version, int size),
        (stream, level, method, bits, memory, strategy, version, size), Z_MEM_ERROR)

/* The database. */
TORTURE(PGconn *, PQconnectStartParams,
        (const char *const *words, const char *const *values, int expand), (words, values, expand),
        NULL)
TORTURE(PGconn *, PQconnectdbParams,
        (const char *const *words, const char *const *values, int expand), (words, values, expand),
        NULL)
TORTURE(PostgresPollingStatusType, PQconnectPoll, (PGconn * db), (db), PGRES_POLLING_FAILED)
TORTURE(int, PQsetnonblocking, (PGconn * db, int on), (db, on), -1)
TORTURE(int, PQenterPipelineMode, (PGconn * db), (db), 0)
TORTURE(int, PQpipelineSync, (PGconn * db), (db), 0)
TORTURE(int, PQflush, (PGconn * db), (db), -1)
TORTURE(int, PQconsumeInput, (PGconn * db), (db), 0)
TORTURE(PGresult *, PQgetResult, (PGconn * db), (db), PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR))
TORTURE(PGresult *, PQexec, (PGconn * db, const char *sql), (db, sql), NULL)
TORTURE(int, PQsendPrepare,
        (PGconn * db, const char *name, const char *sql, int count, const Oid *types),
        (db, name, sql, count, types), 0)
TORTURE(int, PQsendDescribePrepared, (PGconn * db, const char *name), (db, name), 0)
TORTURE(int, PQsendQueryPrepared,
        (PGconn * db, const char *name, int count, const char *const *values, const int *lengths,
         const int *formats, int format),
        (db, name, count, values, lengths, formats, format), 0)
TORTURE(int, PQsendQueryParams,
        (PGconn * db, const char *sql, int count, const Oid *types, const char *const *values,
         const int *lengths, const int *formats, int format),
        (db, sql, count, types, values, lengths, formats, format), 0)
TORTURE(PGresult *, PQexecParams,
        (PGconn * db, const char *sql, int count, const Oid *types, const char *const *values,
         const int *lengths, const int *formats, int format),
        (db, sql, count, types, values, lengths, formats, format), NULL)

/* The client's side. */
TORTURE(struct MHD_Response *, MHD_create_response_from_buffer,
        (size_t size, void *bytes, enum MHD_ResponseMemoryMode mode), (size, bytes, mode), NULL)
TORTURE(struct MHD_Response *, MHD_create_response_from_callback,
        (uint64_t size, size_t block, MHD_ContentReaderCallback give, void *cls,
         MHD_ContentReaderFreeCallback end),
        (size, block, give, cls, end), NULL)
TORTURE(enum MHD_Result, MHD_queue_response,
        (struct MHD_Connection * connection, unsigned status, struct MHD_Response *response),
        (connection, status, response), MHD_NO)

int __real_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event)
{
    /* The kernel never fails to forget a descriptor. */
    if (what != EPOLL_CTL_DEL && fails()) {
        errno = ENOMEM;
        return -1;
    }
    return __real_epoll_ctl(epoll, what, fd, event);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("AIDLEDGER_TORTURE");
    const int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (shared != MAP_FAILED)
        control = shared;
}
