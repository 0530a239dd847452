/* SPDX-License-Identifier: BSD-3-Clause */
/* Views: what they keep alive, what they expand, what they refuse, and what the getters say. */
#include "array/arrays.h"

#include "base/memory.h"

#include <string.h>

static int sources_ended;

static void count_end(void *memory, int64_t bytes)
{
    (void)bytes;
    free(memory);
    sources_ended++;
}

static void views_keep_their_source(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__source *source = fa__memory_source_adopt(calloc(1, 80), 80, count_end, &err);
    fa__geometry geometry = {.ndim = 1, .sizes = {10}, .strides = {8}};
    fa_array *first = fa__view(source, FA_FLOAT64, &geometry, true, &err);
    fa__source_release(source);
    geometry.sizes[0] = 5;
    fa_array *second = fa__view_like(first, &geometry, &err);
    assert_ptr_equal(fa_retain(second), second);
    fa_release(first);
    fa_release(second);
    assert_int_equal(sources_ended, 0);
    fa__source_memory(second->source)[39] = 1;
    fa_release(second);
    assert_int_equal(sources_ended, 1);
    fa_release(NULL);
    assert_null(fa_retain(NULL));
}

static void sub_arrays_become_axes(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse("((('>i2', (2,)), (3,)))", &err);
    assert_null(dtype);
    fa_error_clear(&err);
    dtype = fa_dtype_parse("(('>i2', (2,)), (3,))", &err);
    fa_array *array = memory_array(dtype, FA_SHAPE(5));
    assert_int_equal(fa_ndim(array), 3);
    assert_memory_equal(fa_sizes(array), ((int64_t[]){5, 3, 2}), 3 * sizeof(int64_t));
    assert_int_equal(fa_stride_bytes(array, 0), 12);
    assert_int_equal(fa_stride_bytes(array, 1), 4);
    assert_int_equal(fa_stride_bytes(array, -1), 2);
    assert_int_equal(fa_dtype_item_bytes(fa_dtype_of_array(array)), 2);
    fa_release(array);
    int64_t sizes[FA_MAX_NDIM];
    for (int i = 0; i < FA_MAX_NDIM; i++)
        sizes[i] = 1;
    fa__geometry geometry = {.ndim = FA_MAX_NDIM - 1};
    memcpy(geometry.sizes, sizes, sizeof sizes);
    fa__source *source = fa__memory_source(12, &err);
    assert_null(fa__view(source, dtype, &geometry, true, &err));
    assert_int_equal(err.code, FA_BAD_SHAPE);
    assert_string_equal(err.message,
                        "an array of 64 dimensions with a sub-array of 1: the limit is 64 dimensions");
    fa__source_release(source);
    fa_dtype_release(dtype);
}

static void views_lie_inside_their_source(void **state)
{
    (void)state;
    static const struct {
        int64_t offset, size, stride;
        bool fits;
    } rows[] = {
        {0, 10, 8, true},         {0, 11, 8, false},     {8, 10, 8, false},
        {72, 10, -8, true},       {71, 10, -8, false},   {-1, 1, 0, false},
        {72, 1, INT64_MIN, true}, {73, 1, 8, false},     {0, INT64_MAX / 8, INT64_MAX, false},
        {80, 0, 8, true},         {81, 0, 8, false},     {0, 2, INT64_MAX, false},
        {0, 2, INT64_MIN, false}, {0, 1 << 30, 0, true}, {40, 3, INT64_MIN / 2, false},
    };
    fa_error err = {0};
    fa__source *source = fa__memory_source(80, &err);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fa__geometry geometry = {
            .ndim = 1, .offset = rows[i].offset, .sizes = {rows[i].size}, .strides = {rows[i].stride}};
        fa_array *view = fa__view(source, FA_FLOAT64, &geometry, true, &err);
        assert_int_equal(view != NULL, rows[i].fits);
        assert_int_equal(err.code, rows[i].fits ? FA_OK : FA_INTERNAL);
        fa_error_clear(&err);
        fa_release(view);
    }
    fa__source_release(source);
}

static void getters_know_every_shape(void **state)
{
    (void)state;
    int64_t ones[FA_MAX_NDIM];
    for (int i = 0; i < FA_MAX_NDIM; i++)
        ones[i] = 1;
    ones[63] = 7;
    fa_array *none = memory_array(FA_INT16, FA_SHAPE()), *empty = memory_array(FA_INT16, FA_SHAPE(3, 0)),
             *most = memory_array(FA_INT16, (fa_shape){FA_MAX_NDIM, ones});
    assert_int_equal(fa_ndim(none), 0);
    assert_int_equal(fa_size(none), 1);
    assert_int_equal(fa_bytes(none), 2);
    assert_int_equal(fa_size_of_axis(none, 0), 0);
    assert_int_equal(fa_size(empty), 0);
    assert_int_equal(fa_bytes(empty), 0);
    assert_int_equal(fa_size_of_axis(empty, -2), 3);
    assert_int_equal(fa_size_of_axis(empty, -3), 0);
    assert_int_equal(fa_size_of_axis(empty, 2), 0);
    assert_int_equal(fa_ndim(most), 64);
    assert_int_equal(fa_size_of_axis(most, -1), 7);
    assert_int_equal(fa_size(most), 7);
    assert_int_equal(fa_stride_bytes(most, 63), 2);
    assert_int_equal(fa_stride_bytes(most, 64), 0);
    assert_ptr_equal(fa_dtype_of_array(most), FA_INT16);
    unsigned all = FA_C_CONTIGUOUS | FA_F_CONTIGUOUS | FA_WRITEABLE | FA_ALIGNED;
    assert_int_equal(fa_flags(none), all);
    assert_int_equal(fa_flags(empty), all);
    assert_int_equal(fa_flags(most), all);
    fa_release(none);
    fa_release(empty);
    fa_release(most);
    assert_int_equal(fa_ndim(NULL), 0);
    assert_int_equal(fa_size(NULL) + fa_bytes(NULL) + fa_size_of_axis(NULL, 0) + fa_stride_bytes(NULL, 0), 0);
    assert_int_equal(fa_flags(NULL), 0);
    assert_null(fa_sizes(NULL));
    assert_null(fa_dtype_of_array(NULL));
}

static void alignment_counts_position_and_strides(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__source *source = fa__memory_source(80, &err);
    static const struct {
        int64_t base, offset, size, stride;
        bool aligned;
    } rows[] = {{0, 0, 5, 8, true}, {0, 4, 5, 8, false}, {4, 4, 5, 8, true},  {0, 0, 5, 12, false},
                {0, 0, 1, 3, true}, {0, 3, 0, 3, true},  {80, 0, 2, -0, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        source->base = rows[i].base;
        fa_array *view = strided_view(source, FA_FLOAT64, rows[i].offset, 1, &rows[i].size, &rows[i].stride);
        assert_int_equal((fa_flags(view) & FA_ALIGNED) != 0, rows[i].aligned);
        fa_release(view);
    }
    fa__source_release(source);
}

static void writeable_is_of_the_view_and_of_the_source(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *array = memory_array(FA_INT64, FA_SHAPE(4));
    fa__geometry geometry;
    fa__view_geometry(array, &geometry);
    fa_array *before = fa__view_like(array, &geometry, &err);
    fa_set_writeable(array, false, &err);
    fa_array *after = fa__view_like(array, &geometry, &err);
    assert_true(fa_flags(before) & FA_WRITEABLE);
    assert_false(fa_flags(array) & FA_WRITEABLE);
    assert_false(fa_flags(after) & FA_WRITEABLE);
    fa_set_writeable(after, true, &err);
    assert_true(fa_flags(after) & FA_WRITEABLE);
    assert_false(fa_failed(&err));
    array->source->writeable = false;
    fa_set_writeable(array, true, &err);
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    assert_string_equal(err.message, "the memory array that the view looks at is read-only");
    fa_error_clear(&err);
    fa_array *never = fa__view(array->source, FA_INT64, &geometry, true, &err);
    assert_false(fa_flags(never) & FA_WRITEABLE);
    fa_set_writeable(NULL, true, &err);
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_release(array);
    fa_release(before);
    fa_release(after);
    fa_release(never);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_keep_their_source),
        cmocka_unit_test(sub_arrays_become_axes),
        cmocka_unit_test(views_lie_inside_their_source),
        cmocka_unit_test(getters_know_every_shape),
        cmocka_unit_test(alignment_counts_position_and_strides),
        cmocka_unit_test(writeable_is_of_the_view_and_of_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
