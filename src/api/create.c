/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays that are made, and single elements read back. */
#include "api/api.h"

#include "engine/budget.h"
#include "engine/room.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

/* ---- In memory ---- */

fa_array *fa__new_array(const fa_dtype *dtype, fa_shape shape, fa_error *err)
{
    int64_t count;
    if (fa_failed(err))
        return NULL;
    if (dtype == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the dtype is NULL");
        return NULL;
    }
    if (shape.sizes == NULL && shape.ndim > 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the shape has no sizes");
        return NULL;
    }
    if (!fa__shape_count(shape.ndim, shape.sizes, dtype->item_bytes, &count, err))
        return NULL;
    fa__budget_start();
    return fa__room_in_c_order(dtype, shape.ndim, shape.sizes, FA__ROOM_OF_ZEROS, err);
}

fa_array *fa_empty(const fa_dtype *dtype, fa_shape shape, fa_error *err)
{
    return fa__new_array(dtype, shape, err);
}

fa_array *fa_zeros(const fa_dtype *dtype, fa_shape shape, fa_error *err)
{
    return fa__new_array(dtype, shape, err);
}

/* `array` when nothing failed; else releases it. */
static fa_array *unless_failed(fa_array *array, const fa_error *err)
{
    if (!fa_failed(err))
        return array;
    fa_release(array);
    return NULL;
}

fa_array *fa_ones(const fa_dtype *dtype, fa_shape shape, fa_error *err)
{
    fa_array *array = fa__new_array(dtype, shape, err);
    if (array != NULL)
        fa_fill_int64(array, 1, err);
    return unless_failed(array, err);
}

/* Writes `count` elements from memory to the beginning of an array that is dense in C order. */
static void put_data(fa_array *array, const void *data, fa_error *err)
{
    fa__box box = {array->ndim, array->dtype->item_bytes, array->offset, array->sizes, array->strides};
    if (fa_bytes(array) > 0)
        fa__source_write(array->source, &box, data, err);
}

fa_array *fa_full(const fa_dtype *dtype, fa_shape shape, const void *value, fa_error *err)
{
    if (!fa_failed(err) && value == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "the value is NULL");
    fa_array *array = fa__new_array(dtype, shape, err);
    fa_array *one = fa__new_array(dtype, FA_SHAPE(), err);
    if (one != NULL && array != NULL) {
        put_data(one, value, err);
        fa__write(array, one, true, NULL, err);
    }
    fa_release(one);
    return unless_failed(array, err);
}

fa_array *fa_from_data(const fa_dtype *dtype, fa_shape shape, const void *data, fa_error *err)
{
    fa_array *array = fa__new_array(dtype, shape, err);
    if (array != NULL && data == NULL && fa_bytes(array) > 0)
        fa__fail(err, FA_INVALID_ARGUMENT, "the data is NULL");
    if (array != NULL && !fa_failed(err))
        put_data(array, data, err);
    return unless_failed(array, err);
}

fa_array *fa_from_int64(const int64_t *data, fa_shape shape, fa_error *err)
{
    return fa_from_data(FA_INT64, shape, data, err);
}

fa_array *fa_from_float64(const double *data, fa_shape shape, fa_error *err)
{
    return fa_from_data(FA_FLOAT64, shape, data, err);
}

fa_array *fa_copy(fa_array *array, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    fa_array *copy = fa__new_array(array->dtype, (fa_shape){array->ndim, array->sizes}, err);
    if (copy != NULL)
        fa__write(copy, array, false, NULL, err);
    return unless_failed(copy, err);
}

/* ---- Counted and random ---- */

fa_array *fa_arange_int64(int64_t start, int64_t stop, int64_t step, fa_error *err)
{
    return fa__array_of(fa__node_arange_int64(start, stop, step, err), err);
}

fa_array *fa_arange_float64(double start, double stop, double step, fa_error *err)
{
    return fa__array_of(fa__node_arange_float64(start, stop, step, err), err);
}

fa_array *fa_linspace(double start, double stop, int64_t count, fa_error *err)
{
    return fa__array_of(fa__node_linspace(start, stop, count, err), err);
}

static fa_array *random_array(fa__generator generator, const fa_dtype *dtype, fa_shape shape,
                              const fa_random_options *options, double a, double b, fa_error *err)
{
    fa__generator_params params = {.a = a, .b = b};
    if (fa_failed(err))
        return NULL;
    if (dtype != FA_FLOAT32 && dtype != FA_FLOAT64) {
        fa__fail(err, FA_BAD_TYPES, "random numbers are float32 or float64");
        return NULL;
    }
    if (options != NULL) {
        if (!FA__RESERVED_IS_ZERO(options, err))
            return NULL;
        params.seed = options->seed;
        if (options->from_entropy && !fa__entropy(&params.seed, sizeof params.seed, err))
            return NULL;
    }
    return fa__array_of(fa__node_generate(generator, dtype->type, shape, &params, err), err);
}

fa_array *fa_random_uniform(const fa_dtype *dtype, fa_shape shape, const fa_random_options *options,
                            fa_error *err)
{
    double low = options != NULL && options->low != NULL ? *options->low : 0;
    double high = options != NULL && options->high != NULL ? *options->high : 1;
    return random_array(FA__GENERATE_RANDOM_UNIFORM, dtype, shape, options, low, high, err);
}

fa_array *fa_random_normal(const fa_dtype *dtype, fa_shape shape, const fa_random_options *options,
                           fa_error *err)
{
    double mean = options != NULL && options->mean != NULL ? *options->mean : 0;
    double std = options != NULL && options->std != NULL ? *options->std : 1;
    return random_array(FA__GENERATE_RANDOM_NORMAL, dtype, shape, options, mean, std, err);
}

/* ---- One element ---- */

static fa_array *element_at(fa_array *array, fa_shape coords, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    if (coords.ndim != array->ndim) {
        fa__fail(err, FA_BAD_INDEX, "%d coordinates for an array of %d dimensions", coords.ndim, array->ndim);
        return NULL;
    }
    fa_index_part parts[FA_MAX_NDIM];
    for (int i = 0; i < coords.ndim; i++)
        parts[i] = fa_at(coords.sizes[i]);
    return fa_index(array, (fa_index_parts){coords.ndim, parts}, err);
}

/* The only element of an array. */
static fa_array *only_element(fa_array *array, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    if (fa_size(array) != 1) {
        fa__fail(err, FA_BAD_SHAPE, "an array of %lld elements is not one element",
                 (long long)fa_size(array));
        return NULL;
    }
    int64_t coords[FA_MAX_NDIM] = {0};
    return element_at(array, (fa_shape){array->ndim, coords}, err);
}

/* Reads the element of a 0-d view as `type`; takes the view over. */
static void read_as(fa_array *element, fa_type type, void *value, fa_error *err)
{
    unsigned char bytes[16];
    if (element == NULL)
        return;
    fa_type from = element->dtype->type;
    bool complex = from == FA_TYPE_COMPLEX64 || from == FA_TYPE_COMPLEX128;
    if (!fa__type_is_numeric(from) || complex) {
        char text[128];
        fa__dtype_display(element->dtype, text, sizeof text);
        fa__fail(err, FA_BAD_TYPES, "an element of %s is no %s", text, complex ? "real number" : "number");
    } else if (fa__engine_read(element, bytes, err)) {
        fa__convert_find(from, type)(value, bytes, 1);
    }
    fa_release(element);
}

double fa_get_float64(fa_array *array, fa_shape coords, fa_error *err)
{
    double value = 0;
    read_as(element_at(array, coords, err), FA_TYPE_FLOAT64, &value, err);
    return value;
}

int64_t fa_get_int64(fa_array *array, fa_shape coords, fa_error *err)
{
    int64_t value = 0;
    read_as(element_at(array, coords, err), FA_TYPE_INT64, &value, err);
    return value;
}

double fa_item_float64(fa_array *array, fa_error *err)
{
    double value = 0;
    read_as(only_element(array, err), FA_TYPE_FLOAT64, &value, err);
    return value;
}

int64_t fa_item_int64(fa_array *array, fa_error *err)
{
    int64_t value = 0;
    read_as(only_element(array, err), FA_TYPE_INT64, &value, err);
    return value;
}

void fa_get(fa_array *array, fa_shape coords, void *element, fa_error *err)
{
    fa_array *view = element_at(array, coords, err);
    if (view != NULL)
        fa__engine_read(view, element, err);
    fa_release(view);
}

void fa_get_all(fa_array *array, void *elements, size_t size_bytes, fa_error *err)
{
    if (fa__unusable(array, err))
        return;
    if (size_bytes != (size_t)fa_bytes(array)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "%zu bytes for the %lld bytes of an array", size_bytes,
                 (long long)fa_bytes(array));
        return;
    }
    fa__engine_read(array, elements, err);
}
