/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory sources and the copying of strided boxes, against the simplest loop that does the same. */
#include "array/arrays.h"

#include "base/memory.h"

#include <string.h>

/* Copies element after element. */
static void copy_slowly(char *base, const fa__box *box, char *elements, bool gather)
{
    int64_t position[FA_MAX_NDIM] = {0}, count = fa__count(box->ndim, box->sizes);
    for (int64_t k = 0; k < count; k++) {
        int64_t offset = box->offset;
        for (int i = 0; i < box->ndim; i++)
            offset += position[i] * box->strides[i];
        char *element = elements + k * box->item_bytes;
        memcpy(gather ? element : base + offset, gather ? base + offset : element, (size_t)box->item_bytes);
        for (int i = box->ndim - 1; i >= 0 && ++position[i] == box->sizes[i]; i--)
            position[i] = 0;
    }
}

static void boxes_are_copied_as_a_plain_loop_copies_them(void **state)
{
    (void)state;
    enum { BYTES = 600 };
    static const char *const texts[] = {"u1", "u2", "S3", "f4", "f8", "S9", "c16", "S24", "V0"};
    fa_error err = {0};
    fa__source *source = fa__memory_source(BYTES, &err);
    char *memory = fa__source_memory(source);
    start_random();
    for (int run = 0; run < 20000; run++) {
        char expected[BYTES], before[125 * 24], got[125 * 24], wanted[125 * 24];
        fa_dtype *dtype = fa_dtype_parse(texts[run % 9], &err);
        fa_array *view = random_view(source, dtype);
        fa__box box = {view->ndim, dtype->item_bytes, view->offset, view->sizes, view->strides};
        for (int i = 0; i < BYTES; i++)
            memory[i] = (char)next_random();
        memcpy(expected, memory, BYTES);
        size_t bytes = (size_t)fa_bytes(view);
        assert_true(fa__source_read(source, &box, got, &err));
        copy_slowly(expected, &box, wanted, true);
        assert_memory_equal(got, wanted, bytes);
        for (size_t i = 0; i < bytes; i++)
            before[i] = (char)next_random();
        assert_true(fa__source_write(source, &box, before, &err));
        copy_slowly(expected, &box, before, false);
        assert_memory_equal(memory, expected, BYTES);
        fa_release(view);
        fa_dtype_release(dtype);
    }
    assert_false(fa_failed(&err));
    fa__source_release(source);
}

static void memory_is_zero_aligned_and_charged(void **state)
{
    (void)state;
    fa_error err = {0};
    size_t used = fa__ledger_used();
    static const int64_t sizes[] = {0, 1, 65535, 65536, 1000001};
    for (int i = 0; i < 5; i++) {
        fa__source *source = fa__memory_source(sizes[i], &err);
        char *memory = fa__source_memory(source);
        assert_int_equal(fa__ledger_used(), used + (size_t)sizes[i]);
        assert_int_equal((uintptr_t)memory % (sizes[i] >= 65536 ? 4096 : 16), 0);
        for (int64_t k = 0; k < sizes[i]; k++)
            assert_int_equal(memory[k], 0);
        fa_file_info info;
        source->class->describe(source, &info, &err);
        assert_string_equal(info.format, "memory");
        fa__source_release(source);
        assert_int_equal(fa__ledger_used(), used);
    }
    fa__source_release(NULL);
}

static void the_ledger_says_no(void **state)
{
    (void)state;
    fa_error err = {0};
    size_t limit = fa__ledger_limit();
    fa__ledger_set_limit(fa__ledger_used() + 10000);
    assert_null(fa__memory_source(10001, &err));
    assert_int_equal(err.code, FA_NO_MEMORY);
    fa_error_clear(&err);
    fa__source *source = fa__memory_source(10000, &err);
    assert_non_null(source);
    fa__source_release(source);
    fa__ledger_set_limit(limit);
}

static void small_sources_have_a_little_room_beyond_a_full_limit(void **state)
{
    (void)state;
    enum { SMALL = 4096, MOST = 1 << 20 };
    fa_error err = {0};
    size_t limit = fa__ledger_limit(), full = fa__ledger_used() + 1;
    fa__source *sources[MOST / SMALL];
    int count = 0;
    fa__ledger_set_limit(full);
    while (count < MOST / SMALL && (sources[count] = fa__memory_source(SMALL, &err)) != NULL)
        count++;
    assert_int_equal(err.code, FA_NO_MEMORY);
    assert_true(count > 1 && fa__ledger_used() <= full + MOST);
    for (int i = 0; i < count; i++)
        fa__source_release(sources[i]);
    fa__ledger_set_limit(limit);
}

static int64_t given_back;

static void give_back(void *memory, int64_t bytes)
{
    given_back += bytes;
    free(memory);
}

static void adopted_memory_is_given_back_once(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__source *source = fa__memory_source_adopt(malloc(64), 64, give_back, &err);
    fa__source_retain(source);
    fa__source_release(source);
    assert_int_equal(given_back, 0);
    fa__source_release(source);
    assert_int_equal(given_back, 64);
    err.code = FA_BUSY;
    assert_null(fa__memory_source_adopt(malloc(64), 64, give_back, &err));
    assert_int_equal(given_back, 128);
}

static void read_only_sources_are_not_written(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__source *source = fa__memory_source(8, &err);
    fa__box box = {0, 8, 0, NULL, NULL};
    source->writeable = false;
    assert_false(fa__source_write(source, &box, "12345678", &err));
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    assert_int_equal(fa__source_memory(source)[0], 0);
    fa__source_release(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_are_copied_as_a_plain_loop_copies_them),
        cmocka_unit_test(memory_is_zero_aligned_and_charged),
        cmocka_unit_test(the_ledger_says_no),
        cmocka_unit_test(small_sources_have_a_little_room_beyond_a_full_limit),
        cmocka_unit_test(adopted_memory_is_given_back_once),
        cmocka_unit_test(read_only_sources_are_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
