/* SPDX-License-Identifier: BSD-3-Clause */
/* Overlap of views against a table of who touches which byte, and the limits of the search. */
#include "array/arrays.h"

#include <string.h>

enum { BYTES = 300 };

/* How often a view touches each byte. */
static void touch(const fa_array *view, unsigned char touched[BYTES])
{
    int64_t position[FA_MAX_NDIM] = {0}, count = fa_size(view);
    memset(touched, 0, BYTES);
    for (int64_t k = 0; k < count; k++) {
        int64_t offset = view->offset;
        for (int i = 0; i < view->ndim; i++)
            offset += position[i] * view->strides[i];
        for (int64_t byte = 0; byte < view->dtype->item_bytes; byte++)
            touched[offset + byte]++;
        for (int i = view->ndim - 1; i >= 0 && ++position[i] == view->sizes[i]; i--)
            position[i] = 0;
    }
}

static void overlap_is_exact(void **state)
{
    (void)state;
    static const char *const texts[] = {"u1", "u2", "S3", "f4", "f8", "S5", "c16"};
    fa_error err = {0};
    fa__source *source = fa__memory_source(BYTES, &err);
    int overlaps = 0, itself = 0;
    start_random();
    for (int run = 0; run < 50000; run++) {
        unsigned char in_a[BYTES], in_b[BYTES];
        fa_dtype *first = fa_dtype_parse(texts[next_random() % 7], &err);
        fa_dtype *second = fa_dtype_parse(texts[next_random() % 7], &err);
        fa_array *a = random_view(source, first), *b = random_view(source, second);
        touch(a, in_a);
        touch(b, in_b);
        bool shared = false, twice = false;
        for (int i = 0; i < BYTES; i++) {
            shared = shared || (in_a[i] && in_b[i]);
            twice = twice || in_a[i] > 1;
        }
        assert_int_equal(fa__overlap(a, b, NULL), shared);
        assert_int_equal(fa__overlap(b, a, NULL), shared);
        assert_int_equal(fa__overlaps_itself(a), twice);
        overlaps += shared;
        itself += twice;
        fa_release(a);
        fa_release(b);
        fa_dtype_release(first);
        fa_dtype_release(second);
    }
    print_message("%d of 50000 pairs overlap, %d views overlap themselves\n", overlaps, itself);
    assert_true(overlaps > 5000 && overlaps < 45000 && itself > 5000 && itself < 45000);
    fa__source_release(source);
}

static void huge_views_are_decided_at_once(void **state)
{
    (void)state;
    fa_error err = {0};
    char byte;
    int64_t tera = INT64_C(1) << 40;
    /* Never touched: only its positions are. */
    fa__source *source = fa__memory_source_adopt(&byte, 1000 * tera, NULL, &err);
    int64_t half[] = {100 * tera / 8}, step[] = {16};
    fa_array *even = strided_view(source, FA_FLOAT64, 0, 1, half, step);
    fa_array *odd = strided_view(source, FA_FLOAT64, 8, 1, half, step);
    assert_false(fa__overlap(even, odd, NULL));
    int64_t matrix[] = {1 << 20, 1 << 20}, rows[] = {8 << 20, 8}, column[] = {1 << 20}, down[] = {8 << 20};
    fa_array *all = strided_view(source, FA_FLOAT64, 0, 2, matrix, rows);
    fa_array *left = strided_view(source, FA_FLOAT64, 24, 1, column, down);
    fa_array *right = strided_view(source, FA_FLOAT64, 40, 1, column, down);
    assert_false(fa__overlap(left, right, NULL));
    assert_true(fa__overlap(left, all, NULL));
    assert_false(fa__overlaps_itself(all));
    fa_release(even);
    fa_release(odd);
    fa_release(all);
    fa_release(left);
    fa_release(right);
    fa__source_release(source);
}

static void hard_problems_count_as_overlap(void **state)
{
    (void)state;
    fa_error err = {0};
    char byte;
    fa__source *source = fa__memory_source_adopt(&byte, INT64_C(1) << 60, NULL, &err);
    int64_t sizes[9], strides[9];
    int64_t prime = 1000003;
    for (int i = 0; i < 9; i++) {
        sizes[i] = 100;
        strides[i] = 2 * (prime + 2 * i * i * 7919);
    }
    fa_array *a = strided_view(source, FA_UINT8, 0, 9, sizes, strides);
    fa_array *b = strided_view(source, FA_UINT8, 200000001, 9, sizes, strides);
    /* 10^18 elements in 2 * 10^9 bytes: they meet. Odd positions and even ones do not, whatever the search
     * would cost. */
    assert_true(fa__overlaps_itself(a));
    assert_false(fa__overlap(a, b, NULL));
    fa_release(a);
    fa_release(b);
    fa__source_release(source);
}

static void owners_tell_sources_apart(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT64, FA_SHAPE(4)), *b = memory_array(FA_INT64, FA_SHAPE(4));
    assert_false(fa__overlap(a, b, NULL));
    /* Two handles of one file: the second source begins 16 bytes behind the first. */
    fa__owner *own = b->source->owner;
    b->source->owner = a->source->owner;
    b->source->base = 16;
    bool same = true;
    assert_true(fa__overlap(a, b, &same));
    assert_false(same);
    fa__geometry geometry = {.ndim = 1, .offset = 16, .sizes = {2}, .strides = {8}};
    fa_array *tail = fa__view_like(a, &geometry, &err);
    geometry.offset = 0;
    fa_array *head = fa__view_like(b, &geometry, &err);
    assert_true(fa__overlap(tail, head, &same));
    assert_true(same);
    b->source->base = 32;
    assert_false(fa__overlap(a, b, &same));
    assert_false(same);
    b->source->owner = own;
    fa_release(tail);
    fa_release(head);
    fa_release(a);
    fa_release(b);
}

static void what_has_no_elements_overlaps_nothing(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = memory_array(FA_INT64, FA_SHAPE(4));
    fa__geometry geometry = {.ndim = 1, .offset = 8, .sizes = {0}, .strides = {8}};
    fa_array *none = fa__view_like(a, &geometry, &err);
    bool same = true;
    assert_false(fa__overlap(a, none, &same) || fa__overlap(none, none, &same) || fa__overlaps_itself(none));
    assert_false(same);
    assert_true(fa_shares_bytes(a, a));
    assert_false(fa_shares_bytes(a, NULL) || fa_shares_bytes(NULL, NULL));
    fa_release(none);
    fa_release(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlap_is_exact),
        cmocka_unit_test(huge_views_are_decided_at_once),
        cmocka_unit_test(hard_problems_count_as_overlap),
        cmocka_unit_test(owners_tell_sources_apart),
        cmocka_unit_test(what_has_no_elements_overlaps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
