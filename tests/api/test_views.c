/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions that make views: what each gives in a case that a reader can check, every refusal,
 * sticky errors. Random programs of them stand against NumPy in tests/array/oracle_views.py. */
#include "array/arrays.h"

#include <farray/farray.h>

#include <string.h>

static const char RECORDS[] = "[('id', '<i8'), ('pos', [('x', '<f8'), ('y', '<f8')]), ('rgb', 'u1', (3,)), "
                              "('pos.x', '<f4'), ('a.b', [('c', 'S5')]), ('', 'V5')]";

static void assert_view(fa_array *view, int64_t offset, fa_shape sizes, fa_shape strides)
{
    assert_non_null(view);
    assert_int_equal(fa_ndim(view), sizes.ndim);
    for (int i = 0; i < sizes.ndim; i++) {
        assert_int_equal(fa_size_of_axis(view, i), sizes.sizes[i]);
        assert_int_equal(fa_stride_bytes(view, i), strides.sizes[i]);
    }
    assert_int_equal(view->offset, offset);
    fa_release(view);
}

static void assert_refused(fa_array *view, fa_error *err, fa_error_code code, const char *message)
{
    assert_null(view);
    assert_string_equal(err->message, message);
    assert_int_equal(err->code, code);
    fa_error_clear(err);
}

static void each_view_is_where_it_should_be(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT32, FA_SHAPE(3, 4));
    assert_view(fa_slice(a, "[1:, ::-2]", &err), 28, FA_SHAPE(2, 2), FA_SHAPE(16, -8));
    assert_view(fa_slice(a, "-1, None", &err), 32, FA_SHAPE(1, 4), FA_SHAPE(0, 4));
    assert_view(fa_slice(a, "[1][2]", &err), 24, FA_SHAPE(), FA_SHAPE());
    assert_view(fa_slice(a, " [1] [::2] ", &err), 16, FA_SHAPE(2), FA_SHAPE(8));
    assert_view(fa_slice(a, "", &err), 0, FA_SHAPE(3, 4), FA_SHAPE(16, 4));
    assert_view(fa_index(a, FA_INDEX(fa_at(2), fa_range(0, 3, 2)), &err), 32, FA_SHAPE(2), FA_SHAPE(8));
    assert_view(fa_index(a, FA_INDEX(), &err), 0, FA_SHAPE(3, 4), FA_SHAPE(16, 4));
    assert_view(fa_index(a, FA_INDEX(fa_ellipsis(), fa_newaxis(), fa_at(-4)), &err), 0, FA_SHAPE(3, 1),
                FA_SHAPE(16, 0));
    assert_view(fa_view(a, FA_UINT32, &err), 0, FA_SHAPE(3, 4), FA_SHAPE(16, 4));
    assert_view(fa_transpose(a, &err), 0, FA_SHAPE(4, 3), FA_SHAPE(4, 16));
    assert_view(fa_permute(a, FA_AXES(-1, 0), &err), 0, FA_SHAPE(4, 3), FA_SHAPE(4, 16));
    assert_view(fa_permute(a, FA_ALL_AXES, &err), 0, FA_SHAPE(4, 3), FA_SHAPE(4, 16));
    assert_view(fa_swap_axes(a, 0, -1, &err), 0, FA_SHAPE(4, 3), FA_SHAPE(4, 16));
    assert_view(fa_reshape(a, FA_SHAPE(2, -1, 3), &err), 0, FA_SHAPE(2, 2, 3), FA_SHAPE(24, 12, 4));
    assert_view(fa_ravel(a, &err), 0, FA_SHAPE(12), FA_SHAPE(4));
    assert_view(fa_broadcast_to(a, FA_SHAPE(2, 3, 4), &err), 0, FA_SHAPE(2, 3, 4), FA_SHAPE(0, 16, 4));
    assert_view(fa_diagonal(a, 1, 0, 1, &err), 4, FA_SHAPE(3), FA_SHAPE(20));
    assert_view(fa_diagonal(a, -2, 0, 1, &err), 32, FA_SHAPE(1), FA_SHAPE(20));
    assert_view(fa_diagonal(a, INT64_MIN, 0, 1, &err), 0, FA_SHAPE(0), FA_SHAPE(20));
    assert_view(fa_sliding_window(a, 3, 1, &err), 0, FA_SHAPE(3, 2, 3), FA_SHAPE(16, 4, 4));
    assert_false(fa_failed(&err));
    fa_release(a);
}

static void broadcasts_diagonals_and_windows_are_read_only(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT32, FA_SHAPE(3, 4));
    fa_array *views[] = {fa_broadcast_to(a, FA_SHAPE(3, 4), &err), fa_diagonal(a, 0, 0, 1, &err),
                         fa_sliding_window(a, 2, 0, &err), fa_slice(a, "1:", &err)};
    for (int i = 0; i < 4; i++) {
        assert_int_equal((fa_flags(views[i]) & FA_WRITEABLE) != 0, i == 3);
        fa_release(views[i]);
    }
    fa_release(a);
}

static void fields_are_matched_whole_and_then_as_paths(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse(RECORDS, &err);
    fa_array *a = memory_array(dtype, FA_SHAPE(4));
    int64_t step = fa_dtype_item_bytes(dtype);
    assert_int_equal(step, 41);
    assert_view(fa_field(a, "id", &err), 0, FA_SHAPE(4), FA_SHAPE(step));
    assert_view(fa_field(a, "rgb", &err), 24, FA_SHAPE(4, 3), FA_SHAPE(step, 1));
    assert_view(fa_field(a, "pos.x", &err), 27, FA_SHAPE(4), FA_SHAPE(step));
    assert_view(fa_field(a, "pos.y", &err), 16, FA_SHAPE(4), FA_SHAPE(step));
    assert_view(fa_field(a, "a.b.c", &err), 31, FA_SHAPE(4), FA_SHAPE(step));
    assert_view(fa_slice(a, "['pos']['x']", &err), 8, FA_SHAPE(4), FA_SHAPE(step));
    assert_view(fa_slice(a, "[1:3]['pos']['y'][-1]", &err), 16 + 2 * step, FA_SHAPE(), FA_SHAPE());
    assert_view(fa_slice(a, "['rgb'][2, ::-1]", &err), 26 + 2 * step, FA_SHAPE(3), FA_SHAPE(-1));
    assert_view(fa_slice(a, "'id'", &err), 0, FA_SHAPE(4), FA_SHAPE(step));
    assert_false(fa_failed(&err));
    assert_refused(fa_field(a, "pos.z", &err), &err, FA_NOT_FOUND,
                   "no field 'z' in dtype [('x', '<f8'), ('y', '<f8')]");
    assert_refused(fa_field(a, "id.x", &err), &err, FA_NOT_FOUND, "no field 'x' in dtype int64");
    assert_refused(fa_field(a, "pos.", &err), &err, FA_NOT_FOUND,
                   "no field '' in dtype [('x', '<f8'), ('y', '<f8')]");
    assert_null(fa_field(a, "", &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    fa_error_clear(&err);
    assert_refused(fa_field(a, NULL, &err), &err, FA_INVALID_ARGUMENT, "the name of a field is NULL");
    fa_release(a);
    fa_dtype_release(dtype);
}

static void refusals_are_numpys(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT32, FA_SHAPE(3, 4));
    fa_array *turned = fa_transpose(a, &err);
    assert_refused(fa_slice(a, "[10]", &err), &err, FA_BAD_INDEX,
                   "index 10 is out of bounds for axis 0 with size 3");
    assert_refused(fa_slice(a, "[0, -5]", &err), &err, FA_BAD_INDEX,
                   "index -5 is out of bounds for axis 1 with size 4");
    assert_refused(fa_slice(a, "[0, 0, 0]", &err), &err, FA_BAD_INDEX,
                   "too many indices for array: array is 2-dimensional, but 3 were indexed");
    assert_refused(fa_slice(a, "[..., ...]", &err), &err, FA_BAD_INDEX,
                   "an index can only have a single ellipsis ('...')");
    assert_refused(fa_index(a, FA_INDEX(fa_range(0, 1, 0)), &err), &err, FA_BAD_INDEX,
                   "slice step cannot be zero");
    assert_refused(fa_index(a, FA_INDEX((fa_index_part){.kind = 77}), &err), &err, FA_INVALID_ARGUMENT,
                   "part 0 of an index is of no known kind");
    assert_refused(fa_slice(a, "[0]x", &err), &err, FA_BAD_INDEX,
                   "index: expected '[' or the end of the text");
    assert_refused(fa_slice(a, NULL, &err), &err, FA_INVALID_ARGUMENT,
                   "the text of a slice is NULL or too long");
    assert_refused(fa_permute(a, FA_AXES(0), &err), &err, FA_BAD_INDEX,
                   "1 axes are named, the array has 2 dimensions");
    assert_refused(fa_permute(a, FA_AXES(0, -2), &err), &err, FA_BAD_INDEX, "axis -2 is named twice");
    assert_refused(fa_swap_axes(a, 0, 2, &err), &err, FA_BAD_INDEX,
                   "axis 2 is out of bounds for an array of 2 dimensions");
    assert_refused(fa_reshape(a, FA_SHAPE(5), &err), &err, FA_BAD_SHAPE,
                   "cannot reshape array of size 12 into shape (5,)");
    assert_refused(fa_reshape(a, FA_SHAPE(-1, -1), &err), &err, FA_BAD_SHAPE,
                   "can only specify one unknown dimension");
    assert_refused(fa_reshape(a, FA_SHAPE(-1, 0), &err), &err, FA_BAD_SHAPE,
                   "cannot reshape array of size 12 into shape (-1, 0)");
    assert_refused(fa_reshape(a, FA_SHAPE(INT64_MAX, INT64_MAX), &err), &err, FA_BAD_SHAPE,
                   "cannot reshape array of size 12 into shape (9223372036854775807, 9223372036854775807)");
    assert_refused(fa_ravel(turned, &err), &err, FA_UNSUPPORTED,
                   "a view of shape (4, 3) with these strides has no view of shape (-1,): copy it first");
    assert_refused(fa_view(a, FA_BFLOAT16, &err), &err, FA_UNSUPPORTED,
                   "a view of int32 (4 bytes) as bfloat16 (2 bytes): the sizes differ");
    assert_refused(fa_view(a, NULL, &err), &err, FA_INVALID_ARGUMENT, "the dtype of a view is NULL");
    assert_refused(fa_broadcast_to(a, FA_SHAPE(4), &err), &err, FA_BAD_SHAPE,
                   "an array of shape (3, 4) cannot be broadcast to shape (4,)");
    assert_refused(fa_broadcast_to(a, FA_SHAPE(3, -4), &err), &err, FA_BAD_SHAPE,
                   "shape (3, -4): axis 1 has the negative size -4");
    assert_refused(fa_diagonal(a, 0, 1, -1, &err), &err, FA_BAD_INDEX, "axis1 and axis2 cannot be the same");
    assert_refused(fa_sliding_window(a, 5, 1, &err), &err, FA_BAD_SHAPE,
                   "a window of width 5 is larger than axis 1 with size 4");
    assert_refused(fa_sliding_window(a, -1, 1, &err), &err, FA_BAD_SHAPE,
                   "a window of the negative width -1");
    fa_release(turned);
    fa_release(a);
}

static void bounds_errors_in_text_have_a_column(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT32, FA_SHAPE(3, 4));
    assert_null(fa_slice(a, "[1][::2] [9]", &err));
    assert_int_equal(err.column, 10);
    fa_error_clear(&err);
    assert_null(fa_slice(a, "[1]['x']", &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    assert_int_equal(err.column, 4);
    fa_release(a);
}

static void sixty_four_dimensions_are_the_most(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t ones[FA_MAX_NDIM + 1];
    for (int i = 0; i <= FA_MAX_NDIM; i++)
        ones[i] = 1;
    fa_array *a = memory_array(FA_INT32, (fa_shape){FA_MAX_NDIM, ones});
    assert_view(fa_reshape(a, FA_SHAPE(), &err), 0, FA_SHAPE(), FA_SHAPE());
    fa_array *turned = fa_transpose(a, &err), *back = fa_swap_axes(turned, 0, 63, &err);
    assert_int_equal(fa_ndim(back), 64);
    assert_refused(fa_slice(a, "None", &err), &err, FA_BAD_INDEX, "the index gives more than 64 dimensions");
    assert_refused(fa_sliding_window(a, 1, 0, &err), &err, FA_BAD_INDEX,
                   "the index gives more than 64 dimensions");
    assert_refused(fa_reshape(a, (fa_shape){FA_MAX_NDIM + 1, ones}, &err), &err, FA_BAD_SHAPE,
                   "a shape of 65 dimensions: it must have 0 to 64");
    assert_refused(fa_broadcast_to(a, (fa_shape){FA_MAX_NDIM + 1, ones}, &err), &err, FA_BAD_SHAPE,
                   "a shape of 65 dimensions: it must have 0 to 64");
    fa_release(turned);
    fa_release(back);
    fa_release(a);
}

static void failed_errors_stop_everything(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT32, FA_SHAPE(3, 4));
    for (int failed = 0; failed < 2; failed++) {
        fa_array *array = failed ? a : NULL;
        fa_error_code code = failed ? FA_BUSY : FA_INVALID_ARGUMENT;
        fa_array *(*const plain[])(fa_array *, fa_error *) = {fa_transpose, fa_ravel};
#define ASSERT_STOPS(call)                              \
    err = (fa_error){.code = failed ? FA_BUSY : FA_OK}; \
    assert_null(call);                                  \
    assert_int_equal(err.code, code)
        for (int i = 0; i < 2; i++) {
            ASSERT_STOPS(plain[i](array, &err));
        }
        ASSERT_STOPS(fa_slice(array, "0", &err));
        ASSERT_STOPS(fa_index(array, FA_INDEX(fa_at(0)), &err));
        ASSERT_STOPS(fa_view(array, FA_UINT32, &err));
        ASSERT_STOPS(fa_permute(array, FA_AXES(1, 0), &err));
        ASSERT_STOPS(fa_swap_axes(array, 0, 1, &err));
        ASSERT_STOPS(fa_reshape(array, FA_SHAPE(12), &err));
        ASSERT_STOPS(fa_broadcast_to(array, FA_SHAPE(3, 4), &err));
        ASSERT_STOPS(fa_field(array, "x", &err));
        ASSERT_STOPS(fa_diagonal(array, 0, 0, 1, &err));
        ASSERT_STOPS(fa_sliding_window(array, 1, 0, &err));
#undef ASSERT_STOPS
    }
    fa_release(a);
}

static void bits_of_a_pending_array_are_those_of_its_values(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *ones = fa_ones(FA_FLOAT64, FA_SHAPE(3), &err), *twos = fa_add(ones, ones, &err);
    fa_array *bits = fa_view(twos, FA_UINT64, &err),
             *seen = fa_eval("view(a, 'f8') * 3", FA_VARS({"a", bits}), &err);
    assert_true(fa_get_float64(seen, FA_COORDS(1), &err) == 6);
    assert_true(fa_get_int64(bits, FA_COORDS(2), &err) == INT64_C(0x4000000000000000));
    assert_int_equal(err.code, FA_OK);
    assert_null(fa_eval("view(a + a, 'u8')", FA_VARS({"a", ones}), &err));
    assert_int_equal(err.code, FA_UNSUPPORTED);
    fa_release(seen);
    fa_release(bits);
    fa_release(twos);
    fa_release(ones);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_view_is_where_it_should_be),
        cmocka_unit_test(broadcasts_diagonals_and_windows_are_read_only),
        cmocka_unit_test(fields_are_matched_whole_and_then_as_paths),
        cmocka_unit_test(refusals_are_numpys),
        cmocka_unit_test(bounds_errors_in_text_have_a_column),
        cmocka_unit_test(sixty_four_dimensions_are_the_most),
        cmocka_unit_test(failed_errors_stop_everything),
        cmocka_unit_test(bits_of_a_pending_array_are_those_of_its_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
