/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfers past the page cache, several at once: by io_uring where the system allows it, else by a few
 * threads that read and write. One queue for the whole process, made when it is first used. */
#include "platform/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef FARRAY_URING
#include <liburing.h>
#endif

enum { RING_ENTRIES = 64, THREADS = 4 };

typedef enum kind { UNTRIED, RING, BY_THREADS, BY_CALLERS } kind;

static struct {
    fa__mutex mutex;
    fa__condition done, work; /* a transfer ended; threads have something to do */
    kind kind;
    int forks;                  /* counts up in a forked child, which has neither ring nor threads */
    fa__transfer *first, *last; /* BY_THREADS: not begun */
#ifdef FARRAY_URING
    struct io_uring ring;
    bool reaping; /* one caller waits in the system, for all */
#endif
} queue = {.mutex = FA__MUTEX_INIT, .done = FA__CONDITION_INIT, .work = FA__CONDITION_INIT};

/* ---- Descriptors ---- */

/* The direct descriptor is a second one of the same file, so that the first goes on reading through the page
 * cache. */
bool fa__file_open_direct(fa__file *file)
{
    if (file->direct_state == FA__DIRECT_UNTRIED) {
        file->direct = fa__file_open_again(file, O_DIRECT);
        file->direct_state = file->direct >= 0 ? FA__DIRECT_OPEN : FA__DIRECT_REFUSED;
    }
    return file->direct_state == FA__DIRECT_OPEN;
}

/* ---- One transfer by calls ---- */

static int descriptor_of(const fa__transfer *transfer)
{
    return transfer->through_cache ? transfer->file->descriptor : transfer->file->direct;
}

static ssize_t move_some(const fa__transfer *transfer, size_t done)
{
    char *buffer = transfer->buffer + done;
    size_t size = transfer->size - done;
    off_t at = transfer->offset + (off_t)done;
    return transfer->writing ? pwrite(descriptor_of(transfer), buffer, size, at)
                             : pread(descriptor_of(transfer), buffer, size, at);
}

/* Ends early at the end of the file: what follows a count that is no multiple of the grain could not be asked
 * for. */
static void move(fa__transfer *transfer)
{
    size_t done = 0;
    while (done < transfer->size && done % FA__DIRECT_GRAIN == 0) {
        ssize_t moved = move_some(transfer, done);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0)
            transfer->system_errno = errno;
        if (moved <= 0)
            break;
        done += (size_t)moved;
    }
    transfer->moved = (int64_t)done;
}

/* ---- Threads ---- */

static fa__transfer *take_first(void)
{
    while (queue.first == NULL)
        fa__condition_wait(&queue.work, &queue.mutex);
    fa__transfer *transfer = queue.first;
    queue.first = transfer->next;
    return transfer;
}

static void thread_body(void *argument)
{
    (void)argument;
    fa__mutex_lock(&queue.mutex);
    for (;;) {
        fa__transfer *transfer = take_first();
        fa__mutex_unlock(&queue.mutex);
        move(transfer);
        fa__mutex_lock(&queue.mutex);
        transfer->is_done = true;
        fa__condition_broadcast(&queue.done);
    }
}

static bool start_threads(void)
{
    fa_error err = {0};
    int started = 0;
    while (started < THREADS && fa__thread_start("farray-io", thread_body, NULL, &err) != NULL)
        started++;
    return started > 0;
}

static void append(fa__transfer *transfer)
{
    transfer->next = NULL;
    if (queue.first == NULL)
        queue.first = transfer;
    else
        queue.last->next = transfer;
    queue.last = transfer;
    fa__condition_signal(&queue.work);
}

/* ---- The ring ---- */

#ifdef FARRAY_URING

static bool start_ring(void)
{
    return io_uring_queue_init(RING_ENTRIES, &queue.ring, 0) == 0;
}

/* Unmapping and closing touch only what the child has of it. */
static void forget_ring(void)
{
    if (queue.kind == RING)
        io_uring_queue_exit(&queue.ring);
    queue.reaping = false;
}

static bool submit(fa__transfer *transfer)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(&queue.ring);
    if (entry == NULL)
        return false;
    int descriptor = descriptor_of(transfer);
    if (transfer->writing)
        io_uring_prep_write(entry, descriptor, transfer->buffer, (unsigned)transfer->size,
                            (uint64_t)transfer->offset);
    else
        io_uring_prep_read(entry, descriptor, transfer->buffer, (unsigned)transfer->size,
                           (uint64_t)transfer->offset);
    if (transfer->through_cache) /* what the system has read ahead is not to be copied here, under the lock */
        io_uring_sqe_set_flags(entry, IOSQE_ASYNC);
    io_uring_sqe_set_data(entry, transfer);
    int submitted;
    do
        submitted = io_uring_submit(&queue.ring);
    while (submitted == -EINTR);
    if (io_uring_sq_ready(&queue.ring) == 0) /* the count is also of those that stood there before */
        return true;
    /* The entry stands in the ring, and goes with the next submission: as nothing. */
    io_uring_prep_nop(entry);
    io_uring_sqe_set_data(entry, NULL);
    return false;
}

static void reap(void)
{
    struct io_uring_cqe *entry;
    while (io_uring_peek_cqe(&queue.ring, &entry) == 0) {
        fa__transfer *transfer = io_uring_cqe_get_data(entry);
        if (transfer != NULL) {
            transfer->moved = entry->res > 0 ? entry->res : 0;
            transfer->system_errno = entry->res < 0 ? -entry->res : 0;
            transfer->is_done = true;
        }
        io_uring_cqe_seen(&queue.ring, entry);
    }
    fa__condition_broadcast(&queue.done);
}

/* One of those who wait does so in the system; what comes is seen under the lock. */
static void wait_for_ring(void)
{
    if (queue.reaping) {
        fa__condition_wait(&queue.done, &queue.mutex);
        return;
    }
    struct io_uring_cqe *entry;
    queue.reaping = true;
    fa__mutex_unlock(&queue.mutex);
    io_uring_wait_cqe(&queue.ring, &entry);
    fa__mutex_lock(&queue.mutex);
    queue.reaping = false;
    reap();
}

#else

static bool start_ring(void)
{
    return false;
}

static void forget_ring(void)
{
}

static bool submit(fa__transfer *transfer)
{
    (void)transfer;
    return false;
}

static void wait_for_ring(void)
{
}

#endif

/* ---- The queue ---- */

static void forget(void)
{
    static const fa__mutex fresh_mutex = FA__MUTEX_INIT;
    static const fa__condition fresh_condition = FA__CONDITION_INIT;
    memcpy(&queue.mutex, &fresh_mutex, sizeof fresh_mutex);
    memcpy(&queue.done, &fresh_condition, sizeof fresh_condition);
    memcpy(&queue.work, &fresh_condition, sizeof fresh_condition);
    forget_ring();
    queue.first = NULL;
    queue.kind = UNTRIED;
    queue.forks++;
}

static void start(void)
{
    static bool registered;
    if (queue.kind != UNTRIED)
        return;
    if (!registered) {
        fa__at_fork_child(forget);
        registered = true;
    }
    queue.kind = start_ring() ? RING : start_threads() ? BY_THREADS : BY_CALLERS;
}

void fa__transfer_start(fa__transfer *transfer)
{
    transfer->moved = 0;
    transfer->system_errno = 0;
    transfer->is_done = false;
    fa__mutex_lock(&queue.mutex);
    start();
    transfer->forks = queue.forks;
    bool begun = queue.kind == BY_THREADS || (queue.kind == RING && submit(transfer));
    if (queue.kind == BY_THREADS)
        append(transfer);
    fa__mutex_unlock(&queue.mutex);
    if (begun)
        return;
    move(transfer);
    transfer->is_done = true;
}

void fa__transfer_wait(fa__transfer *transfer)
{
    fa__mutex_lock(&queue.mutex);
    while (!transfer->is_done && transfer->forks == queue.forks) {
        if (queue.kind == RING)
            wait_for_ring();
        else
            fa__condition_wait(&queue.done, &queue.mutex);
    }
    if (!transfer->is_done) { /* the parent's */
        transfer->moved = 0;
        transfer->system_errno = ECANCELED;
        transfer->is_done = true;
    }
    fa__mutex_unlock(&queue.mutex);
}
