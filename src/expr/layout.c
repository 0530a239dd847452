/* SPDX-License-Identifier: BSD-3-Clause */
/* The order in which NumPy lays out results. Its iterator sorts the axes by the strides of all operands
 * together, with rules for conflicts that decide what the strides of a result are; they are followed here
 * comparison by comparison. Knows nothing about operations. */
#include "expr/node.h"

/* Strides of one input along the axes of the result; 0 where it is repeated. */
typedef struct operand_strides {
    int64_t along[FA_MAX_NDIM];
} operand_strides;

static int64_t magnitude(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

typedef enum verdict { TIE, STAY, MOVE } verdict;

/* Whether the axis `moving`, which stands outside of `fixed`, belongs inside of it. The first operand that
 * strides along both decides; later ones can only turn a move down, since C order wins a conflict. */
static verdict compare(int count, const operand_strides *operands, int moving, int fixed)
{
    verdict result = TIE;
    for (int i = 0; i < count; i++) {
        int64_t a = magnitude(operands[i].along[moving]), b = magnitude(operands[i].along[fixed]);
        if (a == 0 || b == 0)
            continue;
        if (b <= a)
            result = STAY;
        else if (result == TIE)
            result = MOVE;
    }
    return result;
}

/* Sorts axes from the innermost to the outermost: an insertion sort that steps over axes about which nothing
 * is known. */
static void sort_axes(int count, const operand_strides *operands, int ndim, int *inner_first)
{
    for (int i = 0; i < ndim; i++)
        inner_first[i] = ndim - 1 - i;
    for (int i = 1; i < ndim; i++) {
        int moving = inner_first[i], position = i;
        for (int j = i - 1; j >= 0; j--) {
            verdict said = compare(count, operands, moving, inner_first[j]);
            if (said == STAY)
                break;
            if (said == MOVE)
                position = j;
        }
        for (int j = i; j > position; j--)
            inner_first[j] = inner_first[j - 1];
        inner_first[position] = moving;
    }
}

void fa__layout_of_result(int count, fa__node *const *inputs, int ndim, const int64_t *sizes,
                          int64_t item_bytes, int64_t *strides)
{
    if (fa__count(ndim, sizes) == 0) {
        /* Arrays without elements count as contiguous in NumPy, whatever their strides. */
        fa__strides_c(ndim, sizes, item_bytes, strides);
        return;
    }
    operand_strides operands[FA__STRING_INPUTS];
    for (int i = 0; i < count; i++) {
        const fa__node *input = inputs[i];
        int missing = ndim - input->ndim;
        for (int axis = 0; axis < ndim; axis++) {
            bool repeated = axis < missing || input->sizes[axis - missing] == 1;
            operands[i].along[axis] = repeated ? 0 : input->strides[axis - missing];
        }
    }
    int inner_first[FA_MAX_NDIM], outer_first[FA_MAX_NDIM];
    sort_axes(count, operands, ndim, inner_first);
    for (int i = 0; i < ndim; i++)
        outer_first[i] = inner_first[ndim - 1 - i];
    fa__strides_in_order(ndim, sizes, item_bytes, outer_first, strides);
}

/* Whether axis `moving`, which stands inside of `fixed`, belongs outside of it in a concatenation: C order
 * wins a conflict here too, but strides of 0 count. */
static verdict compare_joined(int count, fa__node *const *inputs, int moving, int fixed)
{
    verdict result = TIE;
    for (int i = 0; i < count; i++) {
        const fa__node *input = inputs[i];
        if (input->sizes[moving] == 1 || input->sizes[fixed] == 1)
            continue;
        if (magnitude(input->strides[moving]) <= magnitude(input->strides[fixed]))
            result = STAY;
        else if (result == TIE)
            result = MOVE;
    }
    return result;
}

void fa__layout_of_joined(int count, fa__node *const *inputs, int ndim, const int64_t *sizes,
                          int64_t item_bytes, int64_t *strides)
{
    int outer_first[FA_MAX_NDIM];
    for (int i = 0; i < ndim; i++) {
        int position = i;
        for (int j = i - 1; j >= 0; j--) {
            verdict said = compare_joined(count, inputs, i, outer_first[j]);
            if (said == STAY)
                break;
            if (said == MOVE)
                position = j;
        }
        for (int j = i; j > position; j--)
            outer_first[j] = outer_first[j - 1];
        outer_first[position] = i;
    }
    fa__strides_in_order(ndim, sizes, item_bytes, outer_first, strides);
}

void fa__layout_of_copy(const fa__node *input, int64_t item_bytes, int64_t *strides)
{
    int order[FA_MAX_NDIM];
    for (int i = 0; i < input->ndim; i++) {
        int position = i;
        for (; position > 0 && magnitude(input->strides[order[position - 1]]) < magnitude(input->strides[i]);
             position--)
            order[position] = order[position - 1];
        order[position] = i;
    }
    fa__strides_in_order(input->ndim, input->sizes, item_bytes, order, strides);
}
