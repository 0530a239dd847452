/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that are made of others. Each is NumPy's own formula, written as the text that a user would
 * write; parts that are used twice are nodes of their own. Knows nothing about how any of it is computed. */
#include "text/text.h"
#include "text/formulas.h"

#include "text/functions.h"
#include "expr/types.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

typedef struct arguments {
    int count;
    fa__node *const *nodes;
} arguments;

static fa__node *find_argument(const char *name, size_t length, void *user)
{
    const arguments *known = user;
    const bool is_one = length == 1 && name[0] >= 'a' && name[0] - 'a' < known->count;
    return is_one ? known->nodes[name[0] - 'a'] : NULL;
}

static fa__node *compose(const char *text, int count, fa__node *const *nodes, fa_error *err)
{
    arguments known = {count, nodes};
    const fa__names names = {.find_node = find_argument, .user = &known};
    if (!fa__nodes_usable(count, nodes, err))
        return NULL;
    fa__node *node = fa__parse(text, &names, err);
    err->column = 0;
    return node;
}

const fa__reading fa__reader = {.compose = compose};

static fa__node *compose_1(const char *text, fa__node *a, fa_error *err)
{
    return fa__compose(text, 1, &a, err);
}

static char kind_of(const fa__node *node)
{
    return fa__type_is_numeric(node->dtype->type) ? fa__type_kind(node->dtype->type) : 'V';
}

/* What no formula would refuse in words of its own. */
static bool refuse(const char *function, const fa__node *node, fa_error *err)
{
    char text[96];
    fa__dtype_display(node->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", function, text);
}

/* ---- Parts of complex numbers ---- */

/* The parts of each element, side by side along one more axis: the same bytes as floats. */
static fa__node *parts_of(fa__node *input, fa_error *err)
{
    fa__node *strong = fa__node_strong(input, err), *parts = NULL;
    if (strong == NULL)
        return NULL;
    fa__geometry geometry;
    fa__node_geometry(strong, &geometry);
    const bool swapped = strong->kind == FA__NODE_LEAF && strong->dtype->swapped;
    const fa_dtype *dtype = fa__dtype_numeric(fa__real_type(strong->dtype->type), swapped, err);
    if (geometry.ndim == FA_MAX_NDIM)
        fa__fail(err, FA_BAD_SHAPE, "parts of complex numbers are an axis more, and there are %d already",
                 FA_MAX_NDIM);
    if (!fa_failed(err)) {
        geometry.sizes[geometry.ndim] = 2;
        geometry.strides[geometry.ndim++] = dtype->item_bytes;
        parts = fa__node_view_as(strong, dtype, &geometry, err);
    }
    fa_dtype_release(dtype);
    fa__node_release(strong);
    return parts;
}

/* ---- Rounding, and what is no number ---- */

static fa__node *round_scaled(fa__node *input, int64_t decimals, fa_error *err)
{
    const double scale = pow(10, (double)(decimals < 0 ? -decimals : decimals));
    fa__node *nodes[2] = {input, fa__node_float(scale, err)};
    fa__node *node = fa__compose(decimals < 0 ? "rint(a / b) * b" : "rint(a * b) / b", 2, nodes, err);
    fa__node_release(nodes[1]);
    return node;
}

static fa__node *round_parts(fa__node *input, int64_t decimals, fa_error *err)
{
    fa__node *parts = parts_of(input, err), *rounded = NULL;
    if (parts != NULL)
        rounded = fa__node_round(parts, decimals, err);
    fa__node_release(parts);
    return fa__complex_of(rounded, input->dtype->type, err);
}

fa__node *fa__node_round(fa__node *input, int64_t decimals, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    const char kind = kind_of(input);
    const bool is_whole = kind == 'i' || kind == 'u';
    if (is_whole && decimals >= 0)
        return compose_1("real(a)", input, err); /* as they are, and yet no view of them */
    if (decimals == 0)
        return compose_1("rint(a)", input, err);
    if (kind == 'c')
        return round_parts(input, decimals, err);
    if (!is_whole && kind != 'f') {
        refuse("round", input, err);
        return NULL;
    }
    fa__node *strong = fa__node_strong(input, err), *node = round_scaled(strong, decimals, err);
    fa__node *result = node != NULL ? fa__node_cast(node, strong->dtype, err) : NULL;
    fa__node_release(node);
    fa__node_release(strong);
    return result;
}

static double largest(fa_type type)
{
    return type == FA_TYPE_FLOAT16    ? 65504.0
           : type == FA_TYPE_BFLOAT16 ? 0x1.fep127
           : type == FA_TYPE_FLOAT32  ? (double)FLT_MAX
                                      : DBL_MAX;
}

fa__node *fa__node_nan_to_num(fa__node *input, fa__node *nan, fa__node *posinf, fa__node *neginf,
                              fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    const char kind = kind_of(input);
    if (kind == 'b' || kind == 'i' || kind == 'u')
        return compose_1("real(a)", input, err);
    if (kind == 'c') {
        fa__node *parts = parts_of(input, err);
        fa__node *numbers = parts != NULL ? fa__node_nan_to_num(parts, nan, posinf, neginf, err) : NULL;
        fa__node_release(parts);
        return fa__complex_of(numbers, input->dtype->type, err);
    }
    if (kind != 'f')
        return fa__node_copy(input, 'K', err); /* what is no float has no NaN */
    fa__node *strong = fa__node_strong(input, err), *node = NULL;
    const double limit = largest(input->dtype->type);
    fa__node *nodes[4] = {strong, nan != NULL ? fa__node_retain(nan) : fa__node_float(0, err),
                          posinf != NULL ? fa__node_retain(posinf) : fa__node_float(limit, err),
                          neginf != NULL ? fa__node_retain(neginf) : fa__node_float(-limit, err)};
    node = fa__compose("where(isnan(a), b, where(isposinf(a), c, where(isneginf(a), d, a)))", 4, nodes, err);
    fa__node *result = node != NULL ? fa__node_cast(node, strong->dtype, err) : NULL;
    fa__node_release(node);
    for (int i = 0; i < 4; i++)
        fa__node_release(nodes[i]);
    return result;
}

/* ---- Comparing ---- */

/* The second array counts as floating: the magnitude of the smallest integer is none. */
static fa__node *as_inexact(fa__node *node, fa_error *err)
{
    if (!fa__type_is_numeric(node->dtype->type)) {
        refuse("isclose", node, err);
        return NULL;
    }
    return fa__node_cast(node, fa_dtype_of(fa__promote_weak(node->dtype->type, FA__WEAK_FLOAT)), err);
}

fa__node *fa__node_isclose(fa__node *a, fa__node *b, fa__node *rtol, fa__node *atol, bool equal_nan,
                           fa_error *err)
{
    fa__node *both[2] = {a, b};
    if (!fa__nodes_usable(2, both, err))
        return NULL;
    fa__node *nodes[4] = {a, fa__node_is_weak(b) ? compose_1("a + 0.0", b, err) : as_inexact(b, err),
                          rtol != NULL ? fa__node_retain(rtol) : fa__node_float(1e-5, err),
                          atol != NULL ? fa__node_retain(atol) : fa__node_float(1e-8, err)};
    fa__node *node = fa__compose(equal_nan ? "(abs(a - b) <= d + c * abs(b)) & isfinite(b) | (a == b)"
                                             " | isnan(a) & isnan(b)"
                                           : "(abs(a - b) <= d + c * abs(b)) & isfinite(b) | (a == b)",
                                 4, nodes, err);
    for (int i = 1; i < 4; i++)
        fa__node_release(nodes[i]);
    return node;
}

static fa__node *all_of(fa__node *node, fa_error *err)
{
    fa__node *result = node != NULL ? compose_1("all(a)", node, err) : NULL;
    fa__node_release(node);
    return result;
}

fa__node *fa__node_allclose(fa__node *a, fa__node *b, fa__node *rtol, fa__node *atol, bool equal_nan,
                            fa_error *err)
{
    return all_of(fa__node_isclose(a, b, rtol, atol, equal_nan, err), err);
}

static bool shapes_agree(const fa__node *a, const fa__node *b, bool broadcast)
{
    fa_error mismatch = {0};
    int64_t sizes[FA_MAX_NDIM];
    int ndim;
    const bool same =
        a->ndim == b->ndim && memcmp(a->sizes, b->sizes, (size_t)a->ndim * sizeof a->sizes[0]) == 0;
    return same || (broadcast &&
                    fa__broadcast(2, (const int[]){a->ndim, b->ndim},
                                  (const int64_t *const[]){a->sizes, b->sizes}, &ndim, sizes, &mismatch));
}

fa__node *fa__node_array_equal(fa__node *a, fa__node *b, bool equal_nan, bool broadcast, fa_error *err)
{
    fa__node *nodes[2] = {a, b};
    if (!fa__nodes_usable(2, nodes, err))
        return NULL;
    if (!shapes_agree(a, b, broadcast))
        return fa__node_scalar(FA_TYPE_BOOL, &(uint8_t){0}, err);
    const bool may_be_nan = strchr("fc", kind_of(a)) != NULL && strchr("fc", kind_of(b)) != NULL;
    return all_of(
        fa__compose(equal_nan && may_be_nan ? "(a == b) | isnan(a) & isnan(b)" : "a == b", 2, nodes, err),
        err);
}

/* ---- Others ---- */

fa__node *fa__node_sinc(fa__node *input, fa_error *err)
{
    fa__node *strong = input != NULL ? fa__node_strong(input, err) : NULL;
    fa__node *angle = compose_1("pi * a", strong, err), *node = NULL;
    if (angle != NULL) {
        const double epsilon = angle->dtype->type == FA_TYPE_FLOAT16    ? 0x1p-10
                               : angle->dtype->type == FA_TYPE_BFLOAT16 ? 0x1p-7
                               : angle->dtype->type == FA_TYPE_FLOAT32  ? (double)FLT_EPSILON
                               : angle->dtype->type == FA_TYPE_FLOAT64  ? DBL_EPSILON
                                                                        : 1e-20;
        fa__node *nodes[2] = {angle, fa__node_float(epsilon, err)};
        fa__node *mended = fa__compose("where(a, a, b)", 2, nodes, err);
        node = compose_1("sin(a) / a", mended, err);
        fa__node_release(mended);
        fa__node_release(nodes[1]);
    }
    fa__node_release(angle);
    fa__node_release(strong);
    return node;
}

fa__node *fa__node_angle(fa__node *input, bool degrees, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    const bool is_complex = kind_of(input) == 'c';
    fa__node *node = compose_1(is_complex ? "arctan2(imag(a), real(a))" : "arctan2(0, a)", input, err);
    fa__node *result =
        degrees && node != NULL ? compose_1("a * (180 / pi)", node, err) : fa__node_retain(node);
    fa__node_release(node);
    return result;
}

/* ---- As text calls them ---- */

static fa__node *given_node(const fa__bound_call *call, int index)
{
    return fa__argument_given(call, index) ? fa__argument_node(call, index) : NULL;
}

static bool takes_out(const fa__bound_call *call, int index)
{
    return !fa__argument_given(call, index) ||
           fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column,
                              "%s(): out= is not part of expressions: assign the result",
                              call->function->name);
}

static fa__node *apply_round(const fa__bound_call *call)
{
    const int64_t decimals = fa__argument_int(call, 1, 0);
    fa__node *input = fa__argument_node(call, 0);
    return input != NULL && takes_out(call, 2) ? fa__node_round(input, decimals, call->err) : NULL;
}

static fa__node *apply_nan_to_num(const fa__bound_call *call)
{
    enum { INPUT, COPY, NOT_A_NUMBER, POSITIVE, NEGATIVE };
    fa__argument_bool(call, COPY, true); /* the result is always an array of its own */
    fa__node *input = fa__argument_node(call, INPUT), *nan = given_node(call, NOT_A_NUMBER);
    fa__node *posinf = given_node(call, POSITIVE), *neginf = given_node(call, NEGATIVE);
    return input != NULL ? fa__node_nan_to_num(input, nan, posinf, neginf, call->err) : NULL;
}

static fa__node *apply_close(const fa__bound_call *call)
{
    enum { FIRST, SECOND, RELATIVE, ABSOLUTE, EQUAL_NAN };
    fa__node *a = fa__argument_node(call, FIRST), *b = fa__argument_node(call, SECOND);
    fa__node *rtol = given_node(call, RELATIVE), *atol = given_node(call, ABSOLUTE);
    const bool equal_nan = fa__argument_bool(call, EQUAL_NAN, false);
    return call->function->code != 0 ? fa__node_allclose(a, b, rtol, atol, equal_nan, call->err)
                                     : fa__node_isclose(a, b, rtol, atol, equal_nan, call->err);
}

static fa__node *apply_array_equal(const fa__bound_call *call)
{
    fa__node *a = fa__argument_node(call, 0), *b = fa__argument_node(call, 1);
    const bool is_equiv = call->function->code != 0,
               equal_nan = !is_equiv && fa__argument_bool(call, 2, false);
    return fa__node_array_equal(a, b, equal_nan, is_equiv, call->err);
}

static fa__node *apply_sinc(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0);
    return input != NULL ? fa__node_sinc(input, call->err) : NULL;
}

static fa__node *apply_angle(const fa__bound_call *call)
{
    const bool degrees = fa__argument_bool(call, 1, false);
    fa__node *input = fa__argument_node(call, 0);
    return input != NULL ? fa__node_angle(input, degrees, call->err) : NULL;
}

const fa__function fa__formula_functions[] = {
    {"round", "around", "a decimals= out=", apply_round, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_FUNCTION,
     "Nearest number of so many decimals, ties to even; before the point where they are negative."},
    {"nan_to_num", "", "x copy= nan= posinf= neginf=", apply_nan_to_num, 0, FA__AS_FUNCTION,
     FA_OPERATION_FUNCTION,
     "Numbers in place of NaN and infinities: 0, and the largest and smallest of the type."},
    {"isclose", "", "a b rtol= atol= equal_nan=", apply_close, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Whether two are equal within atol + rtol * abs(b)."},
    {"allclose", "", "a b rtol= atol= equal_nan=", apply_close, 1, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Whether isclose holds for all elements."},
    {"array_equal", "", "a1 a2 equal_nan=", apply_array_equal, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Whether two arrays have the same shape and elements."},
    {"array_equiv", "", "a1 a2", apply_array_equal, 1, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Whether two arrays have the same elements once they are broadcast."},
    {"sinc", "", "x", apply_sinc, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION, "sin(pi x) / (pi x); 1 at 0."},
    {"angle", "", "z deg=", apply_angle, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Angle of a complex number in radians, or in degrees; 0 or pi for real ones."},
    {0},
};
