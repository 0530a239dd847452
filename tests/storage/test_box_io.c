/* SPDX-License-Identifier: BSD-3-Clause */
/* Strided boxes of files against the same boxes of memory, and how many bytes they cost. */
#include "platform/folder.h"

#include "array/shape.h"
#include "base/memory.h"
#include "storage/box_io.h"
#include "storage/storage.h"

#include <time.h>

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static fa__file *make_file(const char *name, const void *bytes, size_t size)
{
    fa_error err = {0};
    unlink(in_folder(name));
    fa__file *file = fa__file_open(in_folder(name), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    assert_true(fa__file_write(file, 0, bytes, size, &err));
    return file;
}

/* ---- Random boxes ---- */

typedef struct random_box {
    fa__box box;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int64_t count;
} random_box;

/* A view of a dense array in some order of axes: sliced with steps of either sign, transposed. With
 * `repeats`, axes of stride 0 too. */
static void make_box(random_box *made, int64_t room, bool repeats)
{
    static const int64_t items[] = {1, 2, 3, 4, 8, 12, 16, 100, 5000};
    int ndim = (int)random_below(5);
    int64_t dense = items[random_below(sizeof items / sizeof items[0])], low = 0;
    fa__box *box = &made->box;
    *box = (fa__box){.ndim = ndim, .item_bytes = dense, .sizes = made->sizes, .strides = made->strides};
    made->count = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        int64_t most = room / dense / 2;
        int64_t parent = 1 + (int64_t)random_below((uint64_t)(most < 1 ? 1 : most > 60 ? 60 : most));
        int64_t step = 1 + (int64_t)random_below(random_below(2) ? 1 : (uint64_t)parent);
        made->sizes[i] = random_below(40) == 0 ? 0 : (parent + step - 1) / step;
        made->strides[i] = repeats && random_below(6) == 0 ? 0 : step * dense;
        if (random_below(4) == 0 && made->sizes[i] > 0) {
            low += made->strides[i] * (made->sizes[i] - 1);
            made->strides[i] = -made->strides[i];
        }
        made->count *= made->sizes[i];
        dense *= parent;
    }
    for (int i = ndim - 1; i > 0; i--) {
        int j = (int)random_below((uint64_t)i + 1);
        int64_t size = made->sizes[i], stride = made->strides[i];
        made->sizes[i] = made->sizes[j];
        made->strides[i] = made->strides[j];
        made->sizes[j] = size;
        made->strides[j] = stride;
    }
    box->offset = low + (dense < room ? (int64_t)random_below((uint64_t)(room - dense)) : 0);
}

enum { FILE_BYTES = 3 << 20, BASE = 77, CASES = 1500 };

static void random_boxes_are_read_and_written_as_memory_is(void **state)
{
    (void)state;
    uint64_t seed =
        getenv("FARRAY_TEST_SEED") ? strtoull(getenv("FARRAY_TEST_SEED"), NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu (FARRAY_TEST_SEED)\n", (unsigned long long)seed);
    random_state = seed * 2 + 1;
    char *model = malloc(FILE_BYTES), *seen = malloc(FILE_BYTES);
    for (size_t i = 0; i < FILE_BYTES; i++)
        model[i] = (char)random_below(256);
    fa__file *file = make_file("boxes", model, FILE_BYTES);
    fa_error err = {0};
    for (int i = 0; i < CASES; i++) {
        random_box made;
        bool writes = random_below(3) == 0;
        make_box(&made, FILE_BYTES - BASE, !writes);
        size_t bytes = (size_t)(made.count * made.box.item_bytes);
        char *expected = malloc(bytes + 1), *elements = malloc(bytes + 1);
        elements[bytes] = 'e';
        if (writes) {
            for (size_t k = 0; k < bytes; k++)
                elements[k] = (char)random_below(256);
            fa__box_scatter(model + BASE, &made.box, elements);
            assert_true(fa__box_write_file(file, BASE, &made.box, elements, NULL, &err));
        } else {
            fa__box_gather(model + BASE, &made.box, expected);
            assert_true(fa__box_read_file(file, BASE, &made.box, elements, &err));
            assert_memory_equal(elements, expected, bytes);
        }
        assert_int_equal(elements[bytes], 'e');
        free(expected);
        free(elements);
        if (i % 100 == 99) {
            assert_true(fa__file_read(file, 0, seen, FILE_BYTES, &err));
            assert_memory_equal(seen, model, FILE_BYTES);
            assert_int_equal(fa__file_size(file, &err), FILE_BYTES); /* nothing was written behind */
        }
    }
    fa__file_close(file, NULL);
    free(model);
    free(seen);
}

/* ---- Cost ---- */

static int64_t bytes_of_read(fa__file *file, const fa__box *box, void *elements)
{
    fa_error err = {0};
    int64_t before, after, written;
    fa__storage_statistics(&before, &written);
    assert_true(fa__box_read_file(file, 0, box, elements, &err));
    fa__storage_statistics(&after, &written);
    return after - before;
}

static void a_column_reads_its_cells_alone(void **state)
{
    (void)state;
    fa_error err = {0};
    unlink(in_folder("column"));
    fa__file *file = fa__file_open(in_folder("column"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    enum { ROWS = 1000, ROW_BYTES = 160000 };
    assert_true(fa__file_truncate(file, (int64_t)ROWS * ROW_BYTES, &err)); /* a hole */
    for (int64_t i = 0; i < ROWS; i++)
        assert_true(fa__file_write(file, i * ROW_BYTES + 120000, &(double){(double)i}, 8, &err));
    double cells[ROWS];
    fa__box box = {1, 8, 120000, (int64_t[]){ROWS}, (int64_t[]){ROW_BYTES}};
    assert_int_equal(bytes_of_read(file, &box, cells), 8 * ROWS);
    for (int i = 0; i < ROWS; i++)
        assert_true(cells[i] == i);
    fa__file_close(file, NULL);
}

static void dense_boxes_are_read_once_whatever_their_order(void **state)
{
    (void)state;
    enum { N = 700 };
    static double matrix[N][N], transposed[N][N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            matrix[i][j] = i * N + j;
    fa__file *file = make_file("matrix", matrix, sizeof matrix);
    fa__box whole = {2, 8, 0, (int64_t[]){N, N}, (int64_t[]){8 * N, 8}};
    assert_int_equal(bytes_of_read(file, &whole, transposed), sizeof matrix);
    assert_memory_equal(matrix, transposed, sizeof matrix);
    fa__box swapped = {2, 8, 0, (int64_t[]){N, N}, (int64_t[]){8, 8 * N}};
    assert_int_equal(bytes_of_read(file, &swapped, transposed), sizeof matrix);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            assert_true(transposed[i][j] == matrix[j][i]);
    fa__box row = {1, 8, 8 * N * 5 + 80, (int64_t[]){100}, (int64_t[]){8}};
    assert_int_equal(bytes_of_read(file, &row, transposed), 800);
    fa__file_close(file, NULL);
}

static void a_read_behind_the_end_is_an_error(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *file = make_file("short", "0123456789", 10);
    char elements[64];
    fa__box box = {1, 4, 0, (int64_t[]){3}, (int64_t[]){4}};
    assert_false(fa__box_read_file(file, 0, &box, elements, &err));
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_non_null(strstr(err.message, "short: file ends at byte 10, needed up to 12"));
    fa__file_close(file, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_boxes_are_read_and_written_as_memory_is),
        cmocka_unit_test(a_column_reads_its_cells_alone),
        cmocka_unit_test(dense_boxes_are_read_once_whatever_their_order),
        cmocka_unit_test(a_read_behind_the_end_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
