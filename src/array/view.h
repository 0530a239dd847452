/* SPDX-License-Identifier: BSD-3-Clause */
/* The handle: a view of a source. */
#ifndef FA_ARRAY_VIEW_H
#define FA_ARRAY_VIEW_H

#include "array/dtype.h"
#include "array/shape.h"
#include "array/source.h"

struct fa_array {
    fa__references references;
    fa__source *source;
    const fa_dtype *dtype;
    bool writeable; /* may be false where the source's is true, not the other way round */
    int ndim;
    int64_t offset; /* of the first element, in bytes of the source */
    int64_t *sizes; /* both inside geometry[] */
    int64_t *strides;
    int64_t geometry[];
};

/* A view; retains source and dtype. Sub-array dtypes are expanded into axes, as NumPy does. The geometry must
 * lie inside the source (checked: FA_INTERNAL). */
fa_array *fa__view(fa__source *source, const fa_dtype *dtype, const fa__geometry *geometry, bool writeable,
                   fa_error *err);
void fa__view_geometry(const fa_array *view, fa__geometry *geometry);
/* Whether elements of one dtype may be seen as those of another: FA_UNSUPPORTED where the sizes differ. */
bool fa__check_view_dtype(const fa_dtype *from, const fa_dtype *to, fa_error *err);
/* Another geometry on the same source and dtype. */
fa_array *fa__view_like(fa_array *view, const fa__geometry *geometry, fa_error *err);

/* True when a NULL or failed argument ends the function: records FA_INVALID_ARGUMENT into a clean err for
 * NULL. */
bool fa__unusable(const fa_array *array, fa_error *err);

/* Whether two views share a byte, exactly, over their owners' bytes; `effort` bounds the search and then it
 * is true. *same_elements (may be NULL) is set when both have the same first byte, item size, sizes and
 * strides: element i of one is element i of the other. */
bool fa__overlap(const fa_array *a, const fa_array *b, bool *same_elements);
/* Whether elements of one view overlap each other (a broadcast, a sliding window). */
bool fa__overlaps_itself(const fa_array *view);

#endif
