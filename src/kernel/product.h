/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of matrices that stand in memory, on one thread. Elements are native and aligned; of the factors
 * they may stand at any strides. Knows nothing about files, batches, or libraries that do the same. */
#ifndef FA_KERNEL_PRODUCT_H
#define FA_KERNEL_PRODUCT_H

#include "kernel/kernel.h"

typedef struct fa__product {
    int64_t rows, inner, columns;    /* inner may be 0: zeros, or what stands there already */
    const void *first;               /* rows x inner */
    int64_t first_row, first_column; /* strides, in elements */
    const void *second;              /* inner x columns */
    int64_t second_row, second_column;
    void *result; /* rows x columns; the elements of a row are neighbours */
    int64_t result_row;
    bool add;   /* to what stands there */
    void *room; /* fa__product_room() bytes for panels, aligned to 64 */
} fa__product;

typedef void fa__product_loop(const fa__product *product);

/* Integers wrap, bool is an or of ands, floats are sums of fused products: 256 steps at a time along the
 * inner dimension, one sum after the other. NULL for types without one (floats of 16 bits, times). */
fa__product_loop *fa__product_find(fa_type type);
size_t fa__product_room(fa_type type);

#endif
