/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels of users' as text: "name@2(a0, a1, axis=1)[0]". Reduced axes stand last in the inputs of a
 * reduction: that is how it prints, and reads back. */
#include "expr/user_kernel.h"
#include "text/writer.h"

/* The node whose inputs are those of the kernel. */
static const fa__node *called(const fa__node *node)
{
    return fa__kernel_reduces(node->kernel) ? node->inputs[0] : node;
}

void fa__write_kernel(fa__writer *w, const fa__node *node)
{
    const fa__node *call = called(node);
    fa__put(w, node->kernel->is.name);
    fa__put(w, "(");
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
    for (int i = call->input_count - 1; i >= 0; i--) {
        fa__push_node(w, call->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            fa__push_words(w, ", ");
    }
}

void fa__write_kernel_arguments(fa__writer *w, const fa__node *node)
{
    const fa__node *call = called(node);
    if (call != node) {
        int64_t axes[FA_MAX_NDIM];
        int count = 0;
        for (int i = call->ndim; i < call->inputs[0]->ndim; i++)
            axes[count++] = i;
        fa__put(w, ", axis=");
        fa__put_tuple(w, count, axes);
    }
    fa__put(w, ")");
    if (node->kernel->is.output_count > 1) {
        fa__put(w, "[");
        fa__put_int(w, node->code);
        fa__put(w, "]");
    }
}
