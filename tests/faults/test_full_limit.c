/* SPDX-License-Identifier: BSD-3-Clause */
/* Others have filled the memory limit: what an evaluation cannot do without is small, and has room all the
 * same. */
#include "faults/arrays.h"

#include "storage/storage.h"

enum { LIMIT = 256 << 10 };

static const char *const texts[] = {
    "sum(a.T + a)",
    "sum(concatenate((a.T, a[::-1])) * 2)",
    "sum(pad(a, 3, mode='linear_ramp') + 1)",
    "sum(cumsum(a.T, axis=1)) + max(a[::-1, ::2].T)",
    "sum(maximum.accumulate(a[:, :3].T, axis=1)) + sum(maximum.accumulate(a.T, axis=0))",
    "sum(take(a, [5, 3, 1], axis=1)) + sum(a.T[a.T > 1000]) + sum(delete(a.T, [1, 2], axis=0))",
    "sum(sort(a.T, axis=0)) + sum(unique(a)) + sum(median(a.T, axis=1))",
    "sum(a.T @ a) + sum(roll(a.T, 3)) + sum(nonzero(a.T)[0]) + sum(add.reduceat(a.T, [1, 5], axis=1))",
};

static double value_of(fa_array *a, int text, fa_error *err)
{
    fa_array *value = fa_eval(texts[text], FA_VARS({"a", a}), err);
    double result = fa_item_float64(value, err);
    fa_release(value);
    return result;
}

/* Each text's value, and the same value once nothing is left of the limit. */
static void compare_all(fa_array *a, fa_error *err)
{
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        double expected = value_of(a, i, err);
        size_t limit = fa_memory_used() + LIMIT;
        fa_set_memory_limit(limit, err);
        fa_map *rest = fa_map_anonymous((int64_t)(limit - fa_memory_used()), err);
        assert_true(fa_memory_used() > limit - 8192);
        double found = value_of(a, i, err);
        assert_clean(*err);
        assert_true(found == expected);
        fa_map_close(rest, err);
        fa_set_memory_limit(0, err);
    }
}

static void a_full_limit_has_room_for_small_buffers(void **state)
{
    (void)state;
    fa_error err = {0};
    static const int64_t sides[] = {96, 200};
    for (int i = 0; i < 2; i++) {
        make_numbers(in_folder("a.npy"), sides[i], sides[i], &err);
        for (int io = FA__IO_MMAP; io <= FA__IO_DIRECT; io++) {
            fa__set_io_mode((fa__io)io);
            fa_array *file = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
            fa_array *memory = fa_copy(file, &err);
            compare_all(file, &err);
            compare_all(memory, &err);
            fa_release(memory);
            fa_release(file);
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
