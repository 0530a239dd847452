/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzzes slices as text, on views of any shape: the text is refused with a clear error that has a column, or
 * gives a view whose every element lies inside its source. The first bytes of the input are the shape and the
 * dtype. */
#include "array/slice.h"
#include "array/view.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_error(const fa_error *err, size_t size)
{
    require(err->code == FA_BAD_INDEX || err->code == FA_NOT_FOUND || err->code == FA_BAD_SHAPE);
    require(err->column >= 1 && (size_t)err->column <= size + 1);
    require(err->message[0] != '\0' && memchr(err->message, '\n', sizeof err->message) == NULL);
    require(memchr(err->message, '\0', sizeof err->message) != NULL);
}

static fa_array *make_base(const uint8_t *data, fa_error *err)
{
    static const char *const texts[] = {
        "f8", "[('a', 'i1'), ('p.q', '>i2', (2, 3)), ('p', [('x', 'f4'), ('q', 'S3')])]", "u1", "V0"};
    static const int64_t small_sizes[] = {0, 1, 2, 3, 5, 8, 1, 13};
    fa__geometry geometry = {.ndim = data[0] % 8};
    int64_t count = 0;
    fa_dtype *dtype = fa_dtype_parse(texts[data[0] / 8 % 4], err);
    int64_t so_far = 1;
    for (int i = 0; i < geometry.ndim; i++) {
        int64_t size = small_sizes[data[1 + i / 2] >> i % 2 * 4 & 7];
        geometry.sizes[i] = so_far * size > 1000 ? 1 : size;
        so_far *= geometry.sizes[i];
    }
    if (data[0] & 128) /* as many axes as there can be */
        for (; geometry.ndim < FA_MAX_NDIM - 1; geometry.ndim++)
            geometry.sizes[geometry.ndim] = 1;
    fa__shape_count(geometry.ndim, geometry.sizes, dtype->item_bytes, &count, err);
    fa__strides_c(geometry.ndim, geometry.sizes, dtype->item_bytes, geometry.strides);
    fa__source *source = fa__memory_source(count * dtype->item_bytes, err);
    fa_array *base = fa__view(source, dtype, &geometry, true, err);
    fa__source_release(source);
    fa_dtype_release(dtype);
    return base;
}

/* Touches every element: AddressSanitizer sees one that is outside. */
static void check_view(fa_array *view)
{
    fa_error err = {0};
    int64_t bytes = fa_bytes(view);
    void *elements = malloc(bytes > 0 ? (size_t)bytes : 1);
    fa__box box = {view->ndim, view->dtype->item_bytes, view->offset, view->sizes, view->strides};
    require(fa__source_read(view->source, &box, elements, &err));
    require(fa__source_write(view->source, &box, elements, &err));
    free(elements);
    require(!fa__overlaps_itself(view));
    require(fa__overlap(view, view, NULL) == (bytes > 0));
    fa_flags(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 6 };
    fa_error err = {0};
    if (size < HEAD)
        return -1;
    fa_array *base = make_base(data, &err);
    require(!fa_failed(&err));
    data += HEAD;
    size -= HEAD;
    char *text = fa__copy_text((const char *)data, size, &err);
    fa__slice slice;
    for (size_t at = 0; at < size && fa__slice_parse((const char *)data, size, &at, &slice, &err);)
        require(slice.count <= FA__MAX_INDEX_PARTS);
    if (fa_failed(&err))
        check_error(&err, size);
    fa_error_clear(&err);
    fa_array *view = fa_slice(base, text, &err);
    require((view == NULL) == fa_failed(&err));
    if (view != NULL)
        check_view(view);
    else
        check_error(&err, strlen(text));
    fa_release(view);
    fa_release(base);
    fa__free(text);
    return 0;
}
