/* SPDX-License-Identifier: BSD-3-Clause */
/* Counting, dense layouts, memory order, broadcasting and axes. Views as a whole are in oracle_views.py. */
#include "array/arrays.h"

#include "array/shape.h"

#include <string.h>

static void assert_shape_text(fa_shape shape, const char *expected)
{
    char text[FA__SHAPE_TEXT];
    assert_string_equal(fa__shape_text(shape.ndim, shape.sizes, text, sizeof text), expected);
}

static void shapes_are_written_as_python_writes_them(void **state)
{
    (void)state;
    assert_shape_text(FA_SHAPE(), "()");
    assert_shape_text(FA_SHAPE(5), "(5,)");
    assert_shape_text(FA_SHAPE(3, 4), "(3, 4)");
    int64_t sizes[FA_MAX_NDIM];
    char text[FA__SHAPE_TEXT];
    for (int i = 0; i < FA_MAX_NDIM; i++)
        sizes[i] = INT64_MAX;
    fa__shape_text(FA_MAX_NDIM, sizes, text, sizeof text);
    assert_true(strlen(text) < sizeof text);
    assert_string_equal(text + strlen(text) - 6, ", ...)");
    char small[48];
    for (size_t size = 32; size <= sizeof small; size++) {
        memset(small, '#', sizeof small);
        fa__shape_text(3, sizes, small, size);
        assert_true(strlen(small) < size);
    }
}

static void assert_count(fa_shape shape, int64_t item_bytes, int64_t expected)
{
    fa_error err = {0};
    int64_t count = -1;
    assert_true(fa__shape_count(shape.ndim, shape.sizes, item_bytes, &count, &err));
    assert_int_equal(count, expected);
}

static void assert_no_count(fa_shape shape, int64_t item_bytes, fa_error_code code, const char *message)
{
    fa_error err = {0};
    int64_t count = -1;
    assert_false(fa__shape_count(shape.ndim, shape.sizes, item_bytes, &count, &err));
    assert_int_equal(err.code, code);
    assert_string_equal(err.message, message);
    assert_int_equal(count, -1);
}

static void counts_never_overflow(void **state)
{
    (void)state;
    assert_count(FA_SHAPE(), 8, 1);
    assert_count(FA_SHAPE(3, 4), 8, 12);
    assert_count(FA_SHAPE(3, 0, 5), 8, 0);
    assert_count(FA_SHAPE(INT64_MAX), 1, INT64_MAX);
    assert_count(FA_SHAPE(INT64_MAX), 0, INT64_MAX);
    assert_no_count(FA_SHAPE(INT64_MAX), 2, FA_TOO_LARGE,
                    "shape (9223372036854775807,) of 2-byte elements takes more than 2^63 - 1 bytes");
    assert_no_count(FA_SHAPE(INT64_C(1) << 32, INT64_C(1) << 31), 1, FA_TOO_LARGE,
                    "shape (4294967296, 2147483648) has more than 2^63 - 1 elements");
    assert_no_count(FA_SHAPE(0, INT64_MAX, 2), 1, FA_TOO_LARGE,
                    "shape (0, 9223372036854775807, 2) has more than 2^63 - 1 elements");
    assert_no_count(FA_SHAPE(3, -1), 8, FA_BAD_SHAPE, "shape (3, -1): axis 1 has the negative size -1");
    assert_no_count((fa_shape){65, NULL}, 8, FA_BAD_SHAPE, "a shape of 65 dimensions: it must have 0 to 64");
    assert_no_count((fa_shape){-1, NULL}, 8, FA_BAD_SHAPE, "a shape of -1 dimensions: it must have 0 to 64");
}

static void dense_layouts_are_contiguous(void **state)
{
    (void)state;
    int64_t sizes[] = {2, 3, 4}, c[3], f[3], other[3];
    fa__strides_c(3, sizes, 8, c);
    fa__strides_f(3, sizes, 8, f);
    assert_memory_equal(c, ((int64_t[]){96, 32, 8}), sizeof c);
    assert_memory_equal(f, ((int64_t[]){8, 16, 48}), sizeof f);
    fa__strides_in_order(3, sizes, 8, (int[]){1, 2, 0}, other);
    assert_memory_equal(other, ((int64_t[]){8, 64, 16}), sizeof other);
    assert_true(fa__is_c_contiguous(3, sizes, c, 8) && !fa__is_f_contiguous(3, sizes, c, 8));
    assert_true(fa__is_f_contiguous(3, sizes, f, 8) && !fa__is_c_contiguous(3, sizes, f, 8));
    assert_false(fa__is_c_contiguous(3, sizes, other, 8) || fa__is_f_contiguous(3, sizes, other, 8));
    /* Strides of one element, and of none, mean nothing. */
    assert_true(fa__is_c_contiguous(3, (int64_t[]){1, 3, 1}, (int64_t[]){-7, 8, 99}, 8));
    assert_true(fa__is_f_contiguous(3, (int64_t[]){1, 3, 1}, (int64_t[]){-7, 8, 99}, 8));
    assert_true(fa__is_c_contiguous(2, (int64_t[]){0, 3}, (int64_t[]){1, 1}, 8));
    assert_false(fa__is_c_contiguous(1, (int64_t[]){3}, (int64_t[]){-8}, 8));
    assert_true(fa__is_c_contiguous(0, NULL, NULL, 8) && fa__is_f_contiguous(0, NULL, NULL, 8));
    assert_false(fa__is_c_contiguous(1, (int64_t[]){3}, (int64_t[]){8}, 4));
}

static void assert_order(int ndim, const int64_t *sizes, const int64_t *strides, const int *expected)
{
    int perm[FA_MAX_NDIM];
    fa__k_order(ndim, sizes, strides, perm);
    for (int i = 0; i < ndim; i++)
        assert_int_equal(perm[i], expected[i]);
}

static void memory_order_is_numpys_k_order(void **state)
{
    (void)state;
    int64_t sizes[] = {2, 3, 4};
    assert_order(3, sizes, (int64_t[]){96, 32, 8}, (int[]){0, 1, 2});
    assert_order(3, sizes, (int64_t[]){8, 16, 48}, (int[]){2, 1, 0});
    assert_order(3, sizes, (int64_t[]){8, 64, 16}, (int[]){1, 2, 0});
    assert_order(3, sizes, (int64_t[]){-96, 32, -8}, (int[]){0, 1, 2});
    assert_order(3, sizes, (int64_t[]){8, 8, 8}, (int[]){0, 1, 2});
    assert_order(3, (int64_t[]){2, 1, 4}, (int64_t[]){8, 1000, 16}, (int[]){1, 2, 0});
    assert_order(3, sizes, (int64_t[]){8, 0, 16}, (int[]){1, 2, 0});
    assert_order(2, sizes, (int64_t[]){0, 16}, (int[]){0, 1});
    int perm[2];
    /* Two operands that disagree: C order wins. Where one says nothing, the other decides. */
    const int64_t *disagree[] = {(int64_t[]){32, 8}, (int64_t[]){8, 16}};
    fa__k_order_of(2, 2, (int64_t[]){2, 4}, disagree, perm);
    assert_int_equal(perm[0], 0);
    const int64_t *one_silent[] = {(int64_t[]){0, 8}, (int64_t[]){8, 16}};
    fa__k_order_of(2, 2, (int64_t[]){2, 4}, one_silent, perm);
    assert_int_equal(perm[0], 1);
}

static void extents_hold_every_element(void **state)
{
    (void)state;
    int64_t low, high;
    fa__geometry geometry = {.ndim = 2, .offset = 100, .sizes = {3, 4}, .strides = {-40, 10}};
    fa__geometry_extent(&geometry, 8, &low, &high);
    assert_int_equal(low, 20);
    assert_int_equal(high, 138);
    geometry.sizes[1] = 0;
    fa__geometry_extent(&geometry, 8, &low, &high);
    assert_int_equal(low, 0);
    assert_int_equal(high, 0);
}

static void broadcasting_names_all_shapes(void **state)
{
    (void)state;
    fa_error err = {0};
    int ndim;
    int64_t result[FA_MAX_NDIM];
    const int64_t *sizes[] = {(int64_t[]){3, 1}, (int64_t[]){4}, NULL, (int64_t[]){2, 1, 1}};
    assert_true(fa__broadcast(4, (int[]){2, 1, 0, 3}, sizes, &ndim, result, &err));
    assert_int_equal(ndim, 3);
    assert_memory_equal(result, ((int64_t[]){2, 3, 4}), 3 * sizeof *result);
    const int64_t *empty[] = {(int64_t[]){0}, (int64_t[]){1}};
    assert_true(fa__broadcast(2, (int[]){1, 1}, empty, &ndim, result, &err));
    assert_int_equal(result[0], 0);
    const int64_t *wrong[] = {(int64_t[]){3, 4}, (int64_t[]){5}};
    assert_false(fa__broadcast(2, (int[]){2, 1}, wrong, &ndim, result, &err));
    assert_int_equal(err.code, FA_BAD_SHAPE);
    assert_string_equal(err.message, "operands could not be broadcast together with shapes (3, 4) (5,)");
    fa_error_clear(&err);
    const int64_t *zero[] = {(int64_t[]){0}, (int64_t[]){2}};
    assert_false(fa__broadcast(2, (int[]){1, 1}, zero, &ndim, result, &err));
    const int64_t *many[100], large = INT64_MAX, seven = 7;
    int ndims[100];
    for (int i = 0; i < 100; i++) {
        ndims[i] = 1;
        many[i] = i % 2 ? &large : &seven;
    }
    fa_error_clear(&err);
    assert_false(fa__broadcast(100, ndims, many, &ndim, result, &err));
    assert_string_equal(err.message + strlen(err.message) - 4, " ...");
}

static void axes_count_from_both_ends(void **state)
{
    (void)state;
    fa_error err = {0};
    uint64_t mask;
    assert_int_equal(fa__axis(-1, 3, &err), 2);
    assert_int_equal(fa__axis(0, 3, &err), 0);
    assert_true(fa__axes_mask(FA_AXES(0, -1), 3, &mask, &err));
    assert_int_equal(mask, 5);
    assert_true(fa__axes_mask(FA_ALL_AXES, 64, &mask, &err));
    assert_true(mask == UINT64_MAX);
    assert_true(fa__axes_mask(FA_ALL_AXES, 0, &mask, &err));
    assert_int_equal(mask, 0);
    assert_true(fa__axes_mask(FA_AXES(), 3, &mask, &err));
    assert_int_equal(mask, 0);
    assert_int_equal(fa__axis(3, 2, &err), -1);
    assert_int_equal(err.code, FA_BAD_INDEX);
    assert_string_equal(err.message, "axis 3 is out of bounds for an array of 2 dimensions");
    fa_error_clear(&err);
    assert_int_equal(fa__axis(-2, 1, &err), -1);
    assert_string_equal(err.message, "axis -2 is out of bounds for an array of 1 dimension");
    fa_error_clear(&err);
    assert_false(fa__axes_mask(FA_AXES(1, -2), 3, &mask, &err));
    assert_string_equal(err.message, "axis -2 is named twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_written_as_python_writes_them),
        cmocka_unit_test(counts_never_overflow),
        cmocka_unit_test(dense_layouts_are_contiguous),
        cmocka_unit_test(memory_order_is_numpys_k_order),
        cmocka_unit_test(extents_hold_every_element),
        cmocka_unit_test(broadcasting_names_all_shapes),
        cmocka_unit_test(axes_count_from_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
