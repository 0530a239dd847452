/* SPDX-License-Identifier: BSD-3-Clause */
/* Making nodes whose elements are those of others in other places: concatenations, reshapes that no view can
 * be, copies. Knows shapes, types and layouts; where an element comes from is known to the classes of src/op.
 */
#include "expr/node.h"

#include "array/convert.h"
#include "array/time.h"
#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

/* ---- Types ---- */

static bool fail_promotion(const fa_dtype *a, const fa_dtype *b, fa_error *err)
{
    char a_text[96], b_text[96];
    fa__dtype_display(a, a_text, sizeof a_text);
    fa__dtype_display(b, b_text, sizeof b_text);
    return fa__fail(err, FA_BAD_TYPES, "no dtype holds elements of %s and of %s", a_text, b_text);
}

static bool is_text(const fa_dtype *dtype)
{
    return dtype->type == FA_TYPE_BYTES || dtype->type == FA_TYPE_STRING;
}

/* Of two strings: the wider one, in Unicode where one of them is. */
static const fa_dtype *text_of_both(const fa_dtype *a, const fa_dtype *b, fa_error *err)
{
    fa_type type = a->type == FA_TYPE_STRING ? a->type : b->type;
    int64_t a_width = a->item_bytes / (a->type == FA_TYPE_STRING ? 4 : 1),
            b_width = b->item_bytes / (b->type == FA_TYPE_STRING ? 4 : 1);
    return fa__dtype_flexible(
        type, (a_width > b_width ? a_width : b_width) * (type == FA_TYPE_STRING ? 4 : 1), false, err);
}

/* Whether numbers become counts of a span's unit. */
static bool counts_units(const fa_dtype *span, const fa_dtype *number)
{
    return span->type == FA_TYPE_TIMEDELTA64 && fa__type_is_numeric(number->type) &&
           number->type < FA_TYPE_UINT64 && strchr("biu", fa__type_kind(number->type)) != NULL;
}

const fa_dtype *fa__dtype_of_both(const fa_dtype *a, const fa_dtype *b, fa_error *err)
{
    if (fa__type_is_numeric(a->type) && fa__type_is_numeric(b->type))
        return fa_failed(err) ? NULL : fa_dtype_of(fa__promote(a->type, b->type));
    if (fa_dtype_equal(a, b) && a->type == FA_TYPE_VOID)
        return fa_dtype_retain(a);
    if (is_text(a) && is_text(b))
        return text_of_both(a, b, err);
    if (fa__type_is_time(a->type) && a->type == b->type)
        return fa__time_common(a->type, a, b, err);
    if (counts_units(a, b))
        return fa__dtype_native(a, err);
    if (counts_units(b, a))
        return fa__dtype_native(b, err);
    const fa_dtype *first = fa__dtype_native(a, err), *second = fa__dtype_native(b, err), *both = NULL;
    if (!fa_failed(err) && fa_dtype_equal(first, second))
        both = fa_dtype_retain(first);
    else
        fail_promotion(a, b, err);
    fa_dtype_release(first);
    fa_dtype_release(second);
    return both;
}

static const fa_dtype *dtype_of_all(int count, fa__node *const *inputs, fa_error *err)
{
    const fa_dtype *first = fa__shown_node(inputs[0])->dtype, *all = fa__dtype_of_both(first, first, err);
    for (int i = 1; i < count && all != NULL; i++) {
        const fa_dtype *next = fa__dtype_of_both(all, fa__shown_node(inputs[i])->dtype, err);
        fa_dtype_release(all);
        all = next;
    }
    return all;
}

bool fa__move_was_converted(const fa__node *move, fa_error *err)
{
    const fa_dtype *dtype = dtype_of_all(move->input_count, move->inputs, err);
    bool same = dtype != NULL && fa_dtype_equal(dtype, move->dtype);
    fa_dtype_release(dtype);
    return !same;
}

/* NumPy's same_kind, which concatenate(dtype=) asks for; texts may be cut. */
static bool can_convert(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    bool is_number = fa__type_is_numeric(from->type) && fa__type_is_numeric(to->type);
    bool are_texts = is_text(from) && is_text(to) && (from->type == to->type || to->type == FA_TYPE_STRING);
    if (is_number ? fa__can_cast_same_kind(from->type, to->type)
                  : are_texts || fa__dtype_same_bytes(from, to))
        return true;
    bool is_time =
        fa__type_is_time(from->type) || (to->type == FA_TYPE_TIMEDELTA64 && counts_units(to, from));
    if (is_time && fa__type_is_time(to->type))
        return fa__can_convert(from, to, err);
    const fa_dtype *native = fa__dtype_native(from, err), *native_to = fa__dtype_native(to, err);
    bool same = !fa_failed(err) && fa_dtype_equal(native, native_to);
    fa_dtype_release(native);
    fa_dtype_release(native_to);
    if (same)
        return true;
    char from_text[96], to_text[96];
    fa__dtype_display(from, from_text, sizeof from_text);
    fa__dtype_display(to, to_text, sizeof to_text);
    return fa__fail(err, FA_BAD_TYPES, "cannot cast elements of %s to %s according to the rule 'same_kind'",
                    from_text, to_text);
}

/* An input as the move takes it: a conversion that rules of types ask for is a CAST that text does not show.
 * What is converted is not computed first: the move reads it and converts on the way. */
static fa__node *converted(fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    bool same = fa_dtype_equal(input->dtype, dtype);
    fa__node *strong = same || can_convert(input->dtype, dtype, err) ? fa__node_strong(input, err) : NULL;
    if (strong == NULL || same)
        return strong;
    fa__node *node = fa__node_new(FA__NODE_CAST, dtype, strong->ndim, strong->sizes, 1, &strong, err);
    if (node != NULL) {
        fa__layout_of_copy(strong, dtype->item_bytes, node->strides);
        node->implicit = true;
    }
    fa__node_release(strong);
    return node;
}

/* ---- Makers ---- */

/* Holds the dtype of all inputs, which are converted to it. Its layout is that of C order. */
static fa__node *make(fa__move move, int count, fa__node *const *inputs, const fa_dtype *dtype, int ndim,
                      const int64_t *sizes, fa_error *err)
{
    int64_t elements;
    if (!fa__shape_count(ndim, sizes, dtype->item_bytes, &elements, err))
        return NULL;
    fa__node **taken = fa__alloc_zero((size_t)count, sizeof *taken, err), *node = NULL;
    for (int i = 0; i < count && !fa_failed(err); i++)
        taken[i] = converted(inputs[i], dtype, err);
    if (!fa_failed(err))
        node = fa__node_new(FA__NODE_MOVE, dtype, ndim, sizes, count, taken, err);
    if (node != NULL)
        node->code = (int)move;
    for (int i = 0; taken != NULL && i < count; i++)
        fa__node_release(taken[i]);
    fa__free(taken);
    return node;
}

/* The sizes of a concatenation, in NumPy's words where they do not fit. */
static bool join_sizes(int count, fa__node *const *inputs, int axis, int64_t *sizes, fa_error *err)
{
    int ndim = inputs[0]->ndim;
    memcpy(sizes, inputs[0]->sizes, (size_t)ndim * sizeof *sizes);
    for (int k = 1; k < count; k++) {
        const fa__node *input = inputs[k];
        if (input->ndim != ndim)
            return fa__fail(
                err, FA_BAD_SHAPE,
                "all the input array dimensions except for the concatenation axis must match exactly, but "
                "the array at index 0 has %d dimension(s) and the array at index %d has %d dimension(s)",
                ndim, k, input->ndim);
        for (int i = 0; i < ndim; i++) {
            if (i == axis && !fa__add_checked(sizes[i], input->sizes[i], &sizes[i]))
                return fa__fail(err, FA_TOO_LARGE, "a concatenation of more than 2**63 elements");
            if (i != axis && input->sizes[i] != sizes[i])
                return fa__fail(
                    err, FA_BAD_SHAPE,
                    "all the input array dimensions except for the concatenation axis must match exactly, "
                    "but along dimension %d, the array at index 0 has size %lld and the array at index %d "
                    "has size %lld",
                    i, (long long)sizes[i], k, (long long)input->sizes[i]);
        }
    }
    return true;
}

fa__node *fa__node_concatenate(int count, fa__node *const *inputs, int axis, const fa_dtype *dtype,
                               fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    if (!fa__nodes_usable(count, inputs, err))
        return NULL;
    if (count < 1) {
        fa__fail(err, FA_INVALID_ARGUMENT, "need at least one array to concatenate");
        return NULL;
    }
    if (inputs[0]->ndim == 0) {
        fa__fail(err, FA_BAD_SHAPE, "zero-dimensional arrays cannot be concatenated");
        return NULL;
    }
    axis = fa__axis(axis, inputs[0]->ndim, err);
    if (axis < 0 || !join_sizes(count, inputs, axis, sizes, err))
        return NULL;
    const fa_dtype *common = dtype != NULL ? fa__dtype_as_read(dtype, err) : dtype_of_all(count, inputs, err);
    fa__node *node = NULL;
    if (common != NULL)
        node = make(FA__MOVE_CONCATENATE, count, inputs, common, inputs[0]->ndim, sizes, err);
    if (node != NULL) {
        node->as.move.axis = axis;
        fa__layout_of_joined(count, inputs, node->ndim, node->sizes, common->item_bytes, node->strides);
    }
    fa_dtype_release(common);
    return node;
}

fa__node *fa__node_reshape(fa__node *input, fa_shape shape, fa_error *err)
{
    fa__geometry geometry;
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__node *node = NULL, *strong = fa__node_strong(input, err);
    if (strong == NULL)
        return NULL;
    fa__node_geometry(strong, &geometry);
    if (fa__geometry_reshape(&geometry, strong->dtype->item_bytes, shape, &geometry, err)) {
        node = fa__node_view(strong, &geometry, err);
    } else if (!fa_failed(err)) {
        fa__geometry dense = {.ndim = strong->ndim};
        memcpy(dense.sizes, strong->sizes, (size_t)strong->ndim * sizeof(int64_t));
        fa__strides_c(dense.ndim, dense.sizes, strong->dtype->item_bytes, dense.strides);
        fa__geometry_reshape(&dense, strong->dtype->item_bytes, shape, &dense, err);
        const fa_dtype *dtype = dtype_of_all(1, &strong, err);
        if (!fa_failed(err))
            node = make(FA__MOVE_RESHAPE, 1, &strong, dtype, dense.ndim, dense.sizes, err);
        fa_dtype_release(dtype);
    }
    fa__node_release(strong);
    return node;
}

/* A new CAST of the same elements: one of `input` where that is a CAST itself. */
static fa__node *cast_again(fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    fa__node *from = input->kind == FA__NODE_CAST ? input->inputs[0] : input;
    return fa__node_new(FA__NODE_CAST, dtype, input->ndim, input->sizes, 1, &from, err);
}

fa__node *fa__node_copy(fa__node *input, char order, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__node *strong = fa__node_strong(input, err), *node = NULL;
    const fa_dtype *dtype = strong != NULL ? dtype_of_all(1, &strong, err) : NULL;
    if (dtype != NULL)
        node = cast_again(strong, dtype, err);
    if (node != NULL && order == 'K')
        fa__layout_of_copy(strong, dtype->item_bytes, node->strides);
    else if (node != NULL && order == 'F')
        fa__strides_f(node->ndim, node->sizes, dtype->item_bytes, node->strides);
    fa_dtype_release(dtype);
    fa__node_release(strong);
    return node;
}
