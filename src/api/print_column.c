/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns of numbers, and the format that all floating numbers of one column share: NumPy's FloatingFormat.
 * Knows nothing about dtypes of more than one number. */
#include "api/print_column.h"

#include <math.h>
#include <string.h>

fa__column_walk fa__column_begin(const fa__column *column)
{
    fa__column_walk walk = {.column = column, .at = column->data};
    for (int i = 0; i < column->level_count; i++)
        walk.finished |= column->levels[i].count == 0;
    return walk;
}

void fa__column_next(fa__column_walk *walk)
{
    for (int i = walk->column->level_count - 1; i >= 0; i--) {
        const fa__column_level *level = &walk->column->levels[i];
        walk->at += level->stride_bytes;
        if (++walk->done[i] < level->count)
            return;
        walk->at -= level->count * level->stride_bytes;
        walk->done[i] = 0;
    }
    walk->finished = true;
}

/* NumPy compares in the type itself: bounds are rounded to it, and so is the ratio. 1000.25 is where a
 * float16 ratio still rounds to 1000. */
static bool wants_exponent(fa_type type, double smallest, double largest, bool suppress)
{
    double limit = type == FA_TYPE_FLOAT16 ? 1e3 : type == FA_TYPE_FLOAT64 ? 1e8 : 1e6;
    if (largest >= limit)
        return true;
    if (suppress)
        return false;
    switch (type) {
    case FA_TYPE_FLOAT16:
        return smallest < 0x1.a38p-14 || (float)largest / (float)smallest > 1000.25f;
    case FA_TYPE_BFLOAT16:
    case FA_TYPE_FLOAT32:
        return (float)smallest < 0.0001f || (float)largest / (float)smallest > 1000.0f;
    default:
        return smallest < 0.0001 || largest / smallest > 1000.0;
    }
}

/* What is wide about the numbers of a column. */
struct extent {
    double smallest, largest; /* of magnitudes that are not zero; largest is 0 when there is none */
    bool any_finite, any_special, any_negative_infinity;
};

static struct extent find_extent(const fa__float_format *format, const fa__column *column)
{
    struct extent extent = {.smallest = INFINITY};
    for (fa__column_walk walk = fa__column_begin(column); !walk.finished; fa__column_next(&walk)) {
        fa__binary number = fa__binary_load(format->type, format->swapped, walk.at);
        if (!number.finite) {
            extent.any_special = true;
            extent.any_negative_infinity |= !number.nan && number.negative;
            continue;
        }
        extent.any_finite = true;
        double size = fabs(number.value);
        if (size > 0 && size < extent.smallest)
            extent.smallest = size;
        if (size > extent.largest)
            extent.largest = size;
    }
    return extent;
}

static int larger(int a, int64_t b)
{
    return b > a ? (int)b : a;
}

/* Writes every number once, shortest, and takes the widest parts as everyone's widths. */
static void measure_numbers(fa__float_format *format, const fa__column *column, fa_error *err)
{
    fa__number_style *style = &format->style;
    int whole = 0, fraction = 0, exponent = 0;
    fa__text text = {0};
    for (fa__column_walk walk = fa__column_begin(column); !walk.finished && !fa_failed(err);
         fa__column_next(&walk)) {
        fa__binary number = fa__binary_load(format->type, format->swapped, walk.at);
        if (!number.finite)
            continue;
        text.length = 0;
        if (format->scientific)
            fa__number_scientific(&text, &number, style, err);
        else
            fa__number_positional(&text, &number, style, err);
        if (fa_failed(err))
            break;
        const char *point = memchr(text.data, '.', (size_t)text.length), *end = text.data + text.length;
        const char *letter = memchr(text.data, 'e', (size_t)text.length);
        const char *fraction_end = letter != NULL ? letter : end;
        whole = larger(whole, point - text.data);
        fraction = larger(fraction, fraction_end - point - 1);
        if (letter != NULL)
            exponent = larger(exponent, end - letter - 2);
    }
    fa__text_clear(&text);
    style->pad_left = whole;
    if (format->scientific) {
        style->trim = FA__TRIM_KEEP;
        style->precision = style->min_digits = fraction;
        style->exponent_digits = exponent;
    } else {
        style->pad_right = fraction;
        style->min_digits = 0;
    }
}

fa__float_format fa__float_format_make(fa_type type, bool swapped, bool plus, const fa__column *column,
                                       const fa__print_settings *settings, fa_error *err)
{
    fa__float_format format = {.type = type, .swapped = swapped};
    format.style = (fa__number_style){.precision = settings->precision,
                                      .min_digits = -1,
                                      .trim = FA__TRIM_POINT,
                                      .plus = plus,
                                      .exponent_digits = 2};
    struct extent extent = find_extent(&format, column);
    if (extent.largest > 0)
        format.scientific = wants_exponent(type, extent.smallest, extent.largest, settings->suppress);
    if (extent.any_finite)
        measure_numbers(&format, column, err);
    if (extent.any_special) {
        fa__number_style *style = &format.style;
        int behind = 1 + style->pad_right;
        if (format.scientific)
            behind += style->exponent_digits + 2 + style->precision;
        int infinity = 3 + (plus || extent.any_negative_infinity);
        style->pad_left = larger(larger(style->pad_left, 3 - behind), infinity - behind);
    }
    return format;
}

void fa__float_format_write(const fa__float_format *format, const char *element, fa__text *text,
                            fa_error *err)
{
    fa__binary number = fa__binary_load(format->type, format->swapped, element);
    const fa__number_style *style = &format->style;
    if (format->scalar) {
        fa__number_scalar(text, &number, err);
    } else if (!number.finite) {
        int width = style->pad_left + style->pad_right + 1;
        if (format->scientific)
            width += style->exponent_digits + 2 + style->precision;
        bool minus = number.negative && !number.nan;
        fa__text_repeat(text, ' ', width - 3 - (minus || style->plus), err);
        if (minus || style->plus)
            fa__text_add_char(text, minus ? '-' : '+', err);
        fa__text_add_string(text, number.nan ? "nan" : "inf", err);
    } else if (format->scientific) {
        fa__number_scientific(text, &number, style, err);
    } else {
        fa__number_positional(text, &number, style, err);
    }
}
