/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversions that need to know more than two types: times that count other units, structures part by part.
 * Loops on contiguous blocks in the machine's byte order, like all kernels, but compiled once; structures
 * alone are as they are stored, and say of each part how its bytes are turned. */
#ifndef FA_KERNEL_CAST_H
#define FA_KERNEL_CAST_H

#include "base/time.h"
#include "kernel/kernel.h"

/* What a loop may meet in elements that no type tells. */
typedef enum fa__trouble {
    FA__NO_TROUBLE,
    FA__TROUBLE_NOT_FOUND,
    FA__TROUBLE_FILL,
    FA__TROUBLE_SEPARATOR,
    FA__TROUBLE_STEP,
    FA__TROUBLE_ASCII,
    FA__TROUBLE_UTF8,
    FA__TROUBLE_NUMBER
} fa__trouble;
const char *fa__trouble_words(fa__trouble trouble);

typedef struct fa__cast fa__cast;
typedef struct fa__cast_part fa__cast_part;

/* A text on its way; and the widest element that is converted inside of structures. */
enum { FA__CAST_TEXT = 128, FA__CAST_WIDEST = 16 << 10 };

struct fa__cast {
    fa__trouble (*loop)(const fa__cast *cast, void *out, const void *in, int64_t n);
    int64_t from_bytes, to_bytes; /* of an element */
    fa__convert_loop *convert;    /* fa__cast_numbers */
    /* Times: counts times `multiply` over `divide`, or by the calendar. */
    int64_t multiply, divide;
    fa__unit from_unit, to_unit;
    int32_t from_count, to_count;
    fa_type from_type, to_type; /* of strings, and what they are made of or become */
    /* How a date or a float is written and read: text is the array layer's. */
    int (*write)(const fa__cast *cast, const void *element, char text[FA__CAST_TEXT]);
    bool (*read)(const fa__cast *cast, const char *text, int64_t length, void *element);
    /* fa__cast_parts: bytes that no part writes are zero. */
    fa__cast_part *parts;
    int64_t part_count;
};

/* What stands in one place of a structure, `count` times, and where it goes. */
struct fa__cast_part {
    int64_t from_offset, to_offset, count;
    bool repeats; /* one element becomes all `count` */
    int from_swap, to_swap;
    fa__cast cast;
};

/* Loops for `loop`. */
fa__trouble fa__cast_bytes(const fa__cast *cast, void *out, const void *in,
                           int64_t n); /* cut, or filled up with zeros */
fa__trouble fa__cast_numbers(const fa__cast *cast, void *out, const void *in, int64_t n);
fa__trouble fa__cast_time_by_ratio(const fa__cast *cast, void *out, const void *in, int64_t n);
fa__trouble fa__cast_time_by_calendar(const fa__cast *cast, void *out, const void *in, int64_t n);
fa__trouble fa__cast_parts(const fa__cast *cast, void *out, const void *in, int64_t n);

/* Strings: code points to bytes and back, ASCII alone; whole numbers, bool and dates to either and back.
 * `text` is the type of the strings, `number` that of the others (times are int64 with their unit). */
fa__trouble fa__cast_text(const fa__cast *cast, void *out, const void *in, int64_t n);
fa__trouble fa__cast_to_truth(const fa__cast *cast, void *out, const void *in, int64_t n);
fa__trouble fa__cast_from_number(const fa__cast *cast, void *out, const void *in, int64_t n);
fa__trouble fa__cast_to_number(const fa__cast *cast, void *out, const void *in, int64_t n);

#endif
