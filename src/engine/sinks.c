/* SPDX-License-Identifier: BSD-3-Clause */
/* Sinks that are not files: reading into the caller's memory, and computing what is about to lose its inputs.
 */
#include "engine/pending.h"

#include "base/memory.h"

/* ---- The caller's memory as a source ---- */

typedef struct borrowed {
    fa__source source;
    fa__owner owner;
    char *bytes;
} borrowed;

static void destroy(fa__source *source)
{
    fa__free(source);
}

static char *memory(fa__source *source)
{
    return ((borrowed *)source)->bytes;
}

static bool read_box(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    fa__box_gather(memory(source), box, elements);
    return !fa_failed(err);
}

static bool write_box(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    fa__box_scatter(memory(source), box, elements);
    return !fa_failed(err);
}

static const fa__source_class borrowed_class = {
    .name = "borrowed", .destroy = destroy, .memory = memory, .read = read_box, .write = write_box};

static fa_array *borrow(void *bytes, const fa_dtype *dtype, int ndim, const int64_t *sizes, fa_error *err)
{
    borrowed *b = fa__alloc_zero(1, sizeof *b, err);
    if (b == NULL)
        return NULL;
    fa__geometry geometry = {.ndim = ndim};
    for (int i = 0; i < ndim; i++)
        geometry.sizes[i] = sizes[i];
    fa__strides_c(ndim, sizes, dtype->item_bytes, geometry.strides);
    fa__references_start(&b->source.references);
    b->source.class = &borrowed_class;
    b->source.bytes = fa__count(ndim, sizes) * dtype->item_bytes;
    b->source.writeable = true;
    b->source.owner = &b->owner;
    b->bytes = bytes;
    fa_array *view = fa__view(&b->source, dtype, &geometry, true, err);
    fa__source_release(&b->source);
    return view;
}

/* A few numbers that stand in memory as they are wanted: a pass would cost more than copying them. */
static bool copies_at_once(const fa_array *value)
{
    enum { FEW_BYTES = 4 << 10 };
    return fa__type_is_numeric(value->dtype->type) && fa__dtype_swap(value->dtype) <= 1 &&
           !fa__is_pending(value) && fa__source_memory(value->source) != NULL &&
           fa__count(value->ndim, value->sizes) <= FEW_BYTES / value->dtype->item_bytes;
}

bool fa__engine_read(fa_array *value, void *elements, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (!fa__engine_busy(err) && fa__engine_enter(NULL, err)) {
        const fa__box box = {value->ndim, value->dtype->item_bytes, value->offset, value->sizes,
                             value->strides};
        bool copies = copies_at_once(value) && fa__source_check(value->source, err);
        if (copies)
            fa__source_read(value->source, &box, elements, err);
        fa__engine_leave();
        if (copies)
            return !fa_failed(err);
    }
    const fa_dtype *dtype = fa__dtype_as_read(value->dtype, err);
    fa_array *target = dtype != NULL ? borrow(elements, dtype, value->ndim, value->sizes, err) : NULL;
    fa__sink sink = {.value = value, .target = target};
    if (target != NULL)
        fa__engine_run(&sink, 1, NULL, err);
    fa_release(target);
    fa_dtype_release(dtype);
    return !fa_failed(err);
}

/* ---- Before bytes change ---- */

static bool evaluate_pending(fa_array *array, const fa_evaluate_options *options, fa_error *err)
{
    fa__sink sink = {.value = array};
    return !fa__is_pending(array) || fa__engine_run(&sink, 1, options, err);
}

bool fa__engine_before_write(fa_array *target, fa_array *except, const fa_evaluate_options *options,
                             fa_error *err)
{
    fa_array **affected;
    int64_t count;
    if (fa_failed(err) || !evaluate_pending(target, options, err))
        return false;
    fa__pending_affected(target, except != NULL ? except->source : NULL, &affected, &count, err);
    fa__sink *sinks = count > 0 ? fa__alloc_zero((size_t)count, sizeof *sinks, err) : NULL;
    for (int64_t i = 0; i < count && sinks != NULL; i++)
        sinks[i].value = affected[i];
    if (sinks != NULL)
        fa__engine_run(sinks, (int)count, options, err);
    for (int64_t i = 0; i < count; i++)
        fa_release(affected[i]);
    fa__free(affected);
    fa__free(sinks);
    return !fa_failed(err);
}
