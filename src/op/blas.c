/* SPDX-License-Identifier: BSD-3-Clause */
/* The library and its calls. Which kernel it takes is OPENBLAS_CORETYPE's to say, before it is loaded. */
#include "op/blas.h"

#include "engine/pool.h"

#include "platform/platform.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 };

/* cblas_sgemm() and its kin; complex numbers are passed by address. */
typedef void gemm_f32(int order, int first_turned, int second_turned, int rows, int columns, int inner,
                      float alpha, const void *first, int first_row, const void *second, int second_row,
                      float beta, void *result, int result_row);
typedef void gemm_f64(int order, int first_turned, int second_turned, int rows, int columns, int inner,
                      double alpha, const void *first, int first_row, const void *second, int second_row,
                      double beta, void *result, int result_row);
typedef void gemm_complex(int order, int first_turned, int second_turned, int rows, int columns, int inner,
                          const void *alpha, const void *first, int first_row, const void *second,
                          int second_row, const void *beta, void *result, int result_row);

static struct {
    fa__mutex mutex;
    bool looked;
    int users, threads_before;
    gemm_f32 *f32;
    gemm_f64 *f64;
    gemm_complex *c64, *c128;
    void (*set_threads)(int threads);
    int (*get_threads)(void);
    bool counts_per_thread; /* OpenMP's: every thread that calls has a number of its own */
} blas = {.mutex = FA__MUTEX_INIT};

static void forget_lock(void)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    memcpy(&blas.mutex, &fresh, sizeof fresh);
}

/* OpenBLAS maps buffers for each thread that calls it, and asks for ever where it gets none. */
static bool has_address_space(void)
{
    const size_t library = (size_t)256 << 20, each = (size_t)96 << 20;
    return fa__address_space_left() >= library + each * (size_t)fa__pool_threads();
}

static void load(void)
{
    fa_error err = {0};
    const char *name = getenv("FARRAY_BLAS");
    if (name == NULL || *name == '\0')
        name = "libopenblas.so.0";
    void *library = strcmp(name, "none") != 0 && has_address_space() ? fa__library_open(name, &err) : NULL;
    if (library == NULL)
        return;
    blas.set_threads = (void (*)(int))fa__library_function(library, "openblas_set_num_threads");
    blas.get_threads = (int (*)(void))fa__library_function(library, "openblas_get_num_threads");
    if (blas.set_threads == NULL || blas.get_threads == NULL)
        return;
    int (*parallel)(void) = (int (*)(void))fa__library_function(library, "openblas_get_parallel");
    blas.counts_per_thread = parallel != NULL && parallel() == 2;
    blas.f32 = (gemm_f32 *)fa__library_function(library, "cblas_sgemm");
    blas.f64 = (gemm_f64 *)fa__library_function(library, "cblas_dgemm");
    blas.c64 = (gemm_complex *)fa__library_function(library, "cblas_cgemm");
    blas.c128 = (gemm_complex *)fa__library_function(library, "cblas_zgemm");
}

static void look(void)
{
    fa__mutex_lock(&blas.mutex);
    if (!blas.looked) {
        fa__at_fork_child(forget_lock);
        load();
        blas.looked = true;
    }
    fa__mutex_unlock(&blas.mutex);
}

bool fa__blas_has(fa_type type)
{
    look();
    switch (type) {
    case FA_TYPE_FLOAT32:
        return blas.f32 != NULL;
    case FA_TYPE_FLOAT64:
        return blas.f64 != NULL;
    case FA_TYPE_COMPLEX64:
        return blas.c64 != NULL;
    case FA_TYPE_COMPLEX128:
        return blas.c128 != NULL;
    default:
        return false;
    }
}

void fa__blas_begin(void)
{
    look();
    fa__mutex_lock(&blas.mutex);
    if (blas.set_threads != NULL && blas.users++ == 0) {
        blas.threads_before = blas.get_threads();
        blas.set_threads(1);
    }
    fa__mutex_unlock(&blas.mutex);
}

void fa__blas_end(void)
{
    fa__mutex_lock(&blas.mutex);
    if (blas.set_threads != NULL && --blas.users == 0)
        blas.set_threads(blas.threads_before);
    fa__mutex_unlock(&blas.mutex);
}

/* A factor of rows x columns as the library takes it: its long stride, and whether it stands column by
 * column. */
static bool layout(int64_t rows, int64_t columns, int64_t row, int64_t column, int *turned, int *stride)
{
    int64_t along, across;
    if (column == 1 || columns == 1) {
        *turned = AS_IT_IS;
        along = columns;
        across = rows > 1 ? row : columns;
    } else if (row == 1 || rows == 1) {
        *turned = TRANSPOSED;
        along = rows;
        across = columns > 1 ? column : rows;
    } else {
        return false;
    }
    *stride = (int)across;
    return across >= along && across <= INT32_MAX;
}

static void be_one_thread(void)
{
    static _Thread_local bool told;
    if (!told && blas.counts_per_thread)
        blas.set_threads(1);
    told = true;
}

bool fa__blas_product(fa_type type, const fa__product *p)
{
    int first, second, first_row, second_row;
    if (p->rows > INT32_MAX || p->inner > INT32_MAX || p->columns > INT32_MAX || p->result_row > INT32_MAX ||
        !layout(p->rows, p->inner, p->first_row, p->first_column, &first, &first_row) ||
        !layout(p->inner, p->columns, p->second_row, p->second_column, &second, &second_row))
        return false;
    be_one_thread();
    int rows = (int)p->rows, columns = (int)p->columns, inner = (int)p->inner,
        result_row = (int)p->result_row;
    static const fa__complex64 zero_and_one_c64[] = {{0, 0}, {1, 0}};
    static const fa__complex128 zero_and_one_c128[] = {{0, 0}, {1, 0}};
    switch (type) {
    case FA_TYPE_FLOAT32:
        blas.f32(ROW_MAJOR, first, second, rows, columns, inner, 1, p->first, first_row, p->second,
                 second_row, p->add ? 1 : 0, p->result, result_row);
        return true;
    case FA_TYPE_FLOAT64:
        blas.f64(ROW_MAJOR, first, second, rows, columns, inner, 1, p->first, first_row, p->second,
                 second_row, p->add ? 1 : 0, p->result, result_row);
        return true;
    case FA_TYPE_COMPLEX64:
        blas.c64(ROW_MAJOR, first, second, rows, columns, inner, &zero_and_one_c64[1], p->first, first_row,
                 p->second, second_row, &zero_and_one_c64[p->add], p->result, result_row);
        return true;
    case FA_TYPE_COMPLEX128:
        blas.c128(ROW_MAJOR, first, second, rows, columns, inner, &zero_and_one_c128[1], p->first, first_row,
                  p->second, second_row, &zero_and_one_c128[p->add], p->result, result_row);
        return true;
    default:
        return false;
    }
}
