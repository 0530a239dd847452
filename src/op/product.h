/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of a product share: the two factors, the windows of them that are in memory, and the plan of
 * how large these are. The run is product.c. */
#ifndef FA_OP_PRODUCT_H
#define FA_OP_PRODUCT_H

#include "engine/pool.h"
#include "engine/whole.h"
#include "kernel/product.h"
#include "op/panels.h"

#include <stdatomic.h>

enum { FA__PRODUCT_PANEL = 384 }; /* of the inner dimension: what OpenBLAS takes at a time */

/* One of the two factors. */
typedef struct fa__factor {
    int input;
    const fa__node *node;
    fa_array *stands;     /* used in place; borrowed; or NULL: */
    bool turned;          /* windows stand column by column, as the source does */
    char *buffer, *other; /* the other one is read into while this one is used, if there are `panels` */
    size_t bytes, other_bytes;
    bool has_panels;
    fa__panels *panels;
    bool filled; /* with this window: */
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
    /* Of the current window: the first element, and from one to the next, in elements. */
    const char *at;
    int64_t row, column, batch[FA_MAX_NDIM];
} fa__factor;

/* A range of the result, and of the inner dimension. Batch axes are those of the result. */
typedef struct fa__product_window {
    int64_t batch_start[FA_MAX_NDIM], batch_sizes[FA_MAX_NDIM], items;
    int64_t row, rows, column, columns, inner, depth;
} fa__product_window;

typedef struct fa__product_work {
    fa__whole_run *run;
    fa_type type;
    int64_t item_bytes;
    int batch_ndim;
    int64_t batch_sizes[FA_MAX_NDIM], rows, inner, columns;
    int64_t tile_rows, tile_columns;
    fa__factor first, second;
    char *buffer; /* the window of the result; NULL: it is used in place */
    size_t bytes;
    fa__product_window window;
    int64_t down, across, items_per_job; /* tiles of the window */
    fa__product_loop *loop;              /* NULL: the library computes */
    char *rooms;                         /* for panels of `loop` */
    size_t room_bytes;
    int room_count;
    atomic_bool room_taken[FA__MAX_THREADS];
} fa__product_work;

/* How large windows are. */
typedef struct fa__product_plan {
    int64_t items, rows, columns, depth;
} fa__product_plan;

/* ---- Factors (product_factor.c) ---- */

bool fa__factor_start(fa__product_work *w, fa__factor *f, int input, fa_error *err);
/* Makes the elements of a factor that the window wants reachable. */
bool fa__factor_aim(fa__product_work *w, fa__factor *f, int64_t row, int64_t rows, int64_t column,
                    int64_t columns, fa_error *err);
/* Begins to read what fa__factor_aim() will want next. */
void fa__factor_aim_ahead(fa__factor *f, int64_t row, int64_t column);
/* Gives back what it holds. */
void fa__factor_stop(fa__factor *f);
/* In memory, and no element of it where a load or a store of one may not be. */
bool fa__product_is_aligned(const fa__product_work *w, const fa_array *a);
/* Whether elements may be worked on where they stand: by a kernel of ours at any strides, by the library
 * where rows or columns are dense. */
bool fa__product_is_usable(const fa__product_work *w, const fa_array *a);
bool fa__product_grow(char **buffer, size_t *bytes, size_t wanted, fa_error *err);

/* ---- Plans (product_plan.c) ---- */

/* Tiles of the result, whose edges depend on shapes alone. */
void fa__product_cut(fa__product_work *w);
/* The windows that there is room for. Factors that are worth it are copied first, to where they stand or into
 * boxes. */
fa__product_plan fa__product_make_plan(fa__product_work *w, fa_error *err);
int64_t fa__product_plan_bytes(const fa__product_work *w, const fa__product_plan *p);

#endif
