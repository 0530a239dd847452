/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations on whole arrays as text: the function that makes them, its inputs, and what else it was told. */
#include "expr/histogram.h"
#include "expr/order.h"
#include "expr/quantile.h"
#include "text/writer.h"

/* "10, (0, 1.5)" or edges; inputs from `edges` on are those and the two ends. Written from the end. */
static void push_bins(fa__writer *w, const fa__node *node, int edges)
{
    if (node->as.reduce.option == FA__BINS_GIVEN) {
        fa__push_node(w, node->inputs[edges], FA__BINDS_NOTHING);
        return;
    }
    if (node->inputs[edges + 1]->kind == FA__NODE_SCALAR &&
        fa__count(node->inputs[0]->ndim, node->inputs[0]->sizes) > 0) {
        fa__push_words(w, ")");
        fa__push_node(w, node->inputs[edges + 2], FA__BINDS_NOTHING);
        fa__push_words(w, ", ");
        fa__push_node(w, node->inputs[edges + 1], FA__BINDS_NOTHING);
        fa__push_words(w, ", (");
    }
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
}

/* Behind the opening bracket of what counts in bins; false for all else. */
static bool write_bins(fa__writer *w, const fa__node *node)
{
    switch ((fa__whole)node->code) {
    case FA__WHOLE_HISTOGRAM:
        fa__push_words(w, ")[0]");
        push_bins(w, node, 1);
        break;
    case FA__WHOLE_BIN_SUMS:
        if (node->as.reduce.option == FA__BINS_ARE_ELEMENTS) {
            fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
            fa__push_node(w, node->inputs[1], FA__BINDS_NOTHING);
            break;
        }
        fa__push_words(w, ")[0]");
        fa__push_node(w, node->inputs[1], FA__BINDS_NOTHING);
        fa__push_words(w, ", weights=");
        push_bins(w, node, 2);
        break;
    case FA__WHOLE_HISTOGRAM_EDGES:
        fa__push_words(w, ")");
        fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
        break;
    default:
        return false;
    }
    fa__push_words(w, ", ");
    fa__push_node(w, node->inputs[0], FA__BINDS_NOTHING);
    return true;
}

/* The function that makes a SORT or ARGSORT. */
static const char *order_name(const fa__node *node)
{
    if (node->as.reduce.option != FA__ORDER_PARTITION)
        return fa__wholes[node->code].name;
    return node->code == FA__WHOLE_SORT ? "partition" : "argpartition";
}

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
    bool counts = node->code == FA__WHOLE_BIN_SUMS && node->as.reduce.option == FA__BINS_ARE_ELEMENTS;
    fa__put(w, is_order ? order_name(node) : counts ? "bincount" : fa__wholes[node->code].name);
    fa__put(w, "(");
    if (write_bins(w, node))
        return;
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
    for (int i = node->input_count - 1; i >= 0; i--) {
        fa__push_node(w, node->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            fa__push_words(w, ", ");
    }
}

static void write_order_arguments(fa__writer *w, const fa__node *node)
{
    switch ((fa__whole)node->code) {
    case FA__WHOLE_SEARCHSORTED:
        fa__put(w, node->as.reduce.option != 0 ? ", side='right'" : "");
        break;
    case FA__WHOLE_ISIN:
        fa__put(w, node->as.reduce.option != 0 ? ", invert=True" : "");
        break;
    default:
        if (node->as.reduce.option == FA__ORDER_PARTITION) {
            fa__put(w, ", ");
            fa__put_int(w, node->as.reduce.number);
        }
        fa__put(w, ", axis=");
        fa__put_int(w, __builtin_ctzll(node->as.reduce.axes));
    }
}

static void write_quantile_arguments(fa__writer *w, const fa__node *node)
{
    fa__write_axes(w, node, true);
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
        write_order_arguments(w, node);
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
    case FA__WHOLE_BINCOUNT:
        fa__put(w, ", minlength=");
        fa__put_int(w, node->as.reduce.number);
        break;
    case FA__WHOLE_HISTOGRAM: /* the number of bins alone: what stands around it is on the stack */
    case FA__WHOLE_HISTOGRAM_EDGES:
        fa__put_int(w, node->as.reduce.number);
        return;
    case FA__WHOLE_BIN_SUMS:
        if (node->as.reduce.option == FA__BINS_UNIFORM) {
            fa__put_int(w, node->as.reduce.number);
            return;
        }
        fa__put(w, ", minlength=");
        fa__put_int(w, node->as.reduce.number);
        break;
    default:
        break;
    }
    fa__put(w, ")");
}
