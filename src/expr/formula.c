/* SPDX-License-Identifier: BSD-3-Clause */
/* What formulas say, now. */
#include "expr/formula.h"

#include "expr/take.h"

#include "array/view.h"

/* The one element that a text gives, as `dtype`; left as it is after an error. */
static void element_now(const char *text, fa__node *a, const fa_dtype *dtype, void *element, fa_error *err)
{
    fa__node *node = fa_failed(err) || a == NULL ? NULL : fa__compose(text, 1, &a, err);
    fa__node *converted = node != NULL ? fa__node_cast(node, dtype, err) : NULL;
    fa_array *stands = converted != NULL ? fa__stand(converted, err) : NULL;
    if (stands != NULL) {
        const fa__box box = {0, dtype->item_bytes, stands->offset, stands->sizes, stands->strides};
        fa__source_read(stands->source, &box, element, err);
    }
    fa_release(stands);
    fa__node_release(converted);
    fa__node_release(node);
}

bool fa__formula_holds(const char *text, fa__node *a, fa_error *err)
{
    uint8_t truth = 0;
    element_now(text, a, FA_BOOL, &truth, err);
    return truth != 0;
}

double fa__formula_number(const char *text, fa__node *a, fa_error *err)
{
    double number = 0;
    element_now(text, a, FA_FLOAT64, &number, err);
    return number;
}
