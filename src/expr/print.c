/* SPDX-License-Identifier: BSD-3-Clause */
/* Graph to text that the parser takes back to an equal graph. Pieces that are still to be written stand on a
 * stack, so that nothing recurses. Conversions that the rules of types make are left out: parsing makes them
 * again. */
#include "expr/grammar.h"
#include "expr/lexer.h"
#include "expr/types.h"

#include "array/slice.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_TEXT_BYTES ((size_t)16 << 20)

typedef enum piece_kind {
    PIECE_WORDS,     /* a text that lives for ever */
    PIECE_NODE,      /* a node, in brackets where it binds too little */
    PIECE_ARGUMENTS, /* what follows the input of a REDUCE or CAST, up to the closing bracket */
    PIECE_GEOMETRY   /* what follows the array that `node` is a view of */
} piece_kind;

typedef struct piece {
    piece_kind kind;
    int needs; /* NODE: how tight it has to bind */
    const char *words;
    const fa__node *node;
    const fa__node *base; /* GEOMETRY: what `node` is a view of */
} piece;

/* Leaves that have a name, found by the bytes that they see. */
typedef struct leaf_names {
    fa_array **arrays;
    int64_t count, room;
    int64_t *slots; /* 1 + index into arrays, 0 for none; slot_count is a power of two */
    int64_t slot_count;
} leaf_names;

typedef struct writer {
    char *text;
    size_t size, length;
    piece *pieces;
    int64_t count, room;
    leaf_names leaves;
    fa__node *(*see_through)(fa_array *leaf);
    fa_error *err;
} writer;

/* --- writing --- */

static void put(writer *w, const char *words)
{
    size_t length = strlen(words);
    for (size_t i = 0; i < length && w->length + i + 1 < w->size; i++)
        w->text[w->length + i] = words[i];
    w->length += length;
    if (w->length > MAX_TEXT_BYTES)
        fa__fail(w->err, FA_TOO_LARGE, "the text of the expression has more than %zu bytes", MAX_TEXT_BYTES);
}

static void put_int(writer *w, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    put(w, text);
}

static void put_uint(writer *w, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    put(w, text);
}

static void put_number(writer *w, double value)
{
    char text[FA__NUMBER_TEXT];
    put(w, fa__number_text(value, text));
}

/* "(2, 3)", "(2,)", "()". */
static void put_tuple(writer *w, int count, const int64_t *items)
{
    put(w, "(");
    for (int i = 0; i < count; i++) {
        put_int(w, items[i]);
        put(w, i + 1 < count ? ", " : count == 1 ? "," : "");
    }
    put(w, ")");
}

/* In quotes that the text of a dtype does not use. */
static void put_dtype(writer *w, const fa_dtype *dtype)
{
    if (fa__type_is_numeric(dtype->type)) {
        put(w, "'");
        put(w, fa__type_name(dtype->type));
        put(w, "'");
        return;
    }
    size_t length = fa_dtype_text(dtype, NULL, 0);
    char *text = fa__alloc(length + 1, w->err);
    if (text == NULL)
        return;
    fa_dtype_text(dtype, text, length + 1);
    bool has_single = strchr(text, '\'') != NULL;
    if (strchr(text, '\\') != NULL || (has_single && strchr(text, '"') != NULL))
        fa__fail(w->err, FA_UNSUPPORTED,
                 "a field whose name has quotes or backslashes cannot be written as text");
    put(w, has_single ? "\"" : "'");
    put(w, text);
    put(w, has_single ? "\"" : "'");
    fa__free(text);
}

static void push(writer *w, piece next)
{
    if (fa__grow(&w->pieces, &w->room, w->count + 1, sizeof *w->pieces, w->err))
        w->pieces[w->count++] = next;
}

static void push_words(writer *w, const char *words)
{
    push(w, (piece){.kind = PIECE_WORDS, .words = words});
}

static void push_node(writer *w, const fa__node *node, int needs)
{
    push(w, (piece){.kind = PIECE_NODE, .node = node, .needs = needs});
}

/* --- leaves --- */

static uint64_t hash_leaf(const fa_array *array)
{
    uint64_t hash = (uint64_t)(uintptr_t)array->source * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= (uint64_t)array->offset * UINT64_C(0xc2b2ae3d27d4eb4f);
    return hash ^ hash >> 31;
}

static bool same_view(const fa_array *a, const fa_array *b)
{
    size_t bytes = (size_t)a->ndim * sizeof(int64_t);
    return a == b || (a->source == b->source && a->offset == b->offset && a->ndim == b->ndim &&
                      memcmp(a->sizes, b->sizes, bytes) == 0 && memcmp(a->strides, b->strides, bytes) == 0 &&
                      fa_dtype_equal(a->dtype, b->dtype));
}

static int64_t *slot_of(const leaf_names *leaves, const fa_array *array)
{
    uint64_t mask = (uint64_t)(leaves->slot_count - 1), at = hash_leaf(array) & mask;
    while (leaves->slots[at] != 0 && !same_view(leaves->arrays[leaves->slots[at] - 1], array))
        at = (at + 1) & mask;
    return &leaves->slots[at];
}

static bool make_room(leaf_names *leaves, fa_error *err)
{
    if (2 * (leaves->count + 1) <= leaves->slot_count)
        return true;
    int64_t slot_count = leaves->slot_count == 0 ? 16 : 2 * leaves->slot_count;
    int64_t *slots = fa__alloc_zero((size_t)slot_count, sizeof *slots, err);
    if (slots == NULL)
        return false;
    fa__free(leaves->slots);
    leaves->slots = slots;
    leaves->slot_count = slot_count;
    for (int64_t i = 0; i < leaves->count; i++)
        *slot_of(leaves, leaves->arrays[i]) = i + 1;
    return true;
}

static void put_leaf(writer *w, fa_array *array)
{
    leaf_names *leaves = &w->leaves;
    if (!make_room(leaves, w->err))
        return;
    int64_t *slot = slot_of(leaves, array);
    if (*slot == 0) {
        if (!fa__grow(&leaves->arrays, &leaves->room, leaves->count + 1, sizeof *leaves->arrays, w->err))
            return;
        leaves->arrays[leaves->count++] = array;
        *slot = leaves->count;
    }
    put(w, "a");
    put_int(w, *slot - 1);
}

/* --- constants --- */

/* An element that is one constant, as whatever it may be written. */
typedef struct number {
    double real, imag;
    bool negative; /* an integer below zero; its magnitude is `whole` */
    uint64_t whole;
} number;

static number number_of(const fa__node *scalar)
{
    number result = {0};
    fa__complex128 value = {0, 0};
    fa_type type = scalar->dtype->type;
    if (type == FA_TYPE_UINT64) {
        memcpy(&result.whole, scalar->as.bytes, sizeof result.whole);
        return result;
    }
    fa__convert_find(type, FA_TYPE_COMPLEX128)(&value, scalar->as.bytes, 1);
    result.real = value.real;
    result.imag = value.imag;
    if (type <= FA_TYPE_UINT64) {
        int64_t integer;
        fa__convert_find(type, FA_TYPE_INT64)(&integer, scalar->as.bytes, 1);
        result.negative = integer < 0;
        result.whole = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    } else {
        result.negative = value.real < 0;
        /* Integers that rounding took to 2**64, or to a float16's infinity: these are taken there as well. */
        double magnitude = fabs(value.real);
        result.whole = isinf(magnitude) ? 65536 : magnitude < 0x1p64 ? (uint64_t)magnitude : UINT64_MAX;
    }
    return result;
}

static void put_float(writer *w, fa_type type, double value)
{
    char text[FA__NUMBER_TEXT];
    put(w, fa__number_text_of(fa__real_type(type), value, text));
}

/* "2j" where that is all, else "complex(1.0, 2.0)": a sum would lose the sign of a zero. */
static void put_complex(writer *w, fa_type type, const number *value)
{
    bool is_imaginary =
        value->real == 0 && !signbit(value->real) && isfinite(value->imag) && !signbit(value->imag);
    put(w, is_imaginary ? "" : "complex(");
    if (!is_imaginary) {
        put_float(w, type, value->real);
        put(w, ", ");
    }
    put_float(w, type, value->imag);
    put(w, is_imaginary ? "j" : ")");
}

static void put_constant(writer *w, fa__weak kind, fa_type type, const number *value)
{
    if (kind == FA__WEAK_BOOL) {
        put(w, value->whole != 0 || value->real != 0 || value->imag != 0 ? "True" : "False");
    } else if (kind == FA__WEAK_INT) {
        put(w, value->negative ? "-" : "");
        put_uint(w, value->whole);
    } else if (kind == FA__WEAK_FLOAT) {
        put_float(w, type, value->real);
    } else {
        put_complex(w, type, value);
    }
}

static fa__weak kind_of(fa_type type)
{
    return type == FA_TYPE_BOOL        ? FA__WEAK_BOOL
           : type <= FA_TYPE_UINT64    ? FA__WEAK_INT
           : fa__type_is_complex(type) ? FA__WEAK_COMPLEX
                                       : FA__WEAK_FLOAT;
}

static void put_scalar(writer *w, const fa__node *node)
{
    fa_type type = node->dtype->type;
    number value = number_of(node);
    if (node->weak != FA__STRONG) {
        put_constant(w, node->weak, type, &value);
        return;
    }
    put(w, fa__type_name(type));
    put(w, "(");
    put_constant(w, kind_of(type), type, &value);
    put(w, ")");
}

/* A minus in front binds as an operator does. */
static bool is_negative_literal(const fa__node *node)
{
    if (node->weak == FA__STRONG || node->weak == FA__WEAK_BOOL)
        return false;
    number value = number_of(node);
    if (node->weak == FA__WEAK_INT)
        return value.negative;
    return node->weak == FA__WEAK_FLOAT && signbit(value.real) && !isnan(value.real);
}

/* --- operations --- */

static const fa__node *shown(const fa__node *node)
{
    while (node->kind == FA__NODE_CAST && node->implicit)
        node = node->inputs[0];
    return node;
}

/* Powers that "**" would turn into something else, or refuse. */
static bool is_power_by_name(const fa__node *node)
{
    const fa__node *exponent = node->inputs[1];
    if (exponent->kind != FA__NODE_SCALAR || exponent->weak < FA__WEAK_INT ||
        exponent->weak == FA__WEAK_COMPLEX)
        return false;
    number value = number_of(exponent);
    if (exponent->weak == FA__WEAK_INT)
        return value.negative || value.whole == 1 || value.whole == 2;
    return value.real == 2 || value.real == 1 || value.real == 0.5 || value.real == -1;
}

static bool is_prefix(const fa__node *node)
{
    return node->kind == FA__NODE_OPERATION &&
           (node->code == FA__OP_NEGATIVE || node->code == FA__OP_POSITIVE || node->code == FA__OP_INVERT);
}

static int binding(const fa__node *node)
{
    if (node->kind == FA__NODE_SCALAR)
        return is_negative_literal(node) ? FA__BINDS_UNARY : FA__BINDS_OPERAND;
    if (node->kind != FA__NODE_OPERATION)
        return FA__BINDS_OPERAND;
    if (is_prefix(node))
        return FA__BINDS_UNARY;
    int operation = fa__binding((fa__operation)node->code);
    if (operation == FA__BINDS_NOTHING || (node->code == FA__OP_POWER && is_power_by_name(node)))
        return FA__BINDS_OPERAND;
    return operation;
}

static const char *infix_words(fa__operation operation)
{
    switch (operation) {
#define X(id, name, arity, symbol, aliases, rule, documentation) \
    case FA__OP_##id:                                            \
        return " " symbol " ";
        FA__ELEMENTWISE(X)
#undef X
    default:
        return "";
    }
}

static void write_call(writer *w, const fa__node *node, const char *name)
{
    put(w, name);
    put(w, "(");
    push_words(w, ")");
    for (int i = node->input_count - 1; i >= 0; i--) {
        push_node(w, node->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            push_words(w, ", ");
    }
}

static void write_operation(writer *w, const fa__node *node)
{
    int binds = binding(node);
    if (is_prefix(node)) {
        put(w, node->code == FA__OP_NEGATIVE ? "-" : node->code == FA__OP_POSITIVE ? "+" : "~");
        push_node(w, node->inputs[0], FA__BINDS_UNARY);
    } else if (binds == FA__BINDS_OPERAND) {
        write_call(w, node, fa__operations[node->code].name);
    } else {
        bool is_power = binds == FA__BINDS_POWER;
        bool to_the_left = !is_power && binds != FA__BINDS_COMPARISON;
        push_node(w, node->inputs[1], is_power ? FA__BINDS_UNARY : binds + 1);
        push_words(w, infix_words((fa__operation)node->code));
        push_node(w, node->inputs[0], to_the_left ? binds : binds + 1);
    }
}

static void write_axes(writer *w, const fa__node *node)
{
    int ndim = node->inputs[0]->ndim, count = 0;
    int64_t axes[FA_MAX_NDIM];
    for (int i = 0; i < ndim; i++) {
        if (node->as.reduce.axes >> i & 1)
            axes[count++] = i;
    }
    if (count == ndim)
        return;
    put(w, ", axis=");
    if (count == 1)
        put_int(w, axes[0]);
    else
        put_tuple(w, count, axes);
}

static void write_reduce_arguments(writer *w, const fa__node *node)
{
    const fa__node *input = node->inputs[0];
    write_axes(w, node);
    if (shown(input)->dtype->type != input->dtype->type) {
        put(w, ", dtype=");
        put_dtype(w, input->dtype);
    }
    if (node->as.reduce.ddof != 0) {
        put(w, ", ddof=");
        put_number(w, node->as.reduce.ddof);
    }
    put(w, node->as.reduce.keepdims ? ", keepdims=True)" : ")");
}

/* --- generators --- */

static void write_arange(writer *w, const fa__node *node)
{
    const fa__generator_params *params = &node->as.generate;
    int64_t count = node->sizes[0];
    put(w, "arange(");
    if (node->dtype->type == FA_TYPE_FLOAT64) {
        put_number(w, params->a);
        put(w, ", step=");
        put_number(w, params->b);
        put(w, ", count=");
        put_int(w, count);
    } else {
        /* One behind the last: that is no overflow where the range was not one. */
        int64_t last = params->i + (count - 1) * params->j;
        put_int(w, params->i);
        put(w, ", ");
        put_int(w, count == 0 ? params->i : params->j > 0 ? last + 1 : last - 1);
        put(w, ", ");
        put_int(w, params->j);
    }
    put(w, ")");
}

static void write_random(writer *w, const fa__node *node)
{
    bool is_uniform = node->code == FA__GENERATE_RANDOM_UNIFORM;
    put(w, is_uniform ? "random_uniform(" : "random_normal(");
    put_tuple(w, node->ndim, node->sizes);
    put(w, is_uniform ? ", low=" : ", mean=");
    put_number(w, node->as.generate.a);
    put(w, is_uniform ? ", high=" : ", std=");
    put_number(w, node->as.generate.b);
    put(w, ", seed=");
    put_uint(w, node->as.generate.seed);
    put(w, ", dtype=");
    put_dtype(w, node->dtype);
    put(w, ")");
}

static void write_generator(writer *w, const fa__node *node)
{
    if (node->code == FA__GENERATE_ARANGE) {
        write_arange(w, node);
    } else if (node->code == FA__GENERATE_LINSPACE) {
        put(w, "linspace(");
        put_number(w, node->as.generate.a);
        put(w, ", ");
        put_number(w, node->as.generate.last);
        put(w, ", ");
        put_int(w, node->sizes[0]);
        put(w, ")");
    } else {
        write_random(w, node);
    }
}

/* --- views --- */

/* One axis of the base as the slice that gives an axis of the view; false where no step does. */
static bool slice_axis(int64_t size, int64_t stride, int64_t start, int64_t view_size, int64_t view_stride,
                       fa_index_part *part)
{
    int64_t last;
    if (view_stride == 0 || stride == 0 || view_stride % stride != 0)
        return false;
    int64_t step = view_stride / stride;
    if (__builtin_mul_overflow(view_size - 1, step, &last) || last < -start || last >= size - start)
        return false;
    last += start;
    bool to_the_end = step > 0 ? step >= size - last : -step > last;
    *part = fa_range(start, to_the_end ? FA_OMITTED : last + (step > 0 ? 1 : -1), step);
    return true;
}

/* Guesses an index that makes `view` of its base: axes in order, each sliced or at one position, and new ones
 * of size 1. How far an offset lies along each axis is plain, as the base is dense. */
static int guess_index(const fa__geometry *view, const fa__node *base, fa_index_part *parts)
{
    int axis = 0, made = 0;
    for (int i = 0; i <= view->ndim; i++) {
        if (i < view->ndim && view->sizes[i] == 1 && view->strides[i] == 0) {
            parts[made++] = fa_newaxis();
            continue;
        }
        for (; axis < base->ndim; axis++) {
            int64_t size = base->sizes[axis], stride = base->strides[axis];
            int64_t start = size > 1 ? view->offset / stride % size : 0;
            if (i < view->ndim &&
                slice_axis(size, stride, start, view->sizes[i], view->strides[i], &parts[made]))
                break;
            parts[made++] = fa_at(start);
        }
        if (i == view->ndim)
            break;
        if (axis++ == base->ndim)
            return 0;
        made++;
    }
    return made;
}

/* The index that makes `view` of `base`, where a simple one does; how many parts it has, 0 where none does.
 */
static int find_index(const fa__geometry *view, const fa__node *base, fa_index_part *parts)
{
    if (view->ndim == 0 ? base->ndim == 0 : fa__count(view->ndim, view->sizes) == 0)
        return 0;
    int made = guess_index(view, base, parts);
    fa_error err = {0};
    fa__geometry got;
    fa__node_geometry(base, &got);
    size_t bytes = (size_t)view->ndim * sizeof(int64_t);
    bool same = made > 0 && fa__geometry_index(&got, (fa_index_parts){made, parts}, &got, &err) &&
                got.offset == view->offset && got.ndim == view->ndim &&
                memcmp(got.sizes, view->sizes, bytes) == 0 && memcmp(got.strides, view->strides, bytes) == 0;
    return same ? made : 0;
}

typedef enum view_form { FORM_STRIDED, FORM_INDEX, FORM_TRANSPOSED_INDEX } view_form;

/* An index, the transpose of one, or neither: then sizes and strides are spelled out. */
static view_form form_of(const fa__node *view, const fa__node *base, fa_index_part *parts, int *count)
{
    fa__geometry geometry;
    fa__node_geometry(view, &geometry);
    if (!fa_dtype_equal(view->dtype, base->dtype))
        return FORM_STRIDED;
    *count = find_index(&geometry, base, parts);
    if (*count > 0)
        return FORM_INDEX;
    fa__geometry_transpose(&geometry, &geometry);
    *count = find_index(&geometry, base, parts);
    return *count > 0 ? FORM_TRANSPOSED_INDEX : FORM_STRIDED;
}

static void put_range(writer *w, const fa_index_part *part, int64_t size)
{
    if (part->start != (part->step > 0 ? 0 : size - 1))
        put_int(w, part->start);
    put(w, ":");
    if (part->stop != FA_OMITTED)
        put_int(w, part->stop);
    if (part->step != 1) {
        put(w, ":");
        put_int(w, part->step);
    }
}

static bool takes_all(const fa_index_part *part)
{
    return part->kind == FA__PART_RANGE && part->start == 0 && part->stop == FA_OMITTED && part->step == 1;
}

/* "[1:, None, ::-1]", without the ":" that end it; nothing where that is all. */
static void put_index(writer *w, const fa_index_part *parts, int count, const fa__node *base)
{
    int axis = 0;
    while (count > 0 && takes_all(&parts[count - 1]))
        count--;
    for (int i = 0; i < count; i++) {
        put(w, i == 0 ? "[" : ", ");
        if (parts[i].kind == FA__PART_NEWAXIS)
            put(w, "None");
        else if (parts[i].kind == FA__PART_RANGE)
            put_range(w, &parts[i], base->sizes[axis++]);
        else
            put_int(w, (axis++, parts[i].start));
    }
    put(w, count > 0 ? "]" : "");
}

static void write_view(writer *w, const fa__node *view, const fa__node *base)
{
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    int count;
    bool strided = form_of(view, base, parts, &count) == FORM_STRIDED;
    push(w, (piece){.kind = PIECE_GEOMETRY, .node = view, .base = base});
    push_node(w, base, strided ? FA__BINDS_NOTHING : FA__BINDS_OPERAND);
    put(w, strided ? "as_strided(" : "");
}

static void write_geometry(writer *w, const fa__node *view, const fa__node *base)
{
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    int count;
    view_form form = form_of(view, base, parts, &count);
    if (form != FORM_STRIDED) {
        put_index(w, parts, count, base);
        put(w, form == FORM_TRANSPOSED_INDEX ? ".T" : "");
        return;
    }
    put(w, ", ");
    put_tuple(w, view->ndim, view->sizes);
    put(w, ", ");
    put_tuple(w, view->ndim, view->strides);
    if (view->offset != 0) {
        put(w, ", ");
        put_int(w, view->offset);
    }
    if (!fa_dtype_equal(view->dtype, base->dtype)) {
        put(w, ", dtype=");
        put_dtype(w, view->dtype);
    }
    put(w, ")");
}

/* A leaf that is a view of a computation: the computation's graph, seen as the leaf sees it. */
static void write_leaf(writer *w, const fa__node *leaf, int needs)
{
    fa__node *behind = w->see_through != NULL ? w->see_through(leaf->array) : NULL;
    if (behind == NULL) {
        put_leaf(w, leaf->array);
        return;
    }
    const fa__node *base = behind->kind == FA__NODE_VIEW ? behind->inputs[0] : behind;
    size_t bytes = (size_t)leaf->ndim * sizeof(int64_t);
    bool is_whole =
        leaf->ndim == base->ndim && leaf->offset == 0 && fa_dtype_equal(leaf->dtype, base->dtype) &&
        memcmp(leaf->sizes, base->sizes, bytes) == 0 && memcmp(leaf->strides, base->strides, bytes) == 0;
    if (is_whole)
        push_node(w, base, needs);
    else
        write_view(w, leaf, base);
}

/* --- all together --- */

static void write_node(writer *w, const fa__node *node, int needs)
{
    node = shown(node);
    if (node->kind != FA__NODE_LEAF && binding(node) < needs) {
        put(w, "(");
        push_words(w, ")");
    }
    switch (node->kind) {
    case FA__NODE_LEAF:
        write_leaf(w, node, needs);
        break;
    case FA__NODE_SCALAR:
        put_scalar(w, node);
        break;
    case FA__NODE_OPERATION:
        write_operation(w, node);
        break;
    case FA__NODE_CAST:
    case FA__NODE_REDUCE:
        put(w, node->kind == FA__NODE_CAST ? "astype" : fa__reductions[node->code].name);
        put(w, "(");
        push(w, (piece){.kind = PIECE_ARGUMENTS, .node = node});
        push_node(w, node->inputs[0], FA__BINDS_NOTHING);
        break;
    case FA__NODE_VIEW:
        write_view(w, node, node->inputs[0]);
        break;
    case FA__NODE_GENERATE:
        write_generator(w, node);
        break;
    }
}

static void write_piece(writer *w, piece next)
{
    switch (next.kind) {
    case PIECE_WORDS:
        put(w, next.words);
        break;
    case PIECE_NODE:
        write_node(w, next.node, next.needs);
        break;
    case PIECE_ARGUMENTS:
        if (next.node->kind == FA__NODE_CAST) {
            put(w, ", ");
            put_dtype(w, next.node->dtype);
            put(w, ")");
        } else {
            write_reduce_arguments(w, next.node);
        }
        break;
    case PIECE_GEOMETRY:
        write_geometry(w, next.node, next.base);
        break;
    }
}

size_t fa__graph_text(fa__node *root, fa__node *(*see_through)(fa_array *leaf), char *text, size_t size,
                      fa_array **leaves, int capacity, int *leaf_count, fa_error *err)
{
    if (!fa__nodes_usable(1, &root, err))
        return 0;
    writer w = {.text = text, .size = size, .see_through = see_through, .err = err};
    push_node(&w, root, FA__BINDS_NOTHING);
    while (w.count > 0 && !fa_failed(err))
        write_piece(&w, w.pieces[--w.count]);
    if (size > 0)
        text[w.length < size ? w.length : size - 1] = '\0';
    for (int64_t i = 0; leaves != NULL && i < w.leaves.count && i < capacity; i++)
        leaves[i] = w.leaves.arrays[i];
    if (leaf_count != NULL)
        *leaf_count = (int)w.leaves.count;
    fa__free(w.pieces);
    fa__free(w.leaves.arrays);
    fa__free(w.leaves.slots);
    return fa_failed(err) ? 0 : w.length;
}
