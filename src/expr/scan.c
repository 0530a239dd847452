/* SPDX-License-Identifier: BSD-3-Clause */
/* Making nodes that repeat an operation along an axis, and what else NumPy's ufuncs do besides being called:
 * outer products, differences of neighbours. Knows nothing about how they are computed. */
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/types.h"

#include "array/time.h"

#include <math.h>
#include <string.h>

/* ---- Types ---- */

static bool refuse(fa__operation operation, fa_type type, fa_error *err)
{
    return fa__fail(err, FA_BAD_TYPES,
                    "'%s' cannot be repeated along an axis of %s: its results are no operands",
                    fa__operations[operation].name, fa__type_name(type));
}

/* Times are repeated as they are, in their unit, where the operation gives what it takes; logic asks whether
 * they are true. Sums of spans are spans, whatever `dtype` says, as in NumPy. NULL with a clean err where
 * that is not defined. */
static const fa_dtype *repeated_time(fa__operation operation, const fa__node *input, const fa_dtype *dtype,
                                     fa_error *err)
{
    fa_type type = input->dtype->type;
    bool is_logic = fa__operations[operation].rule == FA__RULE_LOGIC;
    if (dtype != NULL && operation != FA__OP_ADD && !(is_logic && dtype->type == FA_TYPE_BOOL))
        return NULL;
    if (is_logic)
        return FA_BOOL;
    bool closed = fa__loop_find(operation, type) != NULL && fa__loop_result(operation, type) == type;
    return closed ? fa__dtype_native(input->dtype, err) : NULL;
}

/* The type in which an operation is repeated: sums and products of small integers in 64 bits, logic in bool,
 * all else in the type of its loop, which has to give what it takes. */
static bool type_of(fa__operation operation, const fa__node *input, const fa_dtype *dtype, fa_type *type,
                    fa_error *err)
{
    const fa__operation_info *row = &fa__operations[operation];
    const fa_dtype *wanted = dtype != NULL ? dtype : input->dtype;
    if (row->arity != 2)
        return fa__fail(err, FA_BAD_TYPES, "'%s' has %d operands: two are repeated along an axis", row->name,
                        row->arity);
    if (!fa__type_is_numeric(input->dtype->type) || !fa__type_is_numeric(wanted->type)) {
        char text[96];
        fa__dtype_display(fa__type_is_numeric(wanted->type) ? input->dtype : wanted, text, sizeof text);
        return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", row->name, text);
    }
    fa_type start = wanted->type;
    bool widens = operation == FA__OP_ADD || operation == FA__OP_MULTIPLY;
    if (dtype == NULL && widens && start < FA_TYPE_INT64)
        start = start != FA_TYPE_BOOL && fa__type_kind(start) == 'u' ? FA_TYPE_UINT64 : FA_TYPE_INT64;
    if (dtype == NULL && row->rule == FA__RULE_LOGIC)
        start = FA_TYPE_BOOL;
    const fa_type types[2] = {start, start};
    const fa__weak weak[2] = {FA__STRONG, FA__STRONG};
    fa__resolution resolution;
    if (!fa__resolve(operation, types, weak, &resolution, err))
        return false;
    *type = resolution.loop_type;
    bool closed =
        resolution.result == *type && resolution.inputs[0] == *type && resolution.inputs[1] == *type;
    if (!closed || (dtype != NULL && *type != wanted->type))
        return refuse(operation, start, err);
    if (fa__loop_find(operation, *type) == NULL)
        return fa__fail(err, FA_UNSUPPORTED, "'%s' is not supported for %s", row->name, fa__type_name(*type));
    return true;
}

/* The same as a dtype; one reference. */
const fa_dtype *fa__repeated_dtype(fa__operation operation, const fa__node *input, const fa_dtype *dtype,
                                   fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    if (fa__type_is_time(input->dtype->type) && fa__operations[operation].arity == 2) {
        const fa_dtype *time = repeated_time(operation, input, dtype, err);
        if (time != NULL || fa_failed(err))
            return time;
    }
    return type_of(operation, input, dtype, &type, err) ? fa_dtype_of(type) : NULL;
}

/* The input in the type of the loop. Text shows the conversion as dtype=, or not at all. */
static fa__node *converted(fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    fa__node *strong = fa__node_strong(input, err);
    fa__node *node = strong != NULL ? fa__node_cast(strong, dtype, err) : NULL;
    if (node != NULL && node != strong) {
        node->implicit = true; /* just made: nobody else has seen it */
        /* Walked in the order in which the results of the input stand. */
        fa__layout_of_result(1, &strong, node->ndim, node->sizes, node->dtype->item_bytes, node->strides);
    }
    fa__node_release(strong);
    return node;
}

/* ---- Scans ---- */

static fa__node *scan(fa__operation operation, fa__node *input, uint64_t axes, bool flat,
                      const fa_dtype *dtype, fa_error *err)
{
    const fa_dtype *repeated = fa__repeated_dtype(operation, input, dtype, err);
    fa__node *inner = repeated != NULL ? converted(input, repeated, err) : NULL, *node = NULL;
    int64_t count = fa__count(input->ndim, input->sizes);
    int ndim = flat ? 1 : input->ndim;
    const int64_t *sizes = flat ? &count : input->sizes;
    if (inner != NULL)
        node = fa__node_new(FA__NODE_SCAN, repeated, ndim, sizes, 1, &inner, err);
    if (node != NULL) {
        if (!flat)
            fa__layout_of_result(1, &input, ndim, sizes, node->dtype->item_bytes, node->strides);
        node->code = (int)operation;
        node->loop_type = repeated->type;
        node->as.reduce.axes = axes;
        node->as.reduce.flat = flat;
    }
    fa__node_release(inner);
    fa_dtype_release(repeated);
    return node;
}

fa__node *fa__node_accumulate(fa__operation operation, fa__node *input, int axis, const fa_dtype *dtype,
                              fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (input->ndim == 0) {
        fa__fail(err, FA_BAD_SHAPE, "cannot accumulate on a scalar");
        return NULL;
    }
    axis = fa__axis(axis, input->ndim, err);
    return axis < 0 ? NULL : scan(operation, input, (uint64_t)1 << axis, false, dtype, err);
}

/* NaN as what changes nothing. */
static fa__node *without_nan(fa__node *input, bool product, fa_error *err)
{
    if (!fa__type_is_numeric(input->dtype->type) ||
        (fa__type_kind(input->dtype->type) != 'f' && !fa__type_is_complex(input->dtype->type)))
        return fa__node_retain(input);
    fa__node *strong = fa__node_strong(input, err), *neutral = fa__node_int(product, err);
    fa__node *nan = strong != NULL ? fa__node_operation(FA__OP_ISNAN, &strong, err) : NULL, *node = NULL;
    if (!fa_failed(err))
        node = fa__node_operation(FA__OP_WHERE, (fa__node *const[]){nan, neutral, strong}, err);
    fa__node_release(strong);
    fa__node_release(neutral);
    fa__node_release(nan);
    return node;
}

fa__node *fa__node_scan(fa__scan which, fa__node *input, fa_axes axes, const fa_dtype *dtype, fa_error *err)
{
    const fa__scan_info *row = &fa__scans[which];
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (axes.count > 1) {
        fa__fail(err, FA_BAD_INDEX, "%s() goes along one axis, not %d", row->name, axes.count);
        return NULL;
    }
    /* NumPy sees a scalar as an array of one element. */
    bool flat = axes.count < 1 || (input->ndim == 0 && (axes.axes[0] == 0 || axes.axes[0] == -1));
    uint64_t mask = input->ndim < 64 ? ((uint64_t)1 << input->ndim) - 1 : UINT64_MAX;
    if (!flat && !fa__axes_mask(axes, input->ndim, &mask, err))
        return NULL;
    bool skips_nan = which == FA__SCAN_NANCUMSUM || which == FA__SCAN_NANCUMPROD;
    fa__node *elements =
        skips_nan ? without_nan(input, which == FA__SCAN_NANCUMPROD, err) : fa__node_retain(input);
    fa__node *node = elements != NULL ? scan(row->operation, elements, mask, flat, dtype, err) : NULL;
    fa__node_release(elements);
    return node;
}

/* ---- Folds ---- */

/* The reduction that folds with an operation, in a tree instead of from the first to the last; -1 where there
 * is none. */
static int reduction_of(fa__operation operation)
{
    switch (operation) {
    case FA__OP_ADD:
        return FA__REDUCE_SUM;
    case FA__OP_MULTIPLY:
        return FA__REDUCE_PROD;
    case FA__OP_MINIMUM:
        return FA__REDUCE_MIN;
    case FA__OP_MAXIMUM:
        return FA__REDUCE_MAX;
    case FA__OP_FMIN:
        return FA__REDUCE_NANMIN;
    case FA__OP_FMAX:
        return FA__REDUCE_NANMAX;
    case FA__OP_LOGICAL_AND:
        return FA__REDUCE_ALL;
    case FA__OP_LOGICAL_OR:
        return FA__REDUCE_ANY;
    default:
        return -1;
    }
}

/* What an operation begins with when nobody says; NONE where NumPy knows no such element, and begins with the
 * first. Those that have one take their axes in any order. */
typedef enum identity { NONE, ZERO, ALL_BITS, MINUS_INFINITY } identity;

static identity identity_of(fa__operation operation)
{
    switch (operation) {
    case FA__OP_BITWISE_AND:
        return ALL_BITS;
    case FA__OP_BITWISE_OR:
    case FA__OP_BITWISE_XOR:
    case FA__OP_LOGICAL_XOR:
    case FA__OP_HYPOT:
    case FA__OP_GCD:
        return ZERO;
    case FA__OP_LOGADDEXP:
    case FA__OP_LOGADDEXP2:
        return MINUS_INFINITY;
    default:
        return NONE;
    }
}

/* The constant that all results begin with: the one that is given, or the identity; NULL where there is
 * neither. */
static fa__node *beginning(fa__operation operation, fa_type type, fa__node *given, fa_error *err)
{
    _Alignas(16) unsigned char element[16] = {0};
    fa__constant infinity = {.kind = FA__WEAK_FLOAT, .real = -HUGE_VAL};
    if (given != NULL && (given->kind != FA__NODE_SCALAR || given->ndim != 0)) {
        fa__fail(err, FA_UNSUPPORTED, "initial= of %s.reduce() is a number", fa__operations[operation].name);
        return NULL;
    }
    if (given != NULL)
        return fa__node_initial(given, type, err);
    switch (identity_of(operation)) {
    case NONE:
        return NULL;
    case ZERO:
        break;
    case ALL_BITS: /* a bool has one */
        memset(element, type == FA_TYPE_BOOL ? 1 : 0xff, (size_t)fa__type_bytes(type));
        break;
    case MINUS_INFINITY:
        if (!fa__constant_convert(&infinity, type, element, err))
            return NULL;
    }
    return fa__node_scalar(type, element, err);
}

/* One fold along one axis that has elements. */
static fa__node *fold_axis(fa__operation operation, fa__node *input, int axis, const fa_dtype *dtype,
                           bool keepdims, fa__node *initial, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    fa__node *inner = converted(input, dtype, err);
    if (inner == NULL)
        return NULL;
    memcpy(sizes, input->sizes, (size_t)input->ndim * sizeof *sizes);
    sizes[axis] = 1;
    fa__layout_of_result(1, &input, input->ndim, sizes, dtype->item_bytes, strides);
    int ndim = input->ndim;
    if (!keepdims) {
        ndim--;
        memmove(sizes + axis, sizes + axis + 1, (size_t)(ndim - axis) * sizeof *sizes);
        memmove(strides + axis, strides + axis + 1, (size_t)(ndim - axis) * sizeof *strides);
    }
    fa__node *inputs[2] = {inner, initial};
    fa__node *node = fa__node_new(FA__NODE_FOLD, dtype, ndim, sizes, initial != NULL ? 2 : 1, inputs, err);
    if (node != NULL) {
        memcpy(node->strides, strides, (size_t)ndim * sizeof *strides);
        node->code = (int)operation;
        node->loop_type = dtype->type;
        node->as.reduce.axes = (uint64_t)1 << axis;
        node->as.reduce.keepdims = keepdims;
    }
    fa__node_release(inner);
    return node;
}

/* Results that nothing was reduced to: elements of their own, all the same, laid out as those of other folds.
 */
static fa__node *filled(fa__node *input, uint64_t axes, bool keepdims, fa__node *element, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM], kept[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int ndim = 0;
    for (int i = 0; i < input->ndim; i++)
        kept[i] = axes >> i & 1 ? 1 : input->sizes[i];
    fa__layout_of_result(1, &input, input->ndim, kept, element->dtype->item_bytes, strides);
    for (int i = 0; i < input->ndim; i++)
        if (keepdims || !(axes >> i & 1)) {
            sizes[ndim] = kept[i];
            strides[ndim++] = strides[i];
        }
    fa__geometry geometry = {0};
    if (!fa__geometry_broadcast_to(&geometry, (fa_shape){ndim, sizes}, &geometry, err))
        return NULL;
    fa__node *view = fa__node_view(element, &geometry, err),
             *node = view ? fa__node_copy(view, 'C', err) : NULL;
    if (node != NULL)
        memcpy(node->strides, strides, (size_t)ndim * sizeof *strides);
    fa__node_release(view);
    return node;
}

/* The operation and its axes are known: from the last axis to the first, which begins where all begins. */
static fa__node *fold_axes(fa__operation operation, fa__node *input, uint64_t axes, const fa_dtype *dtype,
                           bool keepdims, fa__node *initial, fa_error *err)
{
    fa__node *node = fa__node_retain(input);
    for (int axis = input->ndim - 1; axis >= 0 && node != NULL; axis--) {
        if (!(axes >> axis & 1))
            continue;
        bool first = (axes & (((uint64_t)1 << axis) - 1)) == 0;
        fa__node *next = fold_axis(operation, node, axis, dtype, keepdims, first ? initial : NULL, err);
        fa__node_release(node);
        node = next;
    }
    return node;
}

/* Nothing is reduced, but it may begin somewhere; what comes out is new. */
static fa__node *fold_nothing(fa__operation operation, fa__node *input, const fa_dtype *dtype,
                              fa__node *initial, fa_error *err)
{
    if (initial == NULL && input->dtype->type != dtype->type)
        return fa__node_cast(input, dtype, err);
    if (initial == NULL)
        return fa__node_copy(input, 'K', err);
    fa__node *inner = converted(input, dtype, err);
    if (inner == NULL)
        return NULL;
    fa__node *node = fa__node_operation(operation, (fa__node *const[]){initial, inner}, err);
    fa__node_release(inner);
    return node;
}

static bool may_fold(fa__operation operation, const fa__node *input, const fa__reduce_arguments *arguments,
                     uint64_t axes, bool *empty, fa_error *err)
{
    const char *name = fa__operations[operation].name;
    bool reorderable = identity_of(operation) != NONE;
    if (arguments->where != NULL)
        return fa__fail(err, FA_UNSUPPORTED, "%s.reduce() takes no where=", name);
    if ((axes & (axes - 1)) != 0 && !reorderable)
        return fa__fail(err, FA_INVALID_ARGUMENT,
                        "reduction operation '%s' is not reorderable, so at most one axis may be specified",
                        name);
    *empty = false;
    for (int i = 0; i < input->ndim; i++)
        *empty = *empty || ((axes >> i & 1) && input->sizes[i] == 0);
    return !*empty || arguments->initial != NULL || reorderable ||
           fa__fail(err, FA_BAD_SHAPE, "zero-size array to reduction operation %s which has no identity",
                    name);
}

static fa__node *fold(fa__operation operation, fa__node *input, const fa__reduce_arguments *arguments,
                      fa_error *err)
{
    uint64_t axes = 0;
    bool empty = false, scalar = input->ndim == 0 && arguments->axes.count == 1 &&
                                 (arguments->axes.axes[0] == 0 || arguments->axes.axes[0] == -1);
    const fa_dtype *dtype = fa__repeated_dtype(operation, input, arguments->dtype, err);
    fa__node *initial = NULL, *node = NULL;
    if (dtype == NULL || (!scalar && !fa__axes_mask(arguments->axes, input->ndim, &axes, err)) ||
        !may_fold(operation, input, arguments, axes, &empty, err)) {
        fa_dtype_release(dtype);
        return NULL;
    }
    if (fa__type_is_numeric(dtype->type))
        initial = beginning(operation, dtype->type, arguments->initial, err);
    else if (arguments->initial != NULL)
        fa__fail(err, FA_UNSUPPORTED,
                 "%s.reduce() of times takes no initial=", fa__operations[operation].name);
    if (fa_failed(err))
        node = NULL;
    else if (empty)
        node = filled(input, axes, arguments->keepdims, initial, err);
    else if (axes != 0)
        node = fold_axes(operation, input, axes, dtype, arguments->keepdims, initial, err);
    else
        node = fold_nothing(operation, input, dtype, initial, err);
    fa__node_release(initial);
    fa_dtype_release(dtype);
    return node;
}

fa__node *fa__node_fold(fa__operation operation, fa__node *input, const fa__reduce_arguments *arguments,
                        fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    int reduction = reduction_of(operation);
    if (reduction < 0)
        return fold(operation, input, arguments, err);
    bool takes_dtype = reduction == FA__REDUCE_SUM || reduction == FA__REDUCE_PROD;
    if (arguments->dtype == NULL || takes_dtype || fa__type_is_time(input->dtype->type))
        return fa__node_reduce((fa__reduction)reduction, input, arguments, err);
    fa_type type = FA_TYPE_BOOL;
    fa__reduce_arguments rest = *arguments;
    rest.dtype = NULL;
    if (!type_of(operation, input, arguments->dtype, &type, err))
        return NULL;
    fa__node *cast = fa__node_cast(input, fa_dtype_of(type), err);
    fa__node *node = cast != NULL ? fa__node_reduce((fa__reduction)reduction, cast, &rest, err) : NULL;
    fa__node_release(cast);
    return node;
}

/* ---- Outer products and differences ---- */

fa__node *fa__node_outer(fa__operation operation, fa__node *first, fa__node *second, fa_error *err)
{
    fa__node *inputs[2] = {first, second};
    if (!fa__nodes_usable(2, inputs, err))
        return NULL;
    if (fa__operations[operation].arity != 2) {
        fa__fail(err, FA_BAD_TYPES, "'%s' has no outer(): it takes %d operands",
                 fa__operations[operation].name, fa__operations[operation].arity);
        return NULL;
    }
    if (first->ndim + second->ndim > FA_MAX_NDIM) {
        fa__fail(err, FA_BAD_SHAPE, "%s.outer() makes %d axes, more than %d", fa__operations[operation].name,
                 first->ndim + second->ndim, FA_MAX_NDIM);
        return NULL;
    }
    fa__geometry geometry;
    fa__node_geometry(first, &geometry);
    for (int i = 0; i < second->ndim; i++) {
        geometry.sizes[geometry.ndim] = 1;
        geometry.strides[geometry.ndim++] = 0;
    }
    bool literal = fa__node_is_weak(first) && fa__node_is_weak(second);
    inputs[0] = second->ndim == 0 ? literal ? fa__node_strong(first, err) : fa__node_retain(first)
                                  : fa__node_view(first, &geometry, err);
    inputs[1] = literal ? fa__node_strong(second, err) : fa__node_retain(second);
    fa__node *node = fa_failed(err) ? NULL : fa__node_operation(operation, inputs, err);
    fa__node_release(inputs[0]);
    fa__node_release(inputs[1]);
    return node;
}

/* One number as a slice of an array, one element wide along `axis`; an array as it is. */
static fa__node *slice_of(fa__node *node, const fa__node *of, int axis, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    fa__geometry geometry;
    if (node->ndim > 0)
        return fa__node_retain(node);
    memcpy(sizes, of->sizes, (size_t)of->ndim * sizeof *sizes);
    sizes[axis] = 1;
    fa__node *strong = fa__node_strong(node, err), *slice = NULL;
    if (strong != NULL) {
        fa__node_geometry(strong, &geometry);
        if (fa__geometry_broadcast_to(&geometry, (fa_shape){of->ndim, sizes}, &geometry, err))
            slice = fa__node_view(strong, &geometry, err);
    }
    fa__node_release(strong);
    return slice;
}

fa__node *fa__node_begin_scan(fa__node *scan, int axis, fa_error *err)
{
    _Alignas(16) unsigned char element[16] = {0};
    fa__constant constant = {.kind = FA__WEAK_INT, .integer = scan->code == FA__OP_MULTIPLY};
    bool is_time = fa__type_is_time(scan->dtype->type);
    if (fa_failed(err) || (!is_time && !fa__constant_convert(&constant, scan->dtype->type, element, err)))
        return NULL;
    fa__node *neutral =
        is_time ? fa__node_zero(scan->dtype, err) : fa__node_scalar(scan->dtype->type, element, err);
    fa__node *parts[2] = {neutral != NULL ? slice_of(neutral, scan, axis, err) : NULL, scan};
    fa__node *node = parts[0] != NULL ? fa__node_concatenate(2, parts, axis, NULL, err) : NULL;
    fa__node_release(neutral);
    fa__node_release(parts[0]);
    return node;
}

/* The input with what stands before and behind it. */
static fa__node *extended(fa__node *input, int axis, fa__node *before, fa__node *behind, fa_error *err)
{
    fa__node *parts[3];
    int count = 0;
    if (before != NULL)
        parts[count++] = slice_of(before, input, axis, err);
    parts[count++] = fa__node_strong(input, err);
    if (behind != NULL)
        parts[count++] = slice_of(behind, input, axis, err);
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = count == 1 ? fa__node_retain(parts[0]) : fa__node_concatenate(count, parts, axis, NULL, err);
    for (int i = 0; i < count; i++)
        fa__node_release(parts[i]);
    return node;
}

fa__node *fa__node_diff(fa__node *input, int64_t n, int axis, fa__node *before, fa__node *behind,
                        fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (n < 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "order must be non-negative but got %lld", (long long)n);
        return NULL;
    }
    if (n > 0 && input->ndim == 0) {
        fa__fail(err, FA_BAD_SHAPE, "diff requires input that is at least one dimensional");
        return NULL;
    }
    if (n == 0)
        return fa__node_strong(input, err);
    axis = fa__axis(axis, input->ndim, err);
    fa__node *node = axis >= 0 ? extended(input, axis, before, behind, err) : NULL;
    /* Behind an empty axis nothing changes any more. */
    for (int64_t i = 0; i < n && node != NULL && (i == 0 || node->sizes[axis] > 0); i++) {
        fa__operation operation = node->dtype->type == FA_TYPE_BOOL ? FA__OP_NOT_EQUAL : FA__OP_SUBTRACT;
        fa__node *sides[2] = {fa__node_slice(node, axis, 1, FA_OMITTED, 1, err),
                              fa__node_slice(node, axis, 0, -1, 1, err)};
        fa__node *next = fa_failed(err) ? NULL : fa__node_operation(operation, sides, err);
        fa__node_release(sides[0]);
        fa__node_release(sides[1]);
        fa__node_release(node);
        node = next;
    }
    if (!fa_failed(err))
        return node;
    fa__node_release(node);
    return NULL;
}
