/* SPDX-License-Identifier: BSD-3-Clause */
/* Others have filled the memory limit: what an evaluation cannot do without is small, and has room all the same. */
#include "faults/arrays.h"

#include "storage/storage.h"

enum { SIDE = 96, LIMIT = 256 << 10 };

static const char *const texts[] = {
    "sum(a.T + a)",
    "sum(concatenate((a.T, a[::-1])) * 2)",
    "sum(pad(a, 3, mode='linear_ramp') + 1)",
    "sum(cumsum(a.T, axis=1)) + max(a[::-1, ::2].T)",
};

static double value_of(int text, fa_error *err)
{
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err);
    fa_array *value = fa_eval(texts[text], FA_VARS({"a", a}), err);
    double result = fa_item_float64(value, err);
    fa_release(value);
    fa_release(a);
    return result;
}

static void a_full_limit_has_room_for_small_buffers(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *written = fa_eval("arange(9216.0).reshape(96, 96)", FA_VARS(), &err);
    fa_save(in_folder("a.npy"), written, NULL, &err);
    fa_release(written);
    for (int io = FA__IO_MMAP; io <= FA__IO_PREAD; io++) {
        fa__set_io_mode((fa__io)io);
        for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
            double expected = value_of(i, &err);
            fa_set_memory_limit(LIMIT, &err);
            fa_map *rest = fa_map_anonymous((int64_t)(LIMIT - fa_memory_used()), &err);
            assert_true(fa_memory_used() > LIMIT - 8192);
            double found = value_of(i, &err);
            assert_clean(err);
            assert_true(found == expected);
            fa_map_close(rest, &err);
            fa_set_memory_limit(0, &err);
        }
    }
    fa__set_io_mode(FA__IO_AUTO);
    assert_clean(err);
    assert_int_equal(fa_memory_used(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_limit_has_room_for_small_buffers, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
