/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves by positions as text: as an index where one says the same, else as the function that makes them. */
#include "expr/take.h"
#include "text/writer.h"

/* Pieces are written last in, first out: an index is pushed from its end. */
static void push_index(fa__writer *w, const fa__node *node)
{
    enum { COLON = -1 };
    const fa__take *take = node->as.move.take;
    int parts[2 * FA_MAX_NDIM], count = 0, axis = 0;
    for (int i = 0; i < take->count; i++) {
        for (; axis < take->indices[i].axis; axis++)
            parts[count++] = COLON;
        parts[count++] = i;
        axis += take->indices[i].span;
    }
    fa__push_words(w, "]");
    for (int i = count - 1; i >= 0; i--) {
        if (parts[i] == COLON)
            fa__push_words(w, ":");
        else
            fa__push_node(w, node->inputs[parts[i] + 1], FA__BINDS_NOTHING);
        fa__push_words(w, i == 0 ? "[" : ", ");
    }
}

static void push_arguments(fa__writer *w, const char *name, const fa__node *first, const fa__node *second)
{
    fa__put(w, name);
    if (second != NULL) {
        fa__push_node(w, second, FA__BINDS_NOTHING);
        fa__push_words(w, ", ");
    }
    fa__push_node(w, first, FA__BINDS_NOTHING);
}

void fa__write_take(fa__writer *w, const fa__node *node)
{
    const fa__take *take = node->as.move.take;
    if (node->code == FA__MOVE_TAKE && fa__take_is_index(node)) {
        push_index(w, node);
        fa__push_node(w, node->inputs[0], FA__BINDS_OPERAND);
        return;
    }
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_ARGUMENTS, .node = node});
    if (node->code == FA__MOVE_FLATNONZERO)
        push_arguments(w, "flatnonzero(", node->inputs[0], NULL);
    else if (node->code == FA__MOVE_ARGWHERE)
        push_arguments(w, "argwhere(", node->inputs[0], NULL);
    else if (node->code == FA__MOVE_SPREAD)
        push_arguments(w, "spread(", node->inputs[1], node->inputs[0]);
    else if (take->indices[0].counts != NULL)
        push_arguments(w, "compress(", node->inputs[1], node->inputs[0]);
    else
        push_arguments(w, "take(", node->inputs[0], node->inputs[1]);
}

void fa__write_take_arguments(fa__writer *w, const fa__node *node)
{
    const fa__take *take = node->as.move.take;
    static const char *const modes[] = {")", ", mode='wrap')", ", mode='clip')", ", mode='exact')"};
    if (node->code == FA__MOVE_TAKE && take->indices[0].span == 1) {
        fa__put(w, ", axis=");
        fa__put_int(w, take->indices[0].axis);
    }
    fa__put(w, modes[node->code == FA__MOVE_TAKE ? take->mode : FA__TAKE_RAISE]);
}
