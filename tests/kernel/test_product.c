/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of matrices against the definition, on every instruction set that the processor has: all types,
 * sizes around those of tiles and panels, and factors at any strides. Elements are small whole numbers, whose
 * sums are exact. */
#include "array/dtype.h"
#include "kernel/isa.h"
#include "platform/platform.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252;

static int next(int limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)(state % (unsigned)limit);
}

typedef struct number {
    int64_t real, imag;
} number;

/* An element of any type from whole numbers, and back. */
static void put(fa_type type, void *at, number x)
{
    switch (type) {
    case FA_TYPE_BOOL:
    case FA_TYPE_INT8:
    case FA_TYPE_UINT8:
        *(uint8_t *)at = type == FA_TYPE_BOOL ? x.real != 0 : (uint8_t)x.real;
        break;
    case FA_TYPE_INT16:
    case FA_TYPE_UINT16:
        *(uint16_t *)at = (uint16_t)x.real;
        break;
    case FA_TYPE_INT32:
    case FA_TYPE_UINT32:
        *(uint32_t *)at = (uint32_t)x.real;
        break;
    case FA_TYPE_INT64:
    case FA_TYPE_UINT64:
        *(uint64_t *)at = (uint64_t)x.real;
        break;
    case FA_TYPE_FLOAT32:
        *(float *)at = (float)x.real;
        break;
    case FA_TYPE_FLOAT64:
        *(double *)at = (double)x.real;
        break;
    case FA_TYPE_COMPLEX64:
        *(fa__complex64 *)at = (fa__complex64){(float)x.real, (float)x.imag};
        break;
    default:
        *(fa__complex128 *)at = (fa__complex128){(double)x.real, (double)x.imag};
    }
}

typedef struct matrix {
    int64_t rows, columns, row, column; /* strides in elements */
    number *values;                     /* in C order */
    char *elements;
    int64_t origin; /* of element (0, 0) */
    size_t item;
} matrix;

/* Strides: 0 rows are dense, 1 columns are, 2 neither, 3 backwards, 4 one row for all. */
static matrix make(fa_type type, int64_t rows, int64_t columns, int how)
{
    matrix m = {.rows = rows,
                .columns = columns,
                .row = columns + 3,
                .column = 1,
                .item = (size_t)fa__type_bytes(type)};
    if (how == 1) {
        m.row = 1;
        m.column = rows + 2;
    } else if (how == 2) {
        m.row = 2 * columns + 1;
        m.column = 2;
    } else if (how == 3) {
        m.row = -columns;
        m.column = -1;
        m.origin = rows * columns;
    } else if (how == 4) {
        m.row = 0;
    }
    m.values = calloc((size_t)(rows * columns) + 1, sizeof *m.values);
    m.elements = malloc((size_t)((rows + 4) * (columns + 4) * 3 + 8) * m.item);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            number *x = &m.values[i * columns + j];
            *x = how == 4 && i > 0 ? m.values[j] : (number){next(11) - 5, next(11) - 5};
            if (type == FA_TYPE_BOOL && !(how == 4 && i > 0))
                x->real = next(20) == 0;
            put(type, m.elements + (size_t)(m.origin + i * m.row + j * m.column) * m.item, *x);
        }
    return m;
}

static void clear(matrix *m)
{
    free(m->values);
    free(m->elements);
}

static number element(fa_type type, const matrix *a, const matrix *b, int64_t i, int64_t j, number sum)
{
    for (int64_t k = 0; k < a->columns; k++) {
        number x = a->values[i * a->columns + k], y = b->values[k * b->columns + j];
        if (!(type == FA_TYPE_COMPLEX64 || type == FA_TYPE_COMPLEX128))
            x.imag = y.imag = 0;
        sum.real += x.real * y.real - x.imag * y.imag;
        sum.imag += x.real * y.imag + x.imag * y.real;
    }
    return sum;
}

static void check(const fa__kernels *kernels, fa_type type, int64_t rows, int64_t inner, int64_t columns,
                  int how, bool add)
{
    matrix a = make(type, rows, inner, how % 5), b = make(type, inner, columns, how / 5);
    int64_t across = columns + 2;
    char *result = malloc((size_t)(rows * across + 1) * a.item),
         *expected = malloc((size_t)(rows * across + 1) * a.item);
    for (int64_t i = 0; i < rows * across; i++)
        put(type, result + (size_t)i * a.item, (number){i % 3 == 0, i % 2});
    memcpy(expected, result, (size_t)(rows * across) * a.item);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            int64_t at = i * across + j;
            number before = add ? (number){at % 3 == 0, at % 2} : (number){0, 0};
            put(type, expected + (size_t)at * a.item, element(type, &a, &b, i, j, before));
        }
    void *room = aligned_alloc(64, kernels->product_rooms[type]);
    fa__product product = {.rows = rows,
                           .inner = inner,
                           .columns = columns,
                           .first = a.elements + (size_t)a.origin * a.item,
                           .first_row = a.row,
                           .first_column = a.column,
                           .second = b.elements + (size_t)b.origin * b.item,
                           .second_row = b.row,
                           .second_column = b.column,
                           .result = result,
                           .result_row = across,
                           .add = add,
                           .room = room};
    kernels->products[type](&product);
    if (memcmp(result, expected, (size_t)(rows * across) * a.item) != 0)
        fail_msg("%s: type %d, %lld x %lld x %lld, strides %d, add %d", kernels->name, (int)type,
                 (long long)rows, (long long)inner, (long long)columns, how, add);
    free(room);
    free(result);
    free(expected);
    clear(&a);
    clear(&b);
}

static void every_type(const fa__kernels *kernels)
{
    static const int64_t sizes[][3] = {{1, 1, 1},    {2, 0, 3},    {6, 7, 16},
                                       {13, 64, 33}, {12, 65, 64}, {25, 300, 70}};
    for (int type = 0; type < FA__KERNEL_TYPES; type++) {
        if (kernels->products[type] == NULL)
            continue;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int how = 0; how < 25; how++)
                check(kernels, (fa_type)type, sizes[s][0], sizes[s][1], sizes[s][2], how, how % 2);
        for (int i = 0; i < 20; i++)
            check(kernels, (fa_type)type, 1 + next(40), next(80), 1 + next(80), next(25), next(2));
        check(kernels, (fa_type)type, 243, 5, 7, 0, false);
        check(kernels, (fa_type)type, 3, 5, 517, 0, true);
        check(kernels, (fa_type)type, 2, 1030, 3, 1, true);
    }
    check(kernels, FA_TYPE_BOOL, 3, 20000, 5, 0, true);
}

static void products_are_sums(void **unused)
{
    (void)unused;
    static fa__kernels kernels;
    kernels.name = "x86-64-v3";
    fa__fill_product_v3(&kernels);
    every_type(&kernels);
    if (fa__processor_isa() != FA__ISA_X86_64_V4)
        return;
    kernels.name = "x86-64-v4";
    fa__fill_product_v4(&kernels);
    every_type(&kernels);
}

/* Sums of floats have one order, whatever the width of vectors. */
static void instruction_sets_agree(void **unused)
{
    (void)unused;
    enum { N = 301 };
    if (fa__processor_isa() != FA__ISA_X86_64_V4)
        skip();
    static fa__kernels old, new;
    static double a[N * N], b[N * N], results[2][N * N];
    fa__fill_product_v3(&old);
    fa__fill_product_v4(&new);
    void *room = aligned_alloc(64, old.product_rooms[FA_TYPE_FLOAT64]);
    for (int i = 0; i < N * N; i++) {
        a[i] = 1.0 / (1 + next(1000));
        b[i] = 1.0 / (1 + next(1000)) - 0.01;
    }
    for (int i = 0; i < 2; i++) {
        fa__product product = {.rows = N,
                               .inner = N,
                               .columns = N,
                               .first = a,
                               .first_row = N,
                               .first_column = 1,
                               .second = b,
                               .second_row = N,
                               .second_column = 1,
                               .result = results[i],
                               .result_row = N,
                               .room = room};
        (i == 0 ? &old : &new)->products[FA_TYPE_FLOAT64](&product);
    }
    free(room);
    assert_memory_equal(results[0], results[1], sizeof results[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_sums),
        cmocka_unit_test(instruction_sets_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
