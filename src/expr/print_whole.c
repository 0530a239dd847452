/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations on whole arrays as text: the function that makes them, its inputs, and what else it was told. */
#include "expr/writer.h"

void fa__write_whole(fa__writer *w, const fa__node *node)
{
    if (node->code == FA__WHOLE_MATMUL) {
        fa__push_node(w, node->inputs[1], FA__BINDS_PRODUCT + 1);
        fa__push_words(w, " @ ");
        fa__push_node(w, node->inputs[0], FA__BINDS_PRODUCT);
        return;
    }
    fa__put(w, fa__wholes[node->code].name);
    fa__put(w, "(");
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
    for (int i = node->input_count - 1; i >= 0; i--) {
        fa__push_node(w, node->inputs[i], FA__BINDS_NOTHING);
        if (i > 0)
            fa__push_words(w, ", ");
    }
}

void fa__write_whole_arguments(fa__writer *w, const fa__node *node)
{
    (void)node;
    fa__put(w, ")");
}
