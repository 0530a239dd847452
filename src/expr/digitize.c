/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's digitize(): places among edges that go up, or down. Which way they go is looked at when the graph
 * is made. */
#include "expr/histogram.h"

#include "expr/formula.h"
#include "expr/node.h"
#include "expr/order.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/view.h"

enum { DOWN = -1, NEITHER = 0, UP = 1 };

/* Which way bins go, looked at now, as NumPy looks: at the first two that differ, and then for a step the
 * other way. NaN, which it does not see, has to stand where order puts it: behind all others. */
static int direction_now(fa__node *bins, fa_error *err)
{
    if (bins->sizes[0] <= 1 || fa__formula_holds("all(a == a[0])", bins, err))
        return UP;
    const int direction = fa__formula_holds("a[0] < a[argmax(a != a[0])]", bins, err) ? UP : DOWN;
    const bool breaks =
        direction == UP
            ? fa__formula_holds("any(a[:-1] > a[1:]) | any((a[:-1] != a[:-1]) & (a[1:] == a[1:]))", bins, err)
            : fa__formula_holds("any(a[:-1] < a[1:]) | any((a[:-1] == a[:-1]) & (a[1:] != a[1:]))", bins,
                                err);
    return breaks ? NEITHER : direction;
}

/* What can be cast to float64 without loss of kind. */
static bool may_be_bins(const fa__node *bins, fa_error *err)
{
    char text[96];
    if (fa__type_is_numeric(bins->dtype->type) && !fa__type_is_complex(bins->dtype->type))
        return true;
    fa__dtype_display(bins->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "bins of digitize() are real numbers, not %s", text);
}

fa__node *fa__node_digitize(fa__node *input, fa__node *bins, bool right, fa_error *err)
{
    fa__node *both[2] = {input, bins}, *node = NULL;
    if (!fa__nodes_usable(2, both, err))
        return NULL;
    if (fa__type_is_numeric(input->dtype->type) && fa__type_is_complex(input->dtype->type))
        fa__fail(err, FA_BAD_TYPES, "x may not be complex");
    else if (bins->ndim != 1)
        fa__fail(err, FA_BAD_SHAPE, "bins of digitize() have one axis, not %d", bins->ndim);
    else
        may_be_bins(bins, err);
    const int direction = fa_failed(err) ? NEITHER : direction_now(bins, err);
    if (!fa_failed(err) && direction == NEITHER)
        fa__fail(err, FA_INVALID_ARGUMENT, "bins must be monotonically increasing or decreasing");
    if (direction == UP)
        return fa__node_searchsorted(bins, input, !right, err);
    fa__node *turned = fa_failed(err) ? NULL : fa__node_flip(bins, FA_ALL_AXES, err);
    fa__node *places = turned != NULL ? fa__node_searchsorted(turned, input, !right, err) : NULL;
    fa__node *operands[2] = {fa__node_int(bins->sizes[0], err), places};
    if (places != NULL && !fa_failed(err))
        node = fa__node_operation(FA__OP_SUBTRACT, operands, err);
    fa__node_release(operands[0]);
    fa__node_release(places);
    fa__node_release(turned);
    return node;
}
