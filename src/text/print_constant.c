/* SPDX-License-Identifier: BSD-3-Clause */
/* Constants and arrays made from positions, as text. */
#include "expr/number.h"
#include "expr/types.h"
#include "text/writer.h"

#include "array/time.h"

#include <math.h>
#include <string.h>

fa__number fa__constant_number(const fa__node *scalar)
{
    fa__number result = {0};
    fa__complex128 value = {0, 0};
    fa_type type = scalar->dtype->type;
    if (fa__type_is_time(type))
        type = FA_TYPE_INT64;
    if (type == FA_TYPE_UINT64) {
        memcpy(&result.whole, scalar->as.bytes, sizeof result.whole);
        return result;
    }
    fa__convert_find(type, FA_TYPE_COMPLEX128)(&value, scalar->as.bytes, 1);
    result.real = value.real;
    result.imag = value.imag;
    if (type <= FA_TYPE_UINT64) {
        int64_t integer;
        fa__convert_find(type, FA_TYPE_INT64)(&integer, scalar->as.bytes, 1);
        result.negative = integer < 0;
        result.whole = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    } else {
        result.negative = value.real < 0;
        /* Integers that rounding took to 2**64, or to a float16's infinity: these are taken there as well. */
        double magnitude = fabs(value.real);
        result.whole = isinf(magnitude) ? 65536 : magnitude < 0x1p64 ? (uint64_t)magnitude : UINT64_MAX;
    }
    return result;
}

static void put_float(fa__writer *w, fa_type type, double value)
{
    char text[FA__NUMBER_TEXT];
    fa__put(w, fa__number_text_of(fa__real_type(type), value, text));
}

/* "2j" where that is all, else "complex(1.0, 2.0)": a sum would lose the sign of a zero. */
static void put_complex(fa__writer *w, fa_type type, const fa__number *value)
{
    bool is_imaginary =
        value->real == 0 && !signbit(value->real) && isfinite(value->imag) && !signbit(value->imag);
    fa__put(w, is_imaginary ? "" : "complex(");
    if (!is_imaginary) {
        put_float(w, type, value->real);
        fa__put(w, ", ");
    }
    put_float(w, type, value->imag);
    fa__put(w, is_imaginary ? "j" : ")");
}

static void put_constant(fa__writer *w, fa__weak kind, fa_type type, const fa__number *value)
{
    if (kind == FA__WEAK_BOOL) {
        fa__put(w, value->whole != 0 || value->real != 0 || value->imag != 0 ? "True" : "False");
    } else if (kind == FA__WEAK_INT) {
        fa__put(w, value->negative ? "-" : "");
        fa__put_uint(w, value->whole);
    } else if (kind == FA__WEAK_FLOAT) {
        put_float(w, type, value->real);
    } else {
        put_complex(w, type, value);
    }
}

static fa__weak kind_of(fa_type type)
{
    return type == FA_TYPE_BOOL        ? FA__WEAK_BOOL
           : type <= FA_TYPE_UINT64    ? FA__WEAK_INT
           : fa__type_is_complex(type) ? FA__WEAK_COMPLEX
                                       : FA__WEAK_FLOAT;
}

/* datetime64('2020-01-01', 'D'); as a count where no date says it. */
static void put_time(fa__writer *w, const fa__node *node)
{
    char date[FA__TIME_TEXT];
    const fa_dtype *dtype = node->dtype;
    int64_t value, again;
    fa__unit unit;
    fa_error ignored = {0};
    memcpy(&value, node->as.bytes, sizeof value);
    bool is_nat = value == FA__NOT_A_TIME, is_date = dtype->type == FA_TYPE_DATETIME64;
    fa__time_text(fa__unit_of(dtype), is_nat ? 0 : fa__time_units(dtype, value), date);
    bool says_it = is_date && !is_nat && fa__time_parse(date, strlen(date), dtype, &unit, &again, &ignored) &&
                   again == value;
    fa__put(w, is_date ? "datetime64(" : "timedelta64(");
    if (says_it || is_nat) {
        fa__put(w, "'");
        fa__put(w, is_nat ? "NaT" : date);
        fa__put(w, "'");
    } else {
        fa__put_int(w, value);
    }
    if (dtype->unit[0] != '\0') {
        fa__put(w, ", '");
        if (dtype->unit_count != 1)
            fa__put_int(w, dtype->unit_count);
        fa__put(w, dtype->unit);
        fa__put(w, "'");
    }
    fa__put(w, ")");
}

static void put_code_point(fa__writer *w, uint32_t c)
{
    char utf8[5] = {0};
    if (c < 0x80) {
        utf8[0] = (char)c;
    } else if (c < 0x800) {
        utf8[0] = (char)(0xc0 | c >> 6);
        utf8[1] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        utf8[0] = (char)(0xe0 | c >> 12);
        utf8[1] = (char)(0x80 | (c >> 6 & 0x3f));
        utf8[2] = (char)(0x80 | (c & 0x3f));
    } else {
        utf8[0] = (char)(0xf0 | c >> 18);
        utf8[1] = (char)(0x80 | (c >> 12 & 0x3f));
        utf8[2] = (char)(0x80 | (c >> 6 & 0x3f));
        utf8[3] = (char)(0x80 | (c & 0x3f));
    }
    fa__put(w, utf8);
}

/* A string that text has written: without a backslash, and without one of the quotes. */
static void put_text(fa__writer *w, const fa__node *node)
{
    bool is_bytes = node->dtype->type == FA_TYPE_BYTES, has_single = false;
    int64_t length = node->dtype->item_bytes / (is_bytes ? 1 : 4);
    uint32_t c;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            fa__put(w, is_bytes ? (has_single ? "b\"" : "b'") : has_single ? "\"" : "'");
        for (int64_t i = 0; i < length; i++) {
            if (is_bytes)
                c = node->element[i];
            else
                memcpy(&c, node->element + 4 * i, sizeof c);
            has_single = has_single || (pass == 0 && c == '\'');
            if (pass == 1 && c != 0)
                put_code_point(w, c);
        }
    }
    fa__put(w, has_single ? "\"" : "'");
}

void fa__put_scalar(fa__writer *w, const fa__node *node)
{
    fa_type type = node->dtype->type;
    if (fa__type_is_time(type) && node->weak == FA__STRONG) {
        put_time(w, node);
        return;
    }
    if (type == FA_TYPE_STRING || type == FA_TYPE_BYTES) {
        put_text(w, node);
        return;
    }
    fa__number value = fa__constant_number(node);
    if (node->weak != FA__STRONG) {
        put_constant(w, node->weak, type, &value);
        return;
    }
    fa__put(w, fa__type_name(type));
    fa__put(w, "(");
    put_constant(w, kind_of(type), type, &value);
    fa__put(w, ")");
}

bool fa__is_negative_literal(const fa__node *node)
{
    if (node->weak == FA__STRONG || node->weak == FA__WEAK_BOOL)
        return false;
    fa__number value = fa__constant_number(node);
    if (node->weak == FA__WEAK_INT)
        return value.negative;
    return node->weak == FA__WEAK_FLOAT && signbit(value.real) && !isnan(value.real);
}

static void write_arange(fa__writer *w, const fa__node *node)
{
    const fa__generator_params *params = &node->as.generate;
    int64_t count = node->sizes[0];
    fa__put(w, "arange(");
    if (node->dtype->type >= FA_TYPE_FLOAT16) {
        fa__put_number(w, params->a);
        fa__put(w, ", step=");
        fa__put_number(w, params->b);
        fa__put(w, ", count=");
        fa__put_int(w, count);
        if (node->dtype->type != FA_TYPE_FLOAT64) {
            fa__put(w, ", dtype=");
            fa__put_dtype(w, node->dtype);
        }
    } else {
        /* One behind the last: that is no overflow where the range was not one. */
        int64_t last = params->i + (count - 1) * params->j;
        fa__put_int(w, params->i);
        fa__put(w, ", ");
        fa__put_int(w, count == 0 ? params->i : params->j > 0 ? last + 1 : last - 1);
        fa__put(w, ", ");
        fa__put_int(w, params->j);
    }
    fa__put(w, ")");
}

static void write_random(fa__writer *w, const fa__node *node)
{
    bool is_uniform = node->code == FA__GENERATE_RANDOM_UNIFORM;
    fa__put(w, is_uniform ? "random_uniform(" : "random_normal(");
    fa__put_tuple(w, node->ndim, node->sizes);
    fa__put(w, is_uniform ? ", low=" : ", mean=");
    fa__put_number(w, node->as.generate.a);
    fa__put(w, is_uniform ? ", high=" : ", std=");
    fa__put_number(w, node->as.generate.b);
    fa__put(w, ", seed=");
    fa__put_uint(w, node->as.generate.seed);
    fa__put(w, ", dtype=");
    fa__put_dtype(w, node->dtype);
    fa__put(w, ")");
}

void fa__write_generator(fa__writer *w, const fa__node *node)
{
    if (node->code == FA__GENERATE_ARANGE) {
        write_arange(w, node);
    } else if (node->code == FA__GENERATE_LINSPACE) {
        fa__put(w, "linspace(");
        fa__put_number(w, node->as.generate.a);
        fa__put(w, ", ");
        fa__put_number(w, node->as.generate.last);
        fa__put(w, ", ");
        fa__put_int(w, node->sizes[0]);
        fa__put(w, node->as.generate.i > node->sizes[0] ? ", endpoint=False)" : ")");
    } else {
        write_random(w, node);
    }
}
