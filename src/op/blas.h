/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS, loaded when it is first wanted. Every call runs on the calling thread alone: how work is shared
 * is the caller's to decide, and so results do not depend on the number of threads. Knows nothing about
 * arrays. */
#ifndef FA_OP_BLAS_H
#define FA_OP_BLAS_H

#include "kernel/product.h"

/* Whether there is a library that multiplies matrices of a type. FARRAY_BLAS names another one, or none. */
bool fa__blas_has(fa_type type);
/* Between these the library runs one thread in each call, whatever it was told before. Calls may nest. */
void fa__blas_begin(void);
void fa__blas_end(void);
/* The product, for sizes of up to 2**31 - 1; false where the strides are none that the library takes: rows or
 * columns of a factor whose elements are neighbours. The memory is ours, never a mapping of a file. */
bool fa__blas_product(fa_type type, const fa__product *product);

#endif
