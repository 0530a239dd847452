/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing elements by masks and offsets, against loops that are plainly right, for every size of item and
 * every way to end. */
#include "kernel/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 300, WIDEST = 24 };

static const int64_t item_sizes[] = {1, 2, 3, 4, 8, 12, 16, 24};

static uint64_t state = 88172645463325252;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* A mask of n elements of which about one in `sparse` is true; true ones are any byte but zero. */
static void make_mask(unsigned char *mask, int64_t n, int sparse)
{
    for (int64_t i = 0; i < n; i++)
        mask[i] = sparse == 0 ? 1 : next() % (unsigned)sparse == 0 ? (unsigned char)(1 + next() % 255) : 0;
}

static void make_items(unsigned char *items, int64_t bytes)
{
    for (int64_t i = 0; i < bytes; i++)
        items[i] = (unsigned char)next();
}

typedef void check(const unsigned char *mask, int64_t n, int64_t item_bytes);

static void each_case(check *one)
{
    static const int sparseness[] = {0, 1, 2, 5, 40, 1000};
    unsigned char mask[MOST];
    for (size_t s = 0; s < sizeof item_sizes / sizeof *item_sizes; s++)
        for (int n = 0; n < MOST; n += n < 70 ? 1 : 23)
            for (size_t k = 0; k < sizeof sparseness / sizeof *sparseness; k++) {
                make_mask(mask, n, sparseness[k]);
                one(mask, n, item_sizes[s]);
            }
}

static void check_squeeze(const unsigned char *mask, int64_t n, int64_t item_bytes)
{
    unsigned char in[MOST * WIDEST], expected[MOST * WIDEST], out[MOST * WIDEST + 1];
    make_items(in, sizeof in);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
        if (mask[i] != 0)
            memcpy(expected + count++ * item_bytes, in + i * item_bytes, (size_t)item_bytes);
    assert_int_equal(fa__count_true(mask, n), count);
    for (int64_t room = count; room >= 0; room -= room > 3 ? room / 2 : 1) {
        memset(out, 0xa5, sizeof out);
        assert_int_equal(fa__squeeze(out, room, in, mask, n, item_bytes), room);
        assert_memory_equal(out, expected, (size_t)(room * item_bytes));
        assert_int_equal(out[room * item_bytes], 0xa5); /* nothing is written behind the room */
    }
}

static void check_positions(const unsigned char *mask, int64_t n, int64_t item_bytes)
{
    int64_t out[MOST + 1], count = 0;
    (void)item_bytes;
    int64_t made = fa__true_positions(out, MOST, mask, n, 1000);
    for (int64_t i = 0; i < n; i++)
        if (mask[i] != 0)
            assert_int_equal(out[count++], 1000 + i);
    assert_int_equal(made, count);
    if (count > 0) {
        out[count - 1] = -1;
        assert_int_equal(fa__true_positions(out, count - 1, mask, n, 0), count - 1);
        assert_int_equal(out[count - 1], -1);
    }
}

static void check_overlay(const unsigned char *mask, int64_t n, int64_t item_bytes)
{
    unsigned char in[MOST * WIDEST], out[MOST * WIDEST], before[MOST * WIDEST];
    make_items(in, sizeof in);
    make_items(out, sizeof out);
    memcpy(before, out, sizeof out);
    fa__overlay(out, in, mask, n, item_bytes);
    for (int64_t i = 0; i < n; i++)
        assert_memory_equal(out + i * item_bytes, (mask[i] != 0 ? in : before) + i * item_bytes,
                            (size_t)item_bytes);
    assert_memory_equal(out + n * item_bytes, before + n * item_bytes, sizeof out - (size_t)(n * item_bytes));
}

static void a_mask_squeezes(void **unused)
{
    (void)unused;
    each_case(check_squeeze);
}

static void a_mask_has_positions(void **unused)
{
    (void)unused;
    each_case(check_positions);
}

static void a_mask_lets_some_elements_through(void **unused)
{
    (void)unused;
    each_case(check_overlay);
}

static void elements_go_by_positions_inside_of_an_axis(void **unused)
{
    enum { SIZE = 64, STRIDE = 3 * WIDEST };
    static unsigned char base[SIZE * STRIDE];
    unsigned char out[MOST * WIDEST];
    int64_t positions[MOST];
    (void)unused;
    make_items(base, sizeof base);
    for (int i = 0; i < MOST; i++)
        positions[i] = (int64_t)(next() % SIZE);
    for (size_t s = 0; s < sizeof item_sizes / sizeof *item_sizes; s++)
        for (int stream = 0; stream < 2; stream++) {
            const int64_t size = item_sizes[s];
            memset(out, 0, sizeof out);
            assert_true(fa__pick_along(out, base, positions, STRIDE, SIZE, MOST, size, stream != 0));
            fa__stream_end();
            for (int i = 0; i < MOST; i++)
                assert_memory_equal(out + i * size, base + positions[i] * STRIDE, (size_t)size);
            static const int64_t outside[] = {-1, SIZE, INT64_MIN, INT64_MAX};
            for (int i = 0; i < 4; i++) {
                const int64_t at = (int64_t)(next() % MOST), right = positions[at];
                positions[at] = outside[i];
                assert_false(fa__pick_along(out, base, positions, STRIDE, SIZE, MOST, size, stream != 0));
                positions[at] = right;
            }
        }
}

static void elements_go_by_offsets_and_the_last_one_stays(void **unused)
{
    unsigned char base[64 * WIDEST], out[MOST * WIDEST];
    int64_t offsets[MOST];
    (void)unused;
    for (size_t s = 0; s < sizeof item_sizes / sizeof *item_sizes; s++) {
        const int64_t size = item_sizes[s];
        make_items(base, sizeof base);
        for (int i = 0; i < MOST; i++)
            offsets[i] = (int64_t)(next() % 64) * size;
        for (int stream = 0; stream < 2; stream++) {
            memset(out, 0, sizeof out);
            fa__pick(out, base, offsets, MOST, size, stream != 0);
            fa__stream_end();
            for (int i = 0; i < MOST; i++)
                assert_memory_equal(out + i * size, base + offsets[i], (size_t)size);
        }
        make_items(out, sizeof out);
        fa__place(base, offsets, out, MOST, size);
        for (int i = MOST - 1; i >= 0; i--) {
            bool last = true;
            for (int k = i + 1; k < MOST; k++)
                last = last && offsets[k] != offsets[i];
            if (last)
                assert_memory_equal(base + offsets[i], out + i * size, (size_t)size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_squeezes),
        cmocka_unit_test(a_mask_has_positions),
        cmocka_unit_test(a_mask_lets_some_elements_through),
        cmocka_unit_test(elements_go_by_positions_inside_of_an_axis),
        cmocka_unit_test(elements_go_by_offsets_and_the_last_one_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
