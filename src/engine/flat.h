/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements of a view by their number in C order, in another dtype where that is wanted: what moves are made
 * of. Reads through the source's own table, so that no access can fault. Knows nothing about moves. */
#ifndef FA_ENGINE_FLAT_H
#define FA_ENGINE_FLAT_H

#include "array/view.h"
#include "kernel/kernel.h"

/* Zero it before fa__flat_start(). Safe on several threads at once afterwards. */
typedef struct fa__flat {
    fa__source *source; /* one reference; where the bytes are */
    int64_t offset, count;
    int64_t item_bytes;        /* as they stand */
    int64_t out_bytes;         /* as they are given */
    int swap;                  /* size of the parts whose bytes are turned, 0 for none */
    fa__convert_loop *convert; /* NULL: the same type */
    int ndim;                  /* axes that are one in memory are one here */
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
} fa__flat;

/* Elements of `view` as `dtype`, native: numbers are converted, texts filled up with NULs or cut. */
bool fa__flat_start(fa__flat *flat, const fa_array *view, const fa_dtype *dtype, fa_error *err);
void fa__flat_clear(fa__flat *flat);

/* Elements number first, first + step, ... (n of them, step of any sign) to dense memory. */
bool fa__flat_read(const fa__flat *flat, int64_t first, int64_t step, int64_t n, void *elements,
                   fa_error *err);

/* Whether elements stand as they are wanted; if not, what n of them in `raw` are is put to `elements`, with
 * room in `turned` for as many as `raw` holds. */
bool fa__flat_is_raw(const fa__flat *flat);
void fa__flat_finish(const fa__flat *flat, char *raw, char *turned, int64_t n, void *elements);

/* The bytes of the source that elements [first, first + n), n > 0, touch: [*low, *high). */
void fa__flat_extent(const fa__flat *flat, int64_t first, int64_t n, int64_t *low, int64_t *high);

#endif
