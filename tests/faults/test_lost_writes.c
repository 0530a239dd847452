/* SPDX-License-Identifier: BSD-3-Clause */
/* After a write-back that failed, no later call says that all is well, although the kernel does: whichever
 * call met the failure, and whichever handle of the file is asked. The linker leads the library's calls here
 * (--wrap). */
#include "faults/arrays.h"

#include "storage/storage.h"

#include <errno.h>
#include <sys/mman.h>

enum { NOTHING, MSYNC, FSYNC, SYNC_FILE_RANGE };

static int failing; /* the call that fails, once; the kernel's own answer to the next one would be that all is
                       well */

static bool fails(int call)
{
    if (failing != call)
        return false;
    failing = NOTHING;
    errno = EIO;
    return true;
}

int __real_msync(void *at, size_t size, int flags);
int __wrap_msync(void *at, size_t size, int flags);
int __wrap_msync(void *at, size_t size, int flags)
{
    return fails(MSYNC) ? -1 : __real_msync(at, size, flags);
}

int __real_fsync(int file);
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    return fails(FSYNC) ? -1 : __real_fsync(file);
}

int __real_sync_file_range(int file, off64_t offset, off64_t size, unsigned flags);
int __wrap_sync_file_range(int file, off64_t offset, off64_t size, unsigned flags);
int __wrap_sync_file_range(int file, off64_t offset, off64_t size, unsigned flags)
{
    return fails(SYNC_FILE_RANGE) ? -1 : __real_sync_file_range(file, offset, size, flags);
}

/* The file's handles: a view that was written, all of the array, another handle, and a map. */
typedef struct handles {
    fa_array *whole, *part, *other;
    fa_map *map;
} handles;

enum { FLUSH_PART, FLUSH_WHOLE, FLUSH_OTHER, FLUSH_MAP, START_FLUSH, APPEND, CLOSE, ASKERS };

static void ask(handles *h, int asker, fa_error *err)
{
    fa_array *longer = NULL;
    switch (asker) {
    case FLUSH_PART:
        fa_flush(h->part, err);
        break;
    case FLUSH_WHOLE:
        fa_flush(h->whole, err);
        break;
    case FLUSH_OTHER:
        fa_flush(h->other, err);
        break;
    case FLUSH_MAP:
        fa_map_flush(h->map, 4096, 4096, err);
        break;
    case START_FLUSH:
        fa_map_start_flush(h->map, 0, 0, err);
        break;
    case APPEND:
        longer = fa_append(h->whole, h->part, NULL, err);
        fa_release(longer);
        break;
    default:
        fa_close(fa_retain(h->whole), err);
    }
}

static handles open_handles(fa_error *err)
{
    handles h;
    h.whole = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, err);
    h.part = fa_slice(h.whole, "10:20", err);
    h.other = fa_memmap(in_folder("a.npy"), FA_READ_WRITE, FA_UINT8, FA_SHAPE(-1), NULL, err);
    h.map = fa_map_open(in_folder("a.npy"), FA_READ_WRITE, NULL, err);
    fa_fill_int64(h.part, 3, err);
    return h;
}

static void release_handles(handles *h)
{
    fa_error ignored = {0};
    fa_map_close(h->map, &ignored);
    fa_release(h->other);
    fa_release(h->part);
    fa_release(h->whole);
}

static void a_loss_stays(void **state)
{
    (void)state;
    int schedules = 0;
    for (int call = MSYNC; call <= SYNC_FILE_RANGE; call++) {
        for (int first = 0; first < ASKERS; first++) {
            fa_error err = {0}, loss = {0};
            make_numbers(in_folder("a.npy"), 100, 100, &err);
            handles h = open_handles(&err);
            assert_clean(err);
            failing = call;
            ask(&h, first, &loss);
            bool met = failing == NOTHING;
            failing = NOTHING;
            assert_true(fa_failed(&loss) == met);
            schedules += met;
            for (int asker = 0; asker < ASKERS; asker++) {
                fa_error again = {0};
                ask(&h, asker, &again);
                if (first == CLOSE && asker == CLOSE)
                    continue; /* it is closed, and that was reported */
                if (met && again.code != FA_IO_ERROR && again.code != FA_CLOSED)
                    fail_msg("call %d met by %d, then %d: %s", call, first, asker, again.message);
                if (met && first != CLOSE && asker != CLOSE)
                    assert_string_equal(again.message, loss.message);
            }
            release_handles(&h);
        }
    }
    print_message("%d schedules met a failure\n", schedules);
    assert_int_equal(schedules, ASKERS); /* each of them meets one of the calls */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_loss_stays, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
