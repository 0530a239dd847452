/* SPDX-License-Identifier: BSD-3-Clause */
/* datetime64(), timedelta64() and arange() of times, as text calls them. */
#include "text/functions.h"

#include "array/time.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

static bool is_text(const fa__bound_call *call, int index)
{
    return call->arguments[index] != NULL && call->arguments[index]->kind == FA__VALUE_TEXT;
}

/* The dtype of `type` with the unit that an argument names: 'D', '25s'. NULL with a clean err where it is
 * left out. */
static fa_dtype *unit_argument(const fa__bound_call *call, int index, fa_type type)
{
    char notation[32];
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return NULL;
    const fa__value *value = call->arguments[index];
    if (!is_text(call, index) || value->as.text.length > sizeof notation - 8) {
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column,
                           "%s(): a unit of time is a text, as 'D' or 'ms'", call->function->name);
        return NULL;
    }
    snprintf(notation, sizeof notation, "%c8[%.*s]", fa__type_kind(type), (int)value->as.text.length,
             value->as.text.start);
    fa_dtype *dtype = fa_dtype_parse(notation, call->err);
    if (dtype == NULL)
        call->err->column = value->column;
    return dtype;
}

static fa__node *time_of_count(fa_type type, const fa_dtype *unit, int64_t count, fa_error *err)
{
    fa_dtype *generic = unit == NULL ? fa__dtype_time(type, "", 1, false, err) : NULL;
    const fa_dtype *dtype = unit != NULL ? unit : generic;
    fa__node *node = dtype != NULL ? fa__node_element(dtype, &count, FA__STRONG, err) : NULL;
    fa_dtype_release(generic);
    return node;
}

static fa__node *date_of_text(const fa__bound_call *call, const fa_dtype *unit)
{
    const fa__value *value = call->arguments[0];
    fa__unit own;
    int64_t count;
    if (!fa__time_parse(value->as.text.start, value->as.text.length, unit, &own, &count, call->err)) {
        call->err->column = value->column;
        return NULL;
    }
    if (unit != NULL)
        return time_of_count(FA_TYPE_DATETIME64, unit, count, call->err);
    fa_dtype *dtype = fa__dtype_time(FA_TYPE_DATETIME64, fa__unit_symbol(own), 1, false, call->err);
    fa__node *node = dtype != NULL ? time_of_count(FA_TYPE_DATETIME64, dtype, count, call->err) : NULL;
    fa_dtype_release(dtype);
    return node;
}

/* "5", "-12", "NaT". */
static fa__node *span_of_text(const fa__bound_call *call, const fa_dtype *unit)
{
    const fa__value *value = call->arguments[0];
    const char *text = value->as.text.start;
    size_t length = value->as.text.length, at = length > 0 && (text[0] == '-' || text[0] == '+');
    bool is_nat = length == 3 && (memcmp(text, "NaT", 3) == 0 || memcmp(text, "nat", 3) == 0),
         fits = length > at;
    int64_t count = 0;
    for (size_t i = at; i < length && fits && !is_nat; i++)
        fits = text[i] >= '0' && text[i] <= '9' && !__builtin_mul_overflow(count, 10, &count) &&
               !__builtin_sub_overflow(count, text[i] - '0', &count);
    if (!is_nat && (!fits || (text[0] != '-' && count == INT64_MIN))) {
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column,
                           "timedelta64() of a text that is no whole number");
        return NULL;
    }
    count = is_nat ? FA__NOT_A_TIME : text[0] == '-' ? count : -count;
    return time_of_count(FA_TYPE_TIMEDELTA64, unit, count, call->err);
}

/* A whole number counts the unit; an array is converted to it, and so is a time. */
static fa__node *time_of_node(const fa__bound_call *call, fa_type type, const fa_dtype *unit)
{
    fa__node *input = fa__argument_node(call, 0);
    if (input == NULL)
        return NULL;
    if (fa__node_is_weak(input)) {
        int64_t count = fa__argument_int(call, 0, 0);
        if (unit == NULL && type == FA_TYPE_DATETIME64)
            fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[0]->column,
                               "datetime64() of a whole number needs a unit, as in datetime64(5, 'D')");
        return fa_failed(call->err) ? NULL : time_of_count(type, unit, count, call->err);
    }
    if (unit != NULL)
        return fa__node_cast(input, unit, call->err);
    fa_dtype *generic = fa__dtype_time(type, "", 1, false, call->err);
    fa__node *node = generic != NULL ? fa__node_cast(input, generic, call->err) : NULL;
    fa_dtype_release(generic);
    return node;
}

static fa__node *apply_time(const fa__bound_call *call)
{
    fa_type type = (fa_type)call->function->code;
    fa_dtype *unit = unit_argument(call, 1, type);
    fa__node *node = NULL;
    if (fa_failed(call->err))
        node = NULL;
    else if (!is_text(call, 0))
        node = time_of_node(call, type, unit);
    else
        node = type == FA_TYPE_DATETIME64 ? date_of_text(call, unit) : span_of_text(call, unit);
    fa_dtype_release(unit);
    return node;
}

/* ---- arange ---- */

enum { START, STOP, STEP };

/* The time that an argument is; NULL where it is none, or a number. */
static fa__node *time_argument(const fa__bound_call *call, int index)
{
    if (!fa__argument_given(call, index) || call->arguments[index]->kind != FA__VALUE_NODE)
        return NULL;
    fa__node *node = call->arguments[index]->node;
    return fa__type_is_time(node->dtype->type) ? node : NULL;
}

bool fa__arange_is_of_times(const fa__bound_call *call)
{
    return time_argument(call, START) != NULL || time_argument(call, STOP) != NULL ||
           time_argument(call, STEP) != NULL;
}

/* An argument counted in a unit; a whole number is a count of it. */
static int64_t count_in(const fa__bound_call *call, int index, const fa_dtype *unit, int64_t otherwise)
{
    fa__node *node = time_argument(call, index);
    fa__time_ratio ratio;
    int64_t count, rest;
    if (node == NULL)
        return fa__argument_int(call, index, otherwise);
    if (node->kind != FA__NODE_SCALAR) {
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column,
                           "arange(): an array where one time is expected");
        return 0;
    }
    if (!fa__time_ratio_of(node->dtype, unit, &ratio, call->err))
        return 0;
    memcpy(&count, node->as.bytes, sizeof count);
    if (count == FA__NOT_A_TIME || __builtin_mul_overflow(count, ratio.multiply, &count)) {
        fa__fail_at_column(call->err, FA_OUT_OF_RANGE, call->arguments[index]->column,
                           "arange(): not a time");
        return 0;
    }
    if (ratio.by_calendar) {
        memcpy(&count, node->as.bytes, sizeof count);
        fa__moment moment = fa__moment_of(fa__unit_of(node->dtype), fa__time_units(node->dtype, count));
        return fa__divide_down(fa__moment_count(fa__unit_of(unit), &moment), unit->unit_count, &rest);
    }
    return fa__divide_down(count, ratio.divide, &rest);
}

fa__node *fa__arange_of_times(const fa__bound_call *call)
{
    const fa_dtype *unit = NULL;
    for (int i = START; i <= STEP && !fa_failed(call->err); i++) {
        fa__node *node = time_argument(call, i);
        if (node == NULL)
            continue;
        bool is_date = node->dtype->type == FA_TYPE_DATETIME64 || (unit && unit->type == FA_TYPE_DATETIME64);
        const fa_dtype *next = fa__time_common(is_date ? FA_TYPE_DATETIME64 : FA_TYPE_TIMEDELTA64,
                                               unit ? unit : node->dtype, node->dtype, call->err);
        fa_dtype_release(unit);
        unit = next;
    }
    fa__node *counts = NULL, *times = NULL;
    if (!fa_failed(call->err)) {
        bool only_stop = !fa__argument_given(call, STOP);
        fa__node *start_time = time_argument(call, START), *stop_time = time_argument(call, STOP);
        int64_t start = only_stop ? 0 : count_in(call, START, unit, 0);
        int64_t stop = count_in(call, only_stop ? START : STOP, unit, 0),
                step = count_in(call, STEP, unit, 1);
        /* From a date for as long as a span, or a number, says. */
        bool is_length = !only_stop && start_time != NULL && start_time->dtype->type == FA_TYPE_DATETIME64 &&
                         (stop_time == NULL || stop_time->dtype->type == FA_TYPE_TIMEDELTA64);
        if (is_length && __builtin_add_overflow(start, stop, &stop))
            fa__fail(call->err, FA_OUT_OF_RANGE, "arange(): the end is beyond 64 bits");
        counts = fa__node_arange_int64(start, stop, step, call->err);
    }
    if (counts != NULL)
        times = fa__node_cast(counts, unit, call->err);
    fa__node_release(counts);
    fa_dtype_release(unit);
    return times;
}

const fa__function fa__time_functions[] = {
    {"datetime64", "", "x unit=", apply_time, FA_TYPE_DATETIME64, FA__AS_FUNCTION, FA_OPERATION_CONVERSION,
     "A date, as ISO 8601 writes it, or a count of units since 1970; an array as dates."},
    {"timedelta64", "", "x unit=", apply_time, FA_TYPE_TIMEDELTA64, FA__AS_FUNCTION, FA_OPERATION_CONVERSION,
     "A span of time, so many of a unit; an array as spans."},
    {0},
};
