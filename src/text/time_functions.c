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

static fa__node *date_of_text(const fa__bound_call *call, int index, const fa_dtype *unit)
{
    const fa__value *value = call->arguments[index];
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
static fa__node *span_of_text(const fa__bound_call *call, int index, const fa_dtype *unit)
{
    const fa__value *value = call->arguments[index];
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
                           "%s(): a span of time as a text is a whole number", call->function->name);
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
        node = type == FA_TYPE_DATETIME64 ? date_of_text(call, 0, unit) : span_of_text(call, 0, unit);
    fa_dtype_release(unit);
    return node;
}

/* ---- arange ---- */

enum { START, STOP, STEP, DTYPE };

/* The dtype of times that was asked for, "M8[D]"; NULL where none was. One reference. */
static const fa_dtype *times_asked_for(const fa__bound_call *call)
{
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    if (dtype != NULL && fa__type_is_time(dtype->type))
        return dtype;
    fa_dtype_release(dtype);
    return NULL;
}

static bool is_time(const fa__bound_call *call, int index)
{
    return fa__argument_given(call, index) && call->arguments[index]->kind == FA__VALUE_NODE &&
           fa__type_is_time(call->arguments[index]->node->dtype->type);
}

bool fa__arange_is_of_times(const fa__bound_call *call)
{
    const fa_dtype *asked = times_asked_for(call);
    fa_dtype_release(asked);
    return asked != NULL || is_time(call, START) || is_time(call, STOP) || is_time(call, STEP);
}

/* What arange() of times was given: `times` are NULL for numbers and what is left out. */
typedef struct span {
    fa__node *times[3];
    const fa_dtype *unit;
} span;

/* Texts are dates where dates are asked for. The unit is the one asked for, or the finest of all. */
static void read_span(const fa__bound_call *call, span *given)
{
    const fa_dtype *asked = times_asked_for(call);
    const bool of_dates = asked != NULL && asked->type == FA_TYPE_DATETIME64;
    if (asked == NULL && fa__argument_given(call, DTYPE) && !fa_failed(call->err))
        fa__argument_refuse(call, DTYPE, "a range between times has times");
    for (int i = START; i <= STEP && !fa_failed(call->err); i++)
        if (is_time(call, i))
            given->times[i] = fa__node_retain(call->arguments[i]->node);
        else if (asked != NULL && is_text(call, i))
            given->times[i] =
                of_dates && i != STEP ? date_of_text(call, i, NULL) : span_of_text(call, i, asked);
    const bool has_unit = asked != NULL && fa__unit_of(asked) != FA__UNIT_GENERIC;
    given->unit = has_unit ? fa_dtype_retain(asked) : NULL;
    bool is_date = of_dates;
    for (int i = START; i <= STEP && !fa_failed(call->err) && !has_unit; i++) {
        const fa_dtype *dtype = given->times[i] != NULL ? given->times[i]->dtype : NULL;
        if (dtype == NULL)
            continue;
        is_date = is_date || dtype->type == FA_TYPE_DATETIME64;
        const fa_dtype *next = fa__time_common(is_date ? FA_TYPE_DATETIME64 : FA_TYPE_TIMEDELTA64,
                                               given->unit ? given->unit : dtype, dtype, call->err);
        fa_dtype_release(given->unit);
        given->unit = next;
    }
    if (given->unit == NULL && !fa_failed(call->err))
        given->unit = fa_dtype_retain(asked);
    fa_dtype_release(asked);
}

/* An argument counted in a unit; a whole number is a count of it. */
static int64_t count_in(const fa__bound_call *call, int index, const span *given, int64_t otherwise)
{
    const fa__node *node = given->times[index];
    const fa_dtype *unit = given->unit;
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
    const bool is_of_months = fa__unit_of(node->dtype) <= FA__UNIT_MONTH,
               counts_months = fa__unit_of(unit) <= FA__UNIT_MONTH;
    if (node->dtype->type == FA_TYPE_TIMEDELTA64 && is_of_months && !counts_months) {
        fa__fail_at_column(call->err, FA_BAD_TYPES, call->arguments[index]->column,
                           "arange(): months and years are no fixed number of days");
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
    span given = {0};
    fa__node *counts = NULL, *times = NULL;
    read_span(call, &given);
    if (!fa_failed(call->err)) {
        const bool only_stop = !fa__argument_given(call, STOP),
                   of_dates = given.unit->type == FA_TYPE_DATETIME64;
        const fa__node *stop_time = given.times[STOP];
        if (only_stop && of_dates)
            fa__argument_refuse(call, START, "a range of dates needs a start and a stop");
        int64_t start = only_stop ? 0 : count_in(call, START, &given, 0);
        int64_t stop = count_in(call, only_stop ? START : STOP, &given, 0),
                step = count_in(call, STEP, &given, 1);
        /* From a date for as long as a span, or a number, says. */
        bool is_length =
            !only_stop && of_dates && (stop_time == NULL || stop_time->dtype->type == FA_TYPE_TIMEDELTA64);
        if (is_length && __builtin_add_overflow(start, stop, &stop))
            fa__fail(call->err, FA_OUT_OF_RANGE, "arange(): the end is beyond 64 bits");
        counts = fa__node_arange_int64(start, stop, step, call->err);
    }
    if (counts != NULL)
        times = fa__node_cast(counts, given.unit, call->err);
    fa__node_release(counts);
    for (int i = 0; i < 3; i++)
        fa__node_release(given.times[i]);
    fa_dtype_release(given.unit);
    return times;
}

const fa__function fa__time_functions[] = {
    {"datetime64", "", "x unit=", apply_time, FA_TYPE_DATETIME64, FA__AS_FUNCTION, FA_OPERATION_CONVERSION,
     "A date, as ISO 8601 writes it, or a count of units since 1970; an array as dates."},
    {"timedelta64", "", "x unit=", apply_time, FA_TYPE_TIMEDELTA64, FA__AS_FUNCTION, FA_OPERATION_CONVERSION,
     "A span of time, so many of a unit; an array as spans."},
    {0},
};
