/* SPDX-License-Identifier: BSD-3-Clause */
/* Printing as NumPy's str() prints, in rooms: text (a growing string), number (floating point to digits),
 * string (bytes and Unicode as Python writes them), element (how one element looks beside the others), layout
 * (rows, brackets, wrapping). All but print.c work on buffers and know nothing about arrays, files or the
 * engine. Nothing here depends on the process's locale. */
#ifndef FA_API_PRINT_H
#define FA_API_PRINT_H

#include <farray/evaluate.h>
#include "array/dtype.h"
#include "base/error.h"

/* ---- Text ---- */

/* A string that grows. Zero it before first use; `data` is released with free() and is NULL when empty. */
typedef struct fa__text {
    char *data; /* not ended by NUL */
    int64_t length, capacity;
} fa__text;

void fa__text_add(fa__text *text, const char *data, int64_t length, fa_error *err);
void fa__text_add_string(fa__text *text, const char *string, fa_error *err);
void fa__text_add_char(fa__text *text, char character, fa_error *err);
void fa__text_repeat(fa__text *text, char character, int64_t count, fa_error *err);
/* One code point as UTF-8; what is none (a surrogate, above U+10FFFF) as U+FFFD. */
void fa__text_add_code_point(fa__text *text, uint32_t code_point, fa_error *err);
void fa__text_clear(fa__text *text);
/* Characters, which is what widths count: bytes of UTF-8 that begin a code point. */
int64_t fa__text_characters(const char *data, int64_t length);

/* ---- Numbers ---- */

/* A binary floating-point number, taken apart: mantissa * 2**exponent. */
typedef struct fa__binary {
    fa_type type; /* FA_TYPE_FLOAT16 to FA_TYPE_FLOAT64 */
    uint64_t mantissa;
    int exponent;
    bool negative;
    bool finite;
    bool nan;
    bool uneven;  /* the neighbour below is half as far away as the one above */
    double value; /* the same number */
} fa__binary;

/* Reads one element of a floating type from memory of any alignment. */
fa__binary fa__binary_load(fa_type type, bool swapped, const char *element);

/* What happens to zeros at the end of the fraction. */
typedef enum fa__trim {
    FA__TRIM_KEEP,     /* "1.50" */
    FA__TRIM_POINT,    /* "1." */
    FA__TRIM_ONE_ZERO, /* "1.0" */
    FA__TRIM_ALL       /* "1" */
} fa__trim;

/* How a finite number is written: the fewest digits that make it unique, but not more than `precision` behind
 * the point
 * (-1: no bound) and not less than `min_digits` (-1: no bound). */
typedef struct fa__number_style {
    int precision, min_digits;
    fa__trim trim;
    bool plus;               /* "+1." */
    int pad_left, pad_right; /* characters on each side of the point, filled with blanks */
    int exponent_digits;
} fa__number_style;

void fa__number_positional(fa__text *text, const fa__binary *number, const fa__number_style *style,
                           fa_error *err);
void fa__number_scientific(fa__text *text, const fa__binary *number, const fa__number_style *style,
                           fa_error *err);
/* As str() of a NumPy scalar: "0.1", "1e+16", "nan"; complex: "(1+2j)". */
void fa__number_scalar(fa__text *text, const fa__binary *number, fa_error *err);
void fa__number_scalar_complex(fa__text *text, const fa__binary *real, const fa__binary *imaginary,
                               fa_error *err);

/* ---- Strings ---- */

/* As Python's repr(): b'ab\x00', 'ab'. NULs at the end are padding and left out. */
void fa__string_bytes(fa__text *text, const char *bytes, int64_t length, fa_error *err);
void fa__string_unicode(fa__text *text, const char *code_points, int64_t count, bool swapped, fa_error *err);
/* As str(): the characters themselves. */
void fa__string_plain(fa__text *text, const char *code_points, int64_t count, bool swapped, fa_error *err);
/* Raw bytes: each as \x00, with capitals. */
void fa__string_void(fa__text *text, const char *bytes, int64_t length, fa_error *err);

/* ---- Times ---- */

#define FA__NOT_A_TIME INT64_MIN

/* A datetime64 down to its unit: 2020-02-29T12:30. A timedelta64 as str() of a scalar: 5 seconds. No NaT. */
void fa__time_date(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err);
void fa__time_span(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err);

/* ---- Elements ---- */

/* fa_print_options with the defaults filled in. */
typedef struct fa__print_settings {
    int precision, threshold, edge_items, line_width;
    bool suppress;
} fa__print_settings;

/* `options` may be NULL. False with FA_INVALID_ARGUMENT. */
bool fa__print_settings_from(const fa_print_options *options, fa__print_settings *settings, fa_error *err);

/* Everything that is shown: elements of one dtype (byte orders as it says), one behind the other. */
typedef struct fa__elements {
    const fa_dtype *dtype;
    const char *data;
    int64_t count;
    bool scalar; /* a 0-d array: nothing to align with */
} fa__elements;

/* How one element is written so that it lines up with all others. NULL when it fails: FA_NO_MEMORY. */
typedef struct fa__formatter fa__formatter;
fa__formatter *fa__formatter_make(const fa__elements *elements, const fa__print_settings *settings,
                                  fa_error *err);
void fa__formatter_free(fa__formatter *formatter);
void fa__formatter_write(const fa__formatter *formatter, const char *element, fa__text *text, fa_error *err);

/* ---- Layout ---- */

/* What is shown of an array: along an axis with more than 2 * edge_items elements, when the array has more
 * than `threshold` of them, the edges; else all. */
typedef struct fa__shown {
    bool shortened;
    int ndim;
    const int64_t *sizes;             /* the array's */
    int64_t shown_sizes[FA_MAX_NDIM]; /* of the elements that are shown */
    int64_t shown_count;
} fa__shown;

/* Fills everything. False with FA_TOO_LARGE where even the corners are more than can be counted. */
bool fa__shown_choose(int ndim, const int64_t *sizes, const fa__print_settings *settings, fa__shown *shown,
                      fa_error *err);

/* The text of an array whose shown elements are at `data`, dense in C order. No newline at the end. */
void fa__print_layout(const fa_dtype *dtype, const fa__shown *shown, const char *data,
                      const fa__print_settings *settings, fa__text *text, fa_error *err);

#endif
