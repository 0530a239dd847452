/* SPDX-License-Identifier: BSD-3-Clause */
/* Indices with arrays in them: which axes are chosen from, what is left to a view, and where the new axes go.
 * What is expected is what NumPy 2.4 gives. */
#include "cmocka_all.h"

#include "array/selection.h"

#include <string.h>

/* An array of shape (2, 3, 4), and what stands in its index. */
static const int64_t sizes[] = {2, 3, 4};
static const int64_t five[] = {5}, square[] = {2, 3}, wide[] = {2, 4};
static const fa__selector integers = {false, 1, five};
static const fa__selector none = {true, 0, NULL};
static const fa__selector mask = {true, 2, square};

static fa__geometry array(void)
{
    fa__geometry made = {.ndim = 3};
    memcpy(made.sizes, sizes, sizeof sizes);
    fa__strides_c(3, sizes, 1, made.strides);
    return made;
}

/* The shape of the result, when what the selectors make is one axis of 5. */
static int result(const fa__selection *s, int64_t *shape)
{
    int ndim = 0, others = 0;
    for (int i = 0; i <= s->base.ndim; i++) {
        bool chosen = false;
        for (int k = 0; k < s->count; k++)
            chosen = chosen || (i >= s->axes[k] && i < s->axes[k] + s->spans[k]);
        if (others == s->place && (ndim == others)) {
            shape[ndim++] = 5;
        }
        if (i < s->base.ndim && !chosen) {
            shape[ndim++] = s->base.sizes[i];
            others++;
        }
    }
    return ndim;
}

static void expect(fa_index_parts index, const fa__selector *selectors, fa_shape wanted)
{
    fa_error err = {0};
    fa__geometry from = array();
    fa__selection s;
    int64_t shape[FA_MAX_NDIM + 1];
    assert_true(fa__select(&from, index, selectors, &s, &err));
    assert_int_equal(result(&s, shape), wanted.ndim);
    assert_memory_equal(shape, wanted.sizes, (size_t)wanted.ndim * sizeof *shape);
}

static void refuse(fa_index_parts index, const fa__selector *selectors, const char *message)
{
    fa_error err = {0};
    fa__geometry from = array();
    fa__selection s;
    assert_false(fa__select(&from, index, selectors, &s, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, FA_BAD_INDEX);
}

#define I fa_by(NULL)

static void new_axes_stand_where_arrays_are_neighbours(void **state)
{
    const fa__selector two[] = {integers, integers};
    (void)state;
    expect(FA_INDEX(I), two, FA_SHAPE(5, 3, 4));
    expect(FA_INDEX(fa_whole(), I), two, FA_SHAPE(2, 5, 4));
    expect(FA_INDEX(fa_ellipsis(), I), two, FA_SHAPE(2, 3, 5));
    expect(FA_INDEX(fa_whole(), I, I), two, FA_SHAPE(2, 5));
    expect(FA_INDEX(fa_whole(), fa_at(0), I), two, FA_SHAPE(2, 5));
    expect(FA_INDEX(fa_newaxis(), fa_range(0, 1, 1), I), two, FA_SHAPE(1, 1, 5, 4));
}

static void new_axes_stand_in_front_where_arrays_are_apart(void **state)
{
    const fa__selector two[] = {integers, integers};
    (void)state;
    expect(FA_INDEX(I, fa_whole(), I), two, FA_SHAPE(5, 3));
    expect(FA_INDEX(fa_at(0), fa_whole(), I), two, FA_SHAPE(5, 3));
    expect(FA_INDEX(fa_whole(), I, fa_newaxis(), I), two, FA_SHAPE(5, 2, 1));
    /* An ellipsis that hides nothing keeps them apart as well. */
    expect(FA_INDEX(fa_whole(), I, fa_ellipsis(), I), two, FA_SHAPE(5, 2));
    expect(FA_INDEX(fa_at(0), fa_newaxis(), I), two, FA_SHAPE(5, 1, 4));
}

static void masks_choose_from_as_many_axes_as_they_have(void **state)
{
    const fa__selector nothing_and_integers[] = {none, integers};
    (void)state;
    expect(FA_INDEX(I), &mask, FA_SHAPE(5, 4));
    expect(FA_INDEX(I, fa_at(1)), &mask, FA_SHAPE(5));
    expect(FA_INDEX(fa_at(1), I), &(fa__selector){true, 1, sizes + 1}, FA_SHAPE(5, 4));
    expect(FA_INDEX(I), &none, FA_SHAPE(5, 2, 3, 4));
    expect(FA_INDEX(fa_whole(), I, I), nothing_and_integers, FA_SHAPE(2, 5, 4));
    expect(FA_INDEX(fa_whole(), I, fa_whole(), I), nothing_and_integers, FA_SHAPE(5, 2, 3));
}

static void what_numpy_refuses_is_refused_in_its_words(void **state)
{
    const fa__selector four[] = {integers, integers, integers, integers};
    const fa__selector other = {true, 2, wide};
    (void)state;
    refuse(FA_INDEX(I, I, I, I), four,
           "too many indices for array: array is 3-dimensional, but 4 were indexed");
    refuse(FA_INDEX(I, fa_whole(), fa_at(0)), &mask,
           "too many indices for array: array is 3-dimensional, but 4 were indexed");
    refuse(FA_INDEX(I), &other,
           "boolean index did not match indexed array along axis 1; size of axis is 3 but size of "
           "corresponding boolean "
           "axis is 4");
    refuse(FA_INDEX(fa_ellipsis(), I, fa_ellipsis(), I), four,
           "an index can only have a single ellipsis ('...')");
    refuse(FA_INDEX(fa_at(2), I), four, "index 2 is out of bounds for axis 0 with size 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_axes_stand_where_arrays_are_neighbours),
        cmocka_unit_test(new_axes_stand_in_front_where_arrays_are_apart),
        cmocka_unit_test(masks_choose_from_as_many_axes_as_they_have),
        cmocka_unit_test(what_numpy_refuses_is_refused_in_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
