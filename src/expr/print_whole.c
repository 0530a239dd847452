/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations on whole arrays as text: the function that makes them, its inputs, and what else it was told. */
#include "expr/order.h"
#include "expr/quantile.h"
#include "expr/writer.h"

void fa__write_whole(fa__writer *w, const fa__node *node)
{
    if (node->code == FA__WHOLE_MATMUL) {
        fa__push_node(w, node->inputs[1], FA__BINDS_PRODUCT + 1);
        fa__push_words(w, " @ ");
        fa__push_node(w, node->inputs[0], FA__BINDS_PRODUCT);
        return;
    }
    if (node->code == FA__WHOLE_REDUCEAT) {
        fa__put(w, fa__operations[node->as.reduce.option].name);
        fa__put(w, ".");
    }
    bool is_order = node->code == FA__WHOLE_SORT || node->code == FA__WHOLE_ARGSORT;
    fa__put(w, is_order ? fa__order_name(node) : fa__wholes[node->code].name);
    fa__put(w, "(");
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
    for (int i = node->input_count - 1; i >= 0; i--) {
        fa__push_node(w, node->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            fa__push_words(w, ", ");
    }
}

/* Axes of the first input; all of them are left out. */
static void write_axes(fa__writer *w, const fa__node *node)
{
    const int ndim = node->inputs[0]->ndim;
    int64_t axes[FA_MAX_NDIM];
    int count = 0;
    for (int i = 0; i < ndim; i++)
        if (node->as.reduce.axes >> i & 1)
            axes[count++] = i;
    if (count == ndim)
        return;
    fa__put(w, ", axis=");
    if (count == 1)
        fa__put_int(w, axes[0]);
    else
        fa__put_tuple(w, count, axes);
}

static void write_quantile_arguments(fa__writer *w, const fa__node *node)
{
    write_axes(w, node);
    if (node->as.reduce.option != FA__QUANTILE_LINEAR) {
        fa__put(w, ", method='");
        fa__put(w, fa__quantile_method_name(node->as.reduce.option));
        fa__put(w, "'");
    }
    fa__put(w, node->as.reduce.keepdims ? ", keepdims=True" : "");
}

/* "axis=1, dtype='float32'": the conversion of the input is made again where it is the default. */
static void write_segments(fa__writer *w, const fa__node *node)
{
    const fa__node *shown = fa__shown_node(node->inputs[0]);
    fa__put(w, ", axis=");
    fa__put_int(w, __builtin_ctzll(node->as.reduce.axes));
    if (shown->dtype->type != node->inputs[0]->dtype->type) {
        fa__put(w, ", dtype=");
        fa__put_dtype(w, node->inputs[0]->dtype);
    }
}

void fa__write_whole_arguments(fa__writer *w, const fa__node *node)
{
    switch ((fa__whole)node->code) {
    case FA__WHOLE_SORT:
    case FA__WHOLE_ARGSORT:
    case FA__WHOLE_SEARCHSORTED:
    case FA__WHOLE_ISIN:
        fa__write_order_arguments(w, node);
        break;
    case FA__WHOLE_MEDIAN:
    case FA__WHOLE_NANMEDIAN:
    case FA__WHOLE_QUANTILE:
    case FA__WHOLE_NANQUANTILE:
        write_quantile_arguments(w, node);
        break;
    case FA__WHOLE_REDUCEAT:
        write_segments(w, node);
        break;
    default:
        break;
    }
    fa__put(w, ")");
}
