/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's digitize(): places among edges that go up, or down. Which way they go is looked at when the graph
 * is made. */
#include "text/histogram.h"

#include "text/formulas.h"
#include "expr/node.h"
#include "expr/order.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/view.h"

enum { DOWN = -1, NEITHER = 0, UP = 1 };

/* Which way bins go, looked at now. */
static int direction_now(fa__node *bins, fa_error *err)
{
    static const char *const texts[] = {"all(a[:-1] <= a[1:])", "all(a[:-1] >= a[1:])"};
    for (int i = 0; i < 2 && !fa_failed(err); i++) {
        uint8_t truth = 0;
        fa__node *said = fa__compose(texts[i], 1, &bins, err);
        fa_array *stands = said != NULL ? fa__stand(said, err) : NULL;
        if (stands != NULL) {
            const fa__box box = {0, 1, stands->offset, stands->sizes, stands->strides};
            fa__source_read(stands->source, &box, &truth, err);
        }
        fa_release(stands);
        fa__node_release(said);
        if (truth != 0)
            return i == 0 ? UP : DOWN;
    }
    return NEITHER;
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
    const int direction = fa_failed(err) ? NEITHER : bins->sizes[0] == 0 ? UP : direction_now(bins, err);
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
