/* SPDX-License-Identifier: BSD-3-Clause */
/* Graph to text that the parser takes back to an equal graph. Pieces that are still to be written stand on a
 * stack, so that nothing recurses. Conversions that the rules of types make are left out: parsing makes them
 * again. */
#include "text/text.h"
#include "text/writer.h"

#include "base/memory.h"

#include <string.h>

/* Powers that "**" would turn into something else, or refuse. */
static bool is_power_by_name(const fa__node *node)
{
    const fa__node *exponent = node->inputs[1];
    if (exponent->kind != FA__NODE_SCALAR || exponent->weak < FA__WEAK_INT ||
        exponent->weak == FA__WEAK_COMPLEX)
        return false;
    fa__number value = fa__constant_number(exponent);
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
        return fa__is_negative_literal(node) ? FA__BINDS_UNARY : FA__BINDS_OPERAND;
    if (node->kind == FA__NODE_WHOLE && node->code == FA__WHOLE_MATMUL)
        return FA__BINDS_PRODUCT;
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

static void write_call(fa__writer *w, const fa__node *node, const char *name)
{
    static const char *const ends[] = {")", ")[0]", ")[1]"};
    fa__put(w, name);
    fa__put(w, "(");
    fa__push_words(w, ends[1 + fa__operations[node->code].output]);
    for (int i = node->input_count - 1; i >= 0; i--) {
        fa__push_node(w, node->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            fa__push_words(w, ", ");
    }
}

static void write_operation(fa__writer *w, const fa__node *node)
{
    int binds = binding(node);
    if (is_prefix(node)) {
        fa__put(w, node->code == FA__OP_NEGATIVE ? "-" : node->code == FA__OP_POSITIVE ? "+" : "~");
        fa__push_node(w, node->inputs[0], FA__BINDS_UNARY);
    } else if (binds == FA__BINDS_OPERAND) {
        write_call(w, node, fa__operations[node->code].name);
    } else {
        bool is_power = binds == FA__BINDS_POWER;
        bool to_the_left = !is_power && binds != FA__BINDS_COMPARISON;
        fa__push_node(w, node->inputs[1], is_power ? FA__BINDS_UNARY : binds + 1);
        fa__push_words(w, infix_words((fa__operation)node->code));
        fa__push_node(w, node->inputs[0], to_the_left ? binds : binds + 1);
    }
}

void fa__write_axes(fa__writer *w, const fa__node *node, bool all_is_default)
{
    int ndim = node->inputs[0]->ndim, count = 0;
    int64_t axes[FA_MAX_NDIM];
    for (int i = 0; i < ndim; i++) {
        if (node->as.reduce.axes >> i & 1)
            axes[count++] = i;
    }
    if (count == ndim && all_is_default)
        return;
    fa__put(w, ", axis=");
    if (count == 1)
        fa__put_int(w, axes[0]);
    else
        fa__put_tuple(w, count, axes);
}

static void write_reduce_arguments(fa__writer *w, const fa__node *node)
{
    const fa__node *input = node->inputs[0];
    fa__write_axes(w, node, node->kind == FA__NODE_REDUCE || node->as.reduce.flat);
    /* Sums and products of narrow integers are wide where nothing else is asked for. */
    const bool is_narrow = node->kind == FA__NODE_SCAN && input->dtype->type < FA_TYPE_INT64 &&
                           (node->code == FA__OP_ADD || node->code == FA__OP_MULTIPLY);
    if (is_narrow || fa__shown_node(input)->dtype->type != input->dtype->type) {
        fa__put(w, ", dtype=");
        fa__put_dtype(w, input->dtype);
    }
    if (node->as.reduce.ddof != 0) {
        fa__put(w, ", ddof=");
        fa__put_number(w, node->as.reduce.ddof);
    }
    fa__put(w, node->as.reduce.keepdims ? ", keepdims=True" : "");
    fa__push_words(w, ")");
    if (node->input_count > 1) {
        fa__put(w, ", initial=");
        fa__push_node(w, node->inputs[1], FA__BINDS_NOTHING);
    }
}

/* "cumsum", "maximum.accumulate", "subtract.reduce": the name of a walk that repeats an operation. */
static void write_repeated_name(fa__writer *w, const fa__node *node)
{
    bool scans = node->kind == FA__NODE_SCAN;
    if (scans && node->code == FA__OP_ADD) {
        fa__put(w, "cumsum");
    } else if (scans && node->code == FA__OP_MULTIPLY) {
        fa__put(w, "cumprod");
    } else if (scans && node->as.reduce.flat) {
        fa__put(w, node->code == FA__OP_MINIMUM ? "cummin" : "cummax");
    } else {
        fa__put(w, fa__operations[node->code].name);
        fa__put(w, scans ? ".accumulate" : ".reduce");
    }
}

static const char *const move_names[] = {
#define ROW(id, name, documentation) #name,
    FA__MOVES(ROW)
#undef ROW
};

/* "concatenate((a, b), axis=1)": what is moved, and then how. */
static void write_move(fa__writer *w, const fa__node *node)
{
    bool takes_several = node->code == FA__MOVE_CONCATENATE;
    if (node->as.move.take != NULL) {
        fa__write_take(w, node);
        return;
    }
    fa__put(w, move_names[node->code]);
    fa__put(w, takes_several ? "((" : "(");
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
    for (int i = node->input_count - 1; i >= 0; i--) {
        if (takes_several && i == node->input_count - 1)
            fa__push_words(w, i == 0 ? ",)" : ")");
        fa__push_node(w, node->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            fa__push_words(w, ", ");
    }
}

static void write_move_arguments(fa__writer *w, const fa__node *node)
{
    if (node->as.move.take != NULL) {
        fa__write_take_arguments(w, node);
        return;
    }
    fa__put(w, ", ");
    if (node->code == FA__MOVE_RESHAPE) {
        fa__put_tuple(w, node->ndim, node->sizes);
    } else {
        fa__put(w, "axis=");
        fa__put_int(w, node->as.move.axis);
    }
    if (fa__move_was_converted(node, w->err)) {
        fa__put(w, ", dtype=");
        fa__put_dtype(w, node->dtype);
    }
    fa__put(w, ")");
}

/* A conversion to another dtype, or a copy in one of three orders. */
static void write_cast_arguments(fa__writer *w, const fa__node *node)
{
    const fa__node *input = node->inputs[0];
    int64_t strides[FA_MAX_NDIM];
    if (!fa_dtype_equal(node->dtype, input->dtype)) {
        fa__put(w, ", ");
        fa__put_dtype(w, node->dtype);
    }
    fa__layout_of_copy(input, node->dtype->item_bytes, strides);
    size_t bytes = (size_t)node->ndim * sizeof(int64_t);
    if (memcmp(node->strides, strides, bytes) != 0) {
        fa__strides_c(node->ndim, node->sizes, node->dtype->item_bytes, strides);
        fa__put(w, memcmp(node->strides, strides, bytes) == 0 ? ", order='C'" : ", order='F'");
    }
    fa__put(w, ")");
}

/* A leaf that is a view of a computation: the computation's graph, seen as the leaf sees it. */
static void write_leaf(fa__writer *w, const fa__node *leaf, int needs)
{
    fa__node *behind = w->see_through != NULL ? w->see_through(leaf->array) : NULL;
    if (behind == NULL) {
        fa__put_leaf(w, leaf->array);
        return;
    }
    const fa__node *base = behind->kind == FA__NODE_VIEW ? behind->inputs[0] : behind;
    size_t bytes = (size_t)leaf->ndim * sizeof(int64_t);
    bool is_whole =
        leaf->ndim == base->ndim && leaf->offset == 0 && fa_dtype_equal(leaf->dtype, base->dtype) &&
        memcmp(leaf->sizes, base->sizes, bytes) == 0 && memcmp(leaf->strides, base->strides, bytes) == 0;
    if (is_whole)
        fa__push_node(w, base, needs);
    else
        fa__write_view(w, leaf, base);
}

static void write_node(fa__writer *w, const fa__node *node, int needs)
{
    node = fa__shown_node(node);
    if (node->kind != FA__NODE_LEAF && binding(node) < needs) {
        fa__put(w, "(");
        fa__push_words(w, ")");
    }
    switch (node->kind) {
    case FA__NODE_LEAF:
        write_leaf(w, node, needs);
        break;
    case FA__NODE_SCALAR:
        fa__put_scalar(w, node);
        break;
    case FA__NODE_OPERATION:
        write_operation(w, node);
        break;
    case FA__NODE_STRING:
        fa__put(w, "strings.");
        write_call(w, node, fa__string_operation_name(node->code));
        break;
    case FA__NODE_CAST:
    case FA__NODE_REDUCE:
    case FA__NODE_SCAN:
    case FA__NODE_FOLD:
        if (node->kind == FA__NODE_SCAN || node->kind == FA__NODE_FOLD)
            write_repeated_name(w, node);
        else if (node->kind == FA__NODE_REDUCE)
            fa__put(w, fa__reductions[node->code].name);
        else
            fa__put(w, fa_dtype_equal(node->dtype, node->inputs[0]->dtype) ? "copy" : "astype");
        fa__put(w, "(");
        fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
        fa__push_node(w, node->inputs[0], FA__BINDS_NOTHING);
        break;
    case FA__NODE_VIEW:
        fa__write_view(w, node, node->inputs[0]);
        break;
    case FA__NODE_GENERATE:
        fa__write_generator(w, node);
        break;
    case FA__NODE_MOVE:
        write_move(w, node);
        break;
    case FA__NODE_KERNEL:
        fa__write_kernel(w, node);
        break;
    case FA__NODE_WHOLE:
        fa__write_whole(w, node);
        break;
    }
}

static void write_piece(fa__writer *w, fa__piece next)
{
    switch (next.kind) {
    case FA__PIECE_WORDS:
        fa__put(w, next.words);
        break;
    case FA__PIECE_NODE:
        write_node(w, next.node, next.needs);
        break;
    case FA__PIECE_ARGUMENTS:
        if (next.node->kind == FA__NODE_CAST)
            write_cast_arguments(w, next.node);
        else if (next.node->kind == FA__NODE_MOVE)
            write_move_arguments(w, next.node);
        else if (next.node->kind == FA__NODE_KERNEL)
            fa__write_kernel_arguments(w, next.node);
        else if (next.node->kind == FA__NODE_WHOLE)
            fa__write_whole_arguments(w, next.node);
        else
            write_reduce_arguments(w, next.node);
        break;
    case FA__PIECE_GEOMETRY:
        fa__write_geometry(w, next.node, next.base);
        break;
    }
}

size_t fa__graph_text(fa__node *root, fa__node *(*see_through)(fa_array *leaf), char *text, size_t size,
                      fa_array **leaves, int capacity, int *leaf_count, fa_error *err)
{
    if (!fa__nodes_usable(1, &root, err))
        return 0;
    fa__writer w = {.text = text, .size = size, .see_through = see_through, .err = err};
    fa__push_node(&w, root, FA__BINDS_NOTHING);
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
